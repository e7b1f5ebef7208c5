//! Valid models match their schemas, and models that break a rule do not.

use churnkey::model::{
    Address, CouponDuration, CouponValue, CycleUnit, Discount, FixedAmount, PausePeriod, Percent,
    PercentageValue, Redemptions, Tier, TierMode,
};
use churnkey::{
    Amount, BillingCycle, Coupon, Currency, Customer, Integration as _, Price, Product,
    ProductFamily, Subscription, SubscriptionItem, SubscriptionPeriod, SubscriptionStatus,
    Timestamp,
};
use serde::Serialize;
use serde_json::{Value, json, to_value};

use crate::integrations::{complete, standalone};
use crate::specification::Specification;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn may() -> SubscriptionPeriod {
    SubscriptionPeriod::new(at("2026-05-01T00:00:00Z"), at("2026-06-01T00:00:00Z"))
}

fn quarter() -> CouponValue {
    PercentageValue::new(Percent::new(25.0).unwrap())
        .currency(Currency::EUR)
        .into()
}

fn coupon() -> Coupon {
    Coupon::new("co_1", CouponDuration::Forever, quarter())
        .code("STAY")
        .name("Stay")
        .redemptions(Redemptions::new().max(10_u64).current(0_u64))
        .expires_at(at("9999-12-31T23:59:59.999Z"))
}

fn tiered() -> Amount {
    let tiers = [
        Tier::up_to(10).unit(100).flat(5),
        Tier::up_to(20).unit(80),
        Tier::rest().unit(50),
    ];
    Amount::tiered(Currency::USD, TierMode::Graduated, tiers)
}

fn price() -> Price {
    Price::of_product("p_1", "pr_1", BillingCycle::monthly(), tiered())
        .name("Pro")
        .description("since 2020")
}

fn subscription(status: SubscriptionStatus) -> Subscription {
    let items = [SubscriptionItem::new("si_1", price(), 0)];
    Subscription::new(
        "s_1",
        "c_1",
        status,
        at("0000-01-01T00:00:00Z"),
        BillingCycle::yearly(),
        items,
    )
    .discount(
        Discount::new(coupon())
            .start(at("2026-05-01T00:00:00Z"))
            .end(at("2026-06-01T00:00:00Z")),
    )
    .metadata_entry("plan", "old")
}

fn customer() -> Customer {
    Customer::new("c_1")
        .name("Ada")
        .last_name("Lovelace")
        .email("ada@example.com")
        .phone("")
        .address(Address::new().country("SE").city("Malmö"))
        .address(Address::new())
        .discount(coupon())
        .currency(Currency::SEK)
        .metadata_entry("", "")
}

/// Asserts that a model matches its schema, and that it does not after the value at a path is
/// replaced, or removed if there is no replacement.
#[track_caller]
fn assert_matches_unless(
    specification: &Specification,
    name: &str,
    model: impl Serialize,
    broken: &[(&str, Option<Value>)],
) {
    let validator = specification.model(name);
    let document = to_value(model).unwrap();
    if let Err(error) = validator.validate(&document) {
        panic!("{name}: {error}: {document}");
    }
    for (place, value) in broken {
        let mut document = document.clone();
        let (parent, field) = place.rsplit_once('/').unwrap();
        let parent = document
            .pointer_mut(parent)
            .unwrap()
            .as_object_mut()
            .unwrap();
        match value {
            Some(value) => parent.insert((*field).to_owned(), value.clone()),
            None => Some(parent.remove(field).unwrap()),
        };
        assert!(
            !validator.is_valid(&document),
            "{name} without its rule at {place}: {document}"
        );
    }
}

