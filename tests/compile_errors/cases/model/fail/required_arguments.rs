// errors: 9
// One for each missing argument, and a second one for the argument in the middle.
#![allow(unused)]

use churnkey::{
    Amount, BillingCycle, Currency, Customer, Page, PageRequest, Price, Product, Subscription,
    SubscriptionStatus, Timestamp,
};

fn customer_without_id() {
    let _ = Customer::new().name("Ada");
}

fn keyset_without_key() {
    let _: churnkey::Result<Page<Customer>> = PageRequest::first(10).keyset(Vec::new());
}

fn price_of_product_without_product() {
    let _ = Price::of_product("pro", BillingCycle::monthly(), Amount::fixed(Currency::USD, 1900));
}

fn price_without_amount() {
    let _ = Price::standalone("pro", BillingCycle::monthly());
}

fn product_family_missing() {
    let _ = Product::in_family("prod_1", "Pro");
}

fn status_canceled_without_date() {
    let _ = SubscriptionStatus::canceled();
}

fn status_trial_without_period() {
    let _ = SubscriptionStatus::trial();
}

fn subscription_without_items() {
    let _ = Subscription::new("sub_1", "cus_1", SubscriptionStatus::active(), Timestamp::now(), BillingCycle::monthly());
}

fn main() {}
