// errors: 1

use churnkey::{BillingCycle, Price};

fn main() {
    let _ = Price::standalone("pro", BillingCycle::monthly());
}
