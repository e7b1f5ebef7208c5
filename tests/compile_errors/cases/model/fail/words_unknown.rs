// errors: 4
// One for each name that the models do not have.
#![allow(unused)]

use churnkey::model::{CouponDuration, CouponValue, CycleUnit};
use churnkey::{Amount, BillingCycle, Coupon, Currency, Price};

fn currency_unknown() {
    let _ = Currency::USDT;
}

fn cycle_in_weeks() {
    let _ = BillingCycle::every(2, CycleUnit::Week);
}

fn percent_as_number() {
    let _ = Coupon::new("ten", CouponDuration::Once, CouponValue::percentage(10.0));
}

fn price_with_a_product_id_afterwards() {
    let price = Price::standalone("pro", BillingCycle::monthly(), Amount::fixed(Currency::USD, 1900));
    let _ = price.product_id("prod_1");
}

fn main() {}
