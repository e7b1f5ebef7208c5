// errors: 1

use churnkey::{Customer, SubscriptionId};

fn main() {
    let id = SubscriptionId::new("sub_1");
    let _ = Customer::new(id);
}
