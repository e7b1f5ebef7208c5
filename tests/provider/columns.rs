//! The types that columns have: `Option`, signed integers, and what converts into a value.

use churnkey::model::{
    Address, Count, CouponDuration, CycleUnit, Discount, FixedAmount, PausePeriod, Percent,
    PercentageValue, Redemptions, Tier, TierMode,
};
use churnkey::validate::Validate;
use churnkey::{
    Amount, BillingCycle, Coupon, Currency, Customer, Email, Price, Product, ProductFamily,
    Subscription, SubscriptionItem, SubscriptionPeriod, SubscriptionStatus, Timestamp,
};
use serde_json::json;

use crate::support::at;

fn violations(model: &impl Validate) -> Vec<String> {
    match model.validate() {
        Ok(()) => Vec::new(),
        Err(error) => error.violations.iter().map(ToString::to_string).collect(),
    }
}

fn monthly(amount: impl Into<Amount>) -> Price {
    Price::standalone("p_1", BillingCycle::monthly(), amount)
}

#[test]
fn setter_takes_a_value_or_an_option() {
    let some = || Some("Ada".to_owned());
    let borrowed: Option<&str> = Some("Lovelace");
    let customer = Customer::new("c_1")
        .name(some())
        .last_name(borrowed)
        .email(Some(Email::new("ada@example.test")))
        .phone("+46701234567")
        .currency(Some(Currency::USD))
        .address(Some(Address::new().city(Some("London"))))
        .metadata_entry("plan", Some("pro"))
        .metadata_entry("seat", "7");
    assert_eq!(
        json!(customer),
        json!({
            "id": "c_1", "name": "Ada", "lastName": "Lovelace", "email": "ada@example.test",
            "phone": "+46701234567", "currency": "USD", "addresses": [{ "city": "London" }],
            "metadata": { "plan": "pro", "seat": "7" },
        })
    );
}

#[test]
fn none_leaves_each_optional_field_out() {
    let text: Option<String> = None;
    let moment: Option<Timestamp> = None;
    let customer = Customer::new("c_1")
        .name(text.clone())
        .last_name(None::<&str>)
        .email(text.clone())
        .phone(text.clone())
        .currency(None::<Currency>)
        .address(None::<Address>)
        .discount(None::<Coupon>)
        .metadata_entry("plan", text.clone());
    assert_eq!(json!(customer), json!({ "id": "c_1" }));

    let redemptions = Redemptions::new().max(None::<i64>).current(None::<i32>);
    assert_eq!(json!(redemptions), json!({}));
    let percent = PercentageValue::new(Percent::new(25.0).unwrap()).currency(None::<Currency>);
    let coupon = Coupon::new("co_1", CouponDuration::Once, percent)
        .code(text.clone())
        .name(text.clone())
        .redemptions(None::<Redemptions>)
        .expires_at(moment);
    assert_eq!(json!(coupon).as_object().unwrap().len(), 3);
    let discount = Discount::new(coupon).start(moment).end(moment);
    assert_eq!(json!(discount).as_object().unwrap().len(), 1);

    let amount = FixedAmount::new(Currency::USD)
        .unit(None::<i64>)
        .flat(None::<i64>);
    let price = monthly(amount).name(text.clone()).description(text.clone());
    assert_eq!(
        json!(price)["amount"],
        json!({ "model": "fixed", "currency": "USD" })
    );
    let tier = Tier::rest().unit(None::<i64>).flat(None::<i64>);
    assert_eq!(json!(tier), json!({}));
    let product = Product::standalone("pr_1", "Desk")
        .description(text.clone())
        .unit_label(text.clone());
    assert_eq!(json!(product).as_object().unwrap().len(), 3);
    let family = ProductFamily::new("f_1", "Desks").description(text.clone());
    assert_eq!(json!(family).as_object().unwrap().len(), 2);
    let address = Address::new()
        .country(text.clone())
        .state(text.clone())
        .city(text.clone())
        .postal_code(text.clone())
        .line1(text.clone())
        .line2(text);
    assert_eq!(json!(address), json!({}));
    let pause = PausePeriod::new(at("2026-05-01T00:00:00Z")).end(moment);
    assert_eq!(pause.end, None);
}

