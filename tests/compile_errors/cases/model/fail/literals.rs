// errors: 2
// A model may gain a field, so there is no struct literal of one.
#![allow(unused)]

use churnkey::{Amount, BillingCycle, Currency, Customer, Price};

fn customer_as_literal() {
    let _ = Customer { id: "cus_1".into(), name: None };
}

fn price_as_literal() {
    let _ = Price { id: "pro".into(), duration: BillingCycle::monthly(), amount: Amount::fixed(Currency::USD, 1900) };
}

fn main() {}
