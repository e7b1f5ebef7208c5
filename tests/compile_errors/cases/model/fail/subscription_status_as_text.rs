// errors: 1

use churnkey::{BillingCycle, Subscription, Timestamp};

fn main() {
    let _ = Subscription::new("sub_1", "cus_1", "active", Timestamp::now(), BillingCycle::monthly(), vec![]);
}
