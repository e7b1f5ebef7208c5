// errors: 1

use churnkey::{CustomerId, SubscriptionId};

fn main() {
    let _ = CustomerId::new("1") == SubscriptionId::new("1");
}