#[test]
fn customer_schema_enforces_each_rule() {
    let specification = Specification::of::<complete::Billing>();
    assert_matches_unless(
        &specification,
        "Customer",
        Customer::new("c_1"),
        &[("/id", None)],
    );
    assert_matches_unless(
        &specification,
        "Customer",
        customer(),
        &[
            ("/id", None),
            ("/id", Some(json!(""))),
            ("/id", Some(json!(1))),
            ("/name", None),
            ("/name", Some(json!(null))),
            ("/email", Some(json!(""))),
            ("/addresses", Some(json!(null))),
            ("/addresses/0/country", Some(json!("se"))),
            ("/addresses/0/country", Some(json!("SWE"))),
            ("/currency", Some(json!("sek"))),
            ("/currency", Some(json!("XXX"))),
            ("/metadata/plan", Some(json!(1))),
            ("/discounts/0/coupon", None),
        ],
    );
}

#[test]
fn price_schema_enforces_each_rule() {
    let specification = Specification::of::<complete::Billing>();
    assert_matches_unless(
        &specification,
        "Price",
        price(),
        &[
            ("/id", Some(json!(""))),
            ("/type", None),
            ("/type", Some(json!("standalone"))),
            ("/productId", None),
            ("/productId", Some(json!(""))),
            ("/duration", None),
            ("/duration/amount", Some(json!(0))),
            ("/duration/amount", Some(json!(1.5))),
            ("/duration/unit", Some(json!("week"))),
            ("/amount", None),
            ("/amount/model", Some(json!("fixed and tiered"))),
            ("/amount/currency", None),
            ("/amount/mode", Some(json!("volume"))),
            ("/amount/tiers", Some(json!([]))),
            ("/amount/tiers/0/upTo", None),
            ("/amount/tiers/0/upTo", Some(json!(0))),
            ("/amount/tiers/0/unit", Some(json!(1.1))),
            ("/amount/tiers/2/upTo", Some(json!(30))),
        ],
    );
    for fixed in [
        FixedAmount::new(Currency::JPY),
        FixedAmount::new(Currency::JPY).unit(0).flat(i64::MAX),
    ] {
        let price = Price::of_product("p_1", "pr_1", BillingCycle::monthly(), fixed);
        assert_matches_unless(
            &specification,
            "Price",
            price,
            &[
                ("/amount/unit", Some(json!("1"))),
                ("/amount/unit", Some(json!(-1))),
                ("/amount/flat", Some(json!(-1))),
            ],
        );
    }
}

#[test]
fn price_and_product_schemas_have_the_declared_type() {
    let linked = Specification::of::<complete::Billing>();
    let alone = Specification::of::<standalone::Billing>();
    let price = |price: Price| to_value(price).unwrap();
    let of_product = price(Price::of_product(
        "p",
        "pr",
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1),
    ));
    let by_itself = price(Price::standalone(
        "p",
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1),
    ));
    let in_family = to_value(Product::in_family("pr", "f", "Desk")).unwrap();
    let on_its_own = to_value(Product::standalone("pr", "Desk")).unwrap();
    let contradiction = json!({"id": "pr", "type": "standalone", "familyId": "f", "name": "Desk"});
    for (model, belongs, stands) in [
        ("Price", of_product, by_itself),
        ("Product", in_family, on_its_own),
    ] {
        assert!(
            linked.model(model).is_valid(&belongs) && !linked.model(model).is_valid(&stands),
            "{model}"
        );
        assert!(
            alone.model(model).is_valid(&stands) && !alone.model(model).is_valid(&belongs),
            "{model}"
        );
    }
    assert!(!alone.model("Product").is_valid(&contradiction));
}

