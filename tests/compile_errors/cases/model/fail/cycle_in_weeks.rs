// errors: 1

use churnkey::{BillingCycle, CycleUnit};

fn main() {
    let _ = BillingCycle::every(2, CycleUnit::Week);
}
