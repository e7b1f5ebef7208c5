// errors: 1

use churnkey::{BillingCycle, Status, Subscription, Timestamp};

fn main() {
    let _ = Subscription::new("sub_1", "cus_1", Status::active(), Timestamp::now(), BillingCycle::monthly());
}