#[test]
fn subscription_schema_enforces_each_rule_in_every_state() {
    let specification = Specification::of::<complete::Billing>();
    let moment = "2026-05-01T00:00:00.000Z";
    let states = [
        (SubscriptionStatus::active(), "/status/name"),
        (
            SubscriptionStatus::active()
                .current_period(may())
                .trial_period(may()),
            "/status/currentPeriod/end",
        ),
        (SubscriptionStatus::trial(may()), "/status/trial"),
        (
            SubscriptionStatus::paused(PausePeriod::new(at(moment)).end(at(moment))),
            "/status/pause",
        ),
        (
            SubscriptionStatus::paused(PausePeriod::new(at(moment))),
            "/status/pause/start",
        ),
        (
            SubscriptionStatus::canceled(at(moment)),
            "/status/canceledAt",
        ),
        (SubscriptionStatus::unpaid(), "/status/name"),
    ];
    for (status, required) in states {
        assert_matches_unless(
            &specification,
            "Subscription",
            subscription(status),
            &[(required, None)],
        );
    }
    assert_matches_unless(
        &specification,
        "Subscription",
        subscription(SubscriptionStatus::active()),
        &[
            ("/id", Some(json!(""))),
            ("/customerId", None),
            ("/customerId", Some(json!(""))),
            ("/status", None),
            ("/status/name", Some(json!("Active"))),
            ("/status/name", Some(json!("ended"))),
            ("/start", Some(json!("2026-05-01T00:00:00Z"))),
            ("/start", Some(json!("2026-05-01T00:00:00.000+00:00"))),
            ("/start", Some(json!("2026-02-30T00:00:00.000Z"))),
            ("/start", Some(json!("2026-05-01"))),
            ("/items", None),
            ("/items/0/quantity", Some(json!(-1))),
            ("/items/0/quantity", Some(json!(1_u64 << 53))),
            ("/items/0/price", Some(json!("p_1"))),
            ("/items/0/id", Some(json!(""))),
            ("/discounts/0/start", Some(json!(null))),
            ("/metadata/plan", Some(json!({}))),
        ],
    );
}

#[test]
fn coupon_schema_enforces_each_rule_for_every_duration() {
    let specification = Specification::of::<complete::Billing>();
    let durations = [
        (CouponDuration::Once, "/duration/type", None),
        (
            CouponDuration::Forever,
            "/duration/type",
            Some(json!("for-ever")),
        ),
        (
            CouponDuration::Recurring {
                amount: 3,
                unit: CycleUnit::Month,
            },
            "/duration/amount",
            Some(json!(0)),
        ),
        (
            CouponDuration::CycleAmount { cycles: 1 },
            "/duration/cycles",
            Some(json!(0)),
        ),
    ];
    for (duration, place, broken) in durations {
        let coupon = Coupon::new("co_1", duration, FixedAmount::new(Currency::KWD).flat(1));
        assert_matches_unless(&specification, "Coupon", coupon, &[(place, broken)]);
    }
    assert_matches_unless(
        &specification,
        "Coupon",
        coupon(),
        &[
            ("/value", None),
            ("/value/type", Some(json!("percent"))),
            ("/value/percent", Some(json!(0))),
            ("/value/percent", Some(json!(100.5))),
            ("/value/currency", Some(json!(null))),
            ("/redemptions/max", Some(json!(-1))),
            ("/redemptions/current", Some(json!(1_u64 << 53))),
            ("/expiresAt", Some(json!("never"))),
        ],
    );
}

#[test]
fn product_and_family_schemas_enforce_each_rule() {
    let specification = Specification::of::<complete::Billing>();
    assert_matches_unless(
        &specification,
        "Product",
        Product::in_family("pr_1", "f_1", "Desk")
            .description("A desk")
            .unit_label("seat"),
        &[
            ("/name", Some(json!(""))),
            ("/familyId", None),
            ("/familyId", Some(json!(""))),
            ("/id", None),
        ],
    );
    assert_matches_unless(
        &specification,
        "ProductFamily",
        ProductFamily::new("f_1", "Furniture").description("What stands"),
        &[
            ("/name", Some(json!(""))),
            ("/name", None),
            ("/id", Some(json!(""))),
        ],
    );
}

#[test]
fn every_currency_of_the_model_is_in_the_schema() {
    let document = complete::Billing::openapi();
    let codes = document["components"]["schemas"]["Currency"]["enum"]
        .as_array()
        .unwrap();
    assert!(codes.len() > 150, "{}", codes.len());
    for code in codes {
        assert_eq!(
            code.as_str().unwrap().parse::<Currency>().unwrap().code(),
            *code
        );
    }
}
