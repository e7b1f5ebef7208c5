// errors: 2
// Two arguments are wrong.

use churnkey::{BillingCycle, CustomerId, SubscriptionStatus, Subscription, SubscriptionId, Timestamp};

fn main() {
    let (customer, id) = (CustomerId::new("cus_1"), SubscriptionId::new("sub_1"));
    let _ = Subscription::new(customer, id, SubscriptionStatus::active(), Timestamp::now(), BillingCycle::monthly(), vec![]);
}