#[test]
fn none_removes_each_period_that_is_optional() {
    let period = SubscriptionPeriod::new(at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z"));
    let none: Option<SubscriptionPeriod> = None;
    let active = SubscriptionStatus::active()
        .current_period(period)
        .trial_period(period);
    assert_eq!(
        active.current_period(none).trial_period(none),
        SubscriptionStatus::active()
    );
    let trial = SubscriptionStatus::trial(period).trial_period(none);
    assert_eq!(trial.trial_dates(), Some(period));
}

#[test]
fn invalid_signed_quantity_is_named_by_its_field() {
    let item = |quantity: i64| {
        SubscriptionItem::new("i_1", monthly(Amount::fixed(Currency::USD, 1900)), quantity)
    };
    assert_eq!(item(0).quantity, 0);
    assert_eq!(violations(&item(i64::from(u32::MAX))), Vec::<String>::new());
    let rule = "must be a whole number from 0 to 9007199254740991";
    for quantity in [-1, i64::MIN, i64::MAX, 1 << 53] {
        assert_eq!(
            violations(&item(quantity)),
            [format!("quantity {rule}")],
            "{quantity}"
        );
    }
    let subscription = Subscription::new(
        "s_1",
        "c_1",
        SubscriptionStatus::active(),
        at("2026-05-01T00:00:00Z"),
        BillingCycle::monthly(),
        [item(1), item(-7)],
    );
    assert_eq!(
        violations(&subscription),
        [format!("items[1].quantity {rule}")]
    );

    let redemptions = Redemptions::new().max(Some(-1_i64)).current(-1_i32);
    let percent = Percent::new(25.0).unwrap();
    let coupon = Coupon::new("co_1", CouponDuration::Once, percent).redemptions(redemptions);
    assert_eq!(
        violations(&coupon),
        [
            format!("redemptions.max {rule}"),
            format!("redemptions.current {rule}"),
        ]
    );
}

#[test]
fn invalid_signed_cycle_or_tier_is_named_by_field() {
    let cycle = |amount: i32| BillingCycle::every(amount, CycleUnit::Month);
    assert_eq!(cycle(3).amount, 3);
    assert_eq!(
        violations(&cycle(-1)),
        ["amount must be a whole number from 1"]
    );
    let too_large = BillingCycle::every(i64::MAX, CycleUnit::Month);
    assert_eq!(
        violations(&too_large),
        ["amount must be a whole number from 1"]
    );

    let tiers = |end: i64| {
        let tiers = [
            Tier::up_to(10).unit(5),
            Tier::up_to(end).unit(4),
            Tier::rest(),
        ];
        monthly(Amount::tiered(Currency::USD, TierMode::Total, tiers))
    };
    assert_eq!(violations(&tiers(20)), Vec::<String>::new());
    assert_eq!(
        violations(&tiers(-20)),
        ["amount.tiers[1].upTo must be a whole number from 0 to 9007199254740991"]
    );
}

#[test]
fn a_negative_sum_names_its_field() {
    let fixed = FixedAmount::new(Currency::USD).unit(-1900_i64).flat(-1_i64);
    assert_eq!(
        violations(&monthly(fixed.clone())),
        [
            "amount.unit must not be negative",
            "amount.flat must not be negative",
        ]
    );
    let coupon = Coupon::new("co_1", CouponDuration::Once, fixed.flat(0));
    assert_eq!(violations(&coupon), ["value.unit must not be negative"]);
    let tiers = [Tier::up_to(10).unit(5), Tier::rest().flat(-1_i64)];
    let tiered = Amount::tiered(Currency::USD, TierMode::Graduated, tiers);
    assert_eq!(
        violations(&monthly(tiered)),
        ["amount.tiers[1].flat must not be negative"]
    );
    let free = monthly(Amount::fixed(Currency::USD, 0));
    assert_eq!(violations(&free), Vec::<String>::new());
}

#[test]
fn a_count_is_made_of_every_integer() {
    let all: [Count; 12] = [
        1_i8.into(),
        1_i16.into(),
        1_i32.into(),
        1_i64.into(),
        1_i128.into(),
        1_isize.into(),
        1_u8.into(),
        1_u16.into(),
        1_u32.into(),
        1_u64.into(),
        1_u128.into(),
        1_usize.into(),
    ];
    assert!(all.iter().all(|count| *count == all[0]));
}

#[test]
fn a_text_column_is_a_currency() {
    let column = String::from("usd");
    assert_eq!(Currency::try_from(column), Ok(Currency::USD));
    let unknown: churnkey::Result<Currency> = (|| Ok(String::from("XXX").try_into()?))();
    assert_eq!(unknown.unwrap_err().status().as_u16(), 500);
}
