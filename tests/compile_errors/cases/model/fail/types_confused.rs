// errors: 9
// One for each argument of a wrong type.
#![allow(unused)]

use churnkey::{
    Amount, BillingCycle, Currency, Customer, CustomerId, PriceId, Subscription, SubscriptionId,
    SubscriptionItem, SubscriptionStatus, Timestamp,
};

fn amount_in_floats() {
    let _ = Amount::fixed(Currency::USD, 19.0);
}

fn currency_as_text() {
    let _ = Amount::fixed("USD", 1900);
}

fn customer_with_another_id() {
    let id = SubscriptionId::new("sub_1");
    let _ = Customer::new(id);
}

fn ids_compared() {
    let _ = CustomerId::new("1") == SubscriptionId::new("1");
}

fn item_with_price_id() {
    let _ = SubscriptionItem::new("item_1", PriceId::new("pro"), 1);
}

fn subscription_ids_swapped() {
    let (customer, id) = (CustomerId::new("cus_1"), SubscriptionId::new("sub_1"));
    let status = SubscriptionStatus::active();
    let start = Timestamp::now();
    let _ = Subscription::new(customer, id, status, start, BillingCycle::monthly(), vec![]);
}

fn subscription_status_as_text() {
    let _ = Subscription::new("sub_1", "cus_1", "active", Timestamp::now(), BillingCycle::monthly(), vec![]);
}

fn timestamp_as_text() {
    let _ = SubscriptionStatus::canceled("2026-05-01");
}

fn main() {}
