// Each model with its required fields alone.
use churnkey::model::{CouponDuration, CouponValue, Discount, Percent};
use churnkey::{
    Amount, BillingCycle, Coupon, Currency, Customer, Price, Product, ProductFamily, Subscription,
    SubscriptionItem, SubscriptionStatus, Timestamp,
};

#[test]
fn compiles_and_runs() {
    let amount = Amount::fixed(Currency::USD, 1900);
    let price = Price::standalone("pro", BillingCycle::monthly(), amount.clone());
    let _ = Price::of_product("pro", "prod_1", BillingCycle::yearly(), amount);
    let item = SubscriptionItem::new("item_1", price, 1);
    let _ = Subscription::new(
        "sub_1",
        "cus_1",
        SubscriptionStatus::active(),
        Timestamp::now(),
        BillingCycle::monthly(),
        vec![item],
    );
    let percent = Percent::new(10.0).expect("10 is a percentage");
    let coupon = Coupon::new(
        "ten",
        CouponDuration::Once,
        CouponValue::Percentage(churnkey::model::PercentageValue::new(percent)),
    );
    let _ = Customer::new("cus_1").discount(Discount::new(coupon));
    let _ = (
        Product::standalone("prod_1", "Pro"),
        Product::in_family("prod_1", "fam_1", "Pro"),
        ProductFamily::new("fam_1", "All"),
    );
    let _ = (Customer::new(7), Customer::new(String::from("cus_1")));
}
