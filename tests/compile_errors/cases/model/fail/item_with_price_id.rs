// errors: 1

use churnkey::{PriceId, SubscriptionItem};

fn main() {
    let _ = SubscriptionItem::new("item_1", PriceId::new("pro"), 1);
}
