// errors: 1

use churnkey::{BillingCycle, SubscriptionStatus, Subscription, Timestamp};

fn main() {
    let _ = Subscription::new("sub_1", "cus_1", SubscriptionStatus::active(), Timestamp::now(), BillingCycle::monthly());
}
