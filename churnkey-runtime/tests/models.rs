//! The JSON form of the models: whole documents, lenient input, and the violations that validation
//! finds.

#![allow(
    clippy::unwrap_used,
    reason = "Clippy knows tests, but not their helpers"
)]

use std::fmt::Debug;

use churnkey_runtime::model::{
    Address, Amount, BillingCycle, Coupon, CouponDuration, CouponValue, Currency, Customer,
    CycleUnit, Discount, FixedAmount, PausePeriod, Percent, PercentageValue, Price, PriceType,
    Product, ProductFamily, ProductType, Redemptions, Subscription, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, Tier, TierMode, Timestamp,
};
use churnkey_runtime::validate::{Validate, ValidationError};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, from_value, json, to_value};

const MAY: &str = "2026-05-01T00:00:00.000Z";
const JUNE: &str = "2026-06-01T00:00:00.000Z";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn percent(percent: f64) -> Percent {
    Percent::new(percent).unwrap()
}

fn may() -> SubscriptionPeriod {
    SubscriptionPeriod::new(at(MAY), at(JUNE))
}

fn price() -> Price {
    Price::standalone(
        "p_1",
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1900),
    )
}

fn price_json() -> Value {
    json!({
        "id": "p_1",
        "type": "standalone",
        "duration": {"amount": 1, "unit": "month"},
        "amount": {"model": "fixed", "currency": "USD", "unit": 1900},
    })
}

fn coupon() -> Coupon {
    Coupon::new("co_1", CouponDuration::Forever, percent(25.0))
}

fn coupon_json() -> Value {
    json!({
        "id": "co_1",
        "duration": {"type": "forever"},
        "value": {"type": "percentage", "percent": 25},
    })
}

fn subscription(status: SubscriptionStatus) -> Subscription {
    let items = [SubscriptionItem::new("si_1", price(), 3)];
    Subscription::new("s_1", "c_1", status, at(MAY), BillingCycle::yearly(), items)
}

fn subscription_json(status: Value) -> Value {
    json!({
        "id": "s_1",
        "customerId": "c_1",
        "status": status,
        "start": MAY,
        "duration": {"amount": 1, "unit": "year"},
        "items": [{"id": "si_1", "price": price_json(), "quantity": 3}],
    })
}

/// Asserts that the model is written as the document, is read back from it, and passes validation.
#[track_caller]
fn is_document<M>(model: &M, document: Value)
where
    M: Serialize + DeserializeOwned + PartialEq + Debug + Validate,
{
    assert_eq!(to_value(model).unwrap(), document);
    assert_eq!(
        &from_value::<M>(with_unknown_fields(&document)).unwrap(),
        model
    );
    assert_eq!(&from_value::<M>(document).unwrap(), model);
    assert_eq!(model.validate(), Ok(()));
}

/// Asserts that the document is read as if the fields were absent.
#[track_caller]
fn forgives_nulls<M>(model: &M, mut document: Value, fields: &[&str])
where
    M: DeserializeOwned + PartialEq + Debug,
{
    for field in fields {
        document[*field] = Value::Null;
    }
    assert_eq!(&from_value::<M>(document).unwrap(), model);
}

fn with_unknown_fields(document: &Value) -> Value {
    match document {
        Value::Object(fields) => fields
            .iter()
            // Metadata has no unknown fields.
            .map(|(name, value)| match name.as_str() {
                "metadata" => (name.clone(), value.clone()),
                _ => (name.clone(), with_unknown_fields(value)),
            })
            .chain([("unheardOf".to_owned(), json!({"id": [1, null]}))])
            .collect(),
        Value::Array(elements) => elements.iter().map(with_unknown_fields).collect(),
        other => other.clone(),
    }
}

#[track_caller]
fn is_invalid(result: Result<(), ValidationError>, message: &str) {
    assert_eq!(result.unwrap_err().to_string(), message);
}

#[test]
fn a_customer_may_have_an_id_only() {
    let customer = Customer::new("c_1");
    is_document(&customer, json!({"id": "c_1"}));
    let optional = [
        "name",
        "lastName",
        "email",
        "phone",
        "addresses",
        "discounts",
        "currency",
        "metadata",
    ];
    forgives_nulls(&customer, json!({"id": "c_1"}), &optional);
}

#[test]
fn a_customer_may_have_everything() {
    let customer = Customer::new("c_1")
        .name("Ada")
        .last_name("Lovelace")
        .email("ada@example.com")
        .phone("+46701234567")
        .address(
            Address::new()
                .country("SE")
                .state("Skåne")
                .city("Malmö")
                .postal_code("211 20")
                .line1("Stortorget 1")
                .line2("Floor 2"),
        )
        .address(Address::new())
        .discount(coupon())
        .currency(Currency::SEK)
        .metadata_entry("plan", "old")
        .metadata([("plan", "legacy"), ("source", "import")]);
    is_document(
        &customer,
        json!({
            "id": "c_1",
            "name": "Ada",
            "lastName": "Lovelace",
            "email": "ada@example.com",
            "phone": "+46701234567",
            "addresses": [
                {
                    "country": "SE",
                    "state": "Skåne",
                    "city": "Malmö",
                    "postalCode": "211 20",
                    "line1": "Stortorget 1",
                    "line2": "Floor 2",
                },
                {},
            ],
            "discounts": [{"coupon": coupon_json()}],
            "currency": "SEK",
            "metadata": {"plan": "legacy", "source": "import"},
        }),
    );
}

#[test]
fn an_address_may_be_empty() {
    is_document(&Address::new(), json!({}));
    let optional = ["country", "state", "city", "postalCode", "line1", "line2"];
    forgives_nulls(&Address::new(), json!({}), &optional);
}

#[test]
fn a_price_may_stand_alone() {
    is_document(&price(), price_json());
    forgives_nulls(
        &price(),
        price_json(),
        &["productId", "name", "description"],
    );
}

#[test]
fn a_price_may_belong_to_a_product() {
    let price = Price::of_product(
        "p_1",
        "pr_1",
        BillingCycle::every(3, CycleUnit::Month),
        FixedAmount::new(Currency::JPY).unit(110).flat(500),
    )
    .name("Quarterly")
    .description("Not sold any more");
    is_document(
        &price,
        json!({
            "id": "p_1",
            "type": "product",
            "productId": "pr_1",
            "duration": {"amount": 3, "unit": "month"},
            "amount": {"model": "fixed", "currency": "JPY", "unit": 110, "flat": 500},
            "name": "Quarterly",
            "description": "Not sold any more",
        }),
    );
}

#[test]
fn contradictory_price_type_and_product_id_are_rejected() {
    let mut document = price_json();
    document["productId"] = json!("pr_1");
    let error = from_value::<Price>(document.clone()).unwrap_err();
    assert_eq!(error.to_string(), "productId needs type product");

    document["type"] = json!("product");
    let read = from_value::<Price>(document.clone()).unwrap();
    assert!(matches!(read.r#type, PriceType::Product { product_id } if product_id == "pr_1"));

    document["productId"] = Value::Null;
    let error = from_value::<Price>(document).unwrap_err();
    assert_eq!(error.to_string(), "type product needs productId");
}

#[test]
fn a_fixed_amount_may_have_no_sums() {
    let amount = Amount::from(FixedAmount::new(Currency::EUR));
    let document = json!({"model": "fixed", "currency": "EUR"});
    is_document(&amount, document.clone());
    forgives_nulls(&amount, document, &["unit", "flat"]);
}

#[test]
fn an_amount_may_be_tiered_in_two_modes() {
    for (mode, name) in [
        (TierMode::Graduated, "graduated"),
        (TierMode::Total, "total"),
    ] {
        let tiers = [
            Tier::up_to(10).unit(100).flat(5),
            Tier::up_to(20).flat(80),
            Tier::rest(),
        ];
        is_document(
            &Amount::tiered(Currency::USD, mode, tiers),
            json!({
                "model": "tiered",
                "currency": "USD",
                "mode": name,
                "tiers": [{"unit": 100, "flat": 5, "upTo": 10}, {"flat": 80, "upTo": 20}, {}],
            }),
        );
    }
}

#[test]
fn nulls_in_a_tier_count_as_absent() {
    let document = json!({
        "model": "tiered",
        "currency": "USD",
        "mode": "total",
        "tiers": [{"unit": null, "flat": null, "upTo": null}],
    });
    let amount = Amount::tiered(Currency::USD, TierMode::Total, [Tier::rest()]);
    assert_eq!(from_value::<Amount>(document).unwrap(), amount);
}

#[test]
fn a_product_may_stand_alone() {
    let product = Product::standalone("pr_1", "Seats");
    let document = json!({"id": "pr_1", "type": "standalone", "name": "Seats"});
    is_document(&product, document.clone());
    forgives_nulls(
        &product,
        document,
        &["familyId", "description", "unitLabel"],
    );
}

#[test]
fn a_product_may_be_in_a_family() {
    is_document(
        &Product::in_family("pr_1", "f_1", "Seats")
            .description("For your team")
            .unit_label("seat"),
        json!({
            "id": "pr_1",
            "type": "family",
            "familyId": "f_1",
            "name": "Seats",
            "description": "For your team",
            "unitLabel": "seat",
        }),
    );
}

#[test]
fn contradictory_product_type_and_family_id_are_rejected() {
    let mut document =
        json!({"id": "pr_1", "type": "standalone", "name": "Seats", "familyId": "f_1"});
    let error = from_value::<Product>(document.clone()).unwrap_err();
    assert_eq!(error.to_string(), "familyId needs type family");

    document["type"] = json!("family");
    let read = from_value::<Product>(document.clone()).unwrap();
    assert!(matches!(read.r#type, ProductType::Family { family_id } if family_id == "f_1"));

    document["familyId"] = Value::Null;
    let error = from_value::<Product>(document).unwrap_err();
    assert_eq!(error.to_string(), "type family needs familyId");
}

#[test]
fn a_family_may_have_a_description() {
    let family = ProductFamily::new("f_1", "Tools");
    let document = json!({"id": "f_1", "name": "Tools"});
    is_document(&family, document.clone());
    forgives_nulls(&family, document, &["description"]);
    is_document(
        &family.description("All you need"),
        json!({"id": "f_1", "name": "Tools", "description": "All you need"}),
    );
}

#[test]
fn a_coupon_may_be_minimal() {
    is_document(&coupon(), coupon_json());
    let optional = ["code", "name", "redemptions", "expiresAt"];
    forgives_nulls(&coupon(), coupon_json(), &optional);
}

#[test]
fn a_coupon_may_have_everything() {
    let coupon = coupon()
        .code("STAY25")
        .name("Stay")
        .redemptions(Redemptions::new().max(100_u32).current(7_u32))
        .expires_at(at(JUNE));
    is_document(
        &coupon,
        json!({
            "id": "co_1",
            "duration": {"type": "forever"},
            "value": {"type": "percentage", "percent": 25},
            "code": "STAY25",
            "name": "Stay",
            "redemptions": {"max": 100, "current": 7},
            "expiresAt": JUNE,
        }),
    );
}

#[test]
fn redemptions_may_be_unknown() {
    let mut document = coupon_json();
    document["redemptions"] = json!({});
    let coupon = coupon().redemptions(Redemptions::new());
    is_document(&coupon, document.clone());
    document["redemptions"] = json!({"max": null, "current": null});
    assert_eq!(from_value::<Coupon>(document).unwrap(), coupon);
}

#[test]
fn a_coupon_lasts_in_four_ways() {
    let durations = [
        (CouponDuration::Once, json!({"type": "once"})),
        (
            CouponDuration::Recurring {
                amount: 3,
                unit: CycleUnit::Year,
            },
            json!({"type": "recurring", "amount": 3, "unit": "year"}),
        ),
        (CouponDuration::Forever, json!({"type": "forever"})),
        (
            CouponDuration::CycleAmount { cycles: 2 },
            json!({"type": "cycle-amount", "cycles": 2}),
        ),
    ];
    for (duration, duration_json) in durations {
        let mut document = coupon_json();
        document["duration"] = duration_json;
        is_document(&Coupon::new("co_1", duration, percent(25.0)), document);
    }
}

#[test]
fn a_coupon_takes_off_a_sum_or_a_share() {
    let fixed = FixedAmount::new(Currency::USD);
    let share = PercentageValue::new(percent(12.5));
    let values: [(CouponValue, Value); 4] = [
        (
            fixed.clone().into(),
            json!({"type": "fixed", "currency": "USD"}),
        ),
        (
            fixed.unit(100).flat(50).into(),
            json!({"type": "fixed", "currency": "USD", "unit": 100, "flat": 50}),
        ),
        (share.into(), json!({"type": "percentage", "percent": 12.5})),
        (
            share.currency(Currency::USD).into(),
            json!({"type": "percentage", "percent": 12.5, "currency": "USD"}),
        ),
    ];
    for (value, value_json) in values {
        let mut document = coupon_json();
        document["value"] = value_json;
        is_document(
            &Coupon::new("co_1", CouponDuration::Forever, value),
            document,
        );
    }
}

#[test]
fn nulls_in_a_coupon_value_count_as_absent() {
    let mut document = coupon_json();
    document["value"]["currency"] = Value::Null;
    assert_eq!(from_value::<Coupon>(document).unwrap(), coupon());

    let mut document = coupon_json();
    document["value"] = json!({"type": "fixed", "currency": "USD", "unit": null, "flat": null});
    let coupon = Coupon::new(
        "co_1",
        CouponDuration::Forever,
        FixedAmount::new(Currency::USD),
    );
    assert_eq!(from_value::<Coupon>(document).unwrap(), coupon);
}

#[test]
fn a_discount_may_have_dates() {
    let discount = Discount::new(coupon());
    let document = json!({"coupon": coupon_json()});
    is_document(&discount, document.clone());
    forgives_nulls(&discount, document, &["start", "end"]);
    is_document(
        &discount.start(at(MAY)).end(at(JUNE)),
        json!({"coupon": coupon_json(), "start": MAY, "end": JUNE}),
    );
}

#[test]
fn a_subscription_may_be_minimal() {
    let subscription = subscription(SubscriptionStatus::active());
    let document = subscription_json(json!({"name": "active"}));
    is_document(&subscription, document.clone());
    forgives_nulls(&subscription, document, &["discounts", "metadata"]);
}

#[test]
fn a_subscription_may_have_everything() {
    let subscription = subscription(SubscriptionStatus::active().current_period(may()))
        .discount(Discount::new(coupon()).start(at(MAY)))
        .metadata_entry("seller", "web")
        .metadata([("seller", "desk")]);
    let mut document = subscription_json(json!({
        "name": "active",
        "currentPeriod": {"start": MAY, "end": JUNE},
    }));
    document["discounts"] = json!([{"coupon": coupon_json(), "start": MAY}]);
    document["metadata"] = json!({"seller": "desk"});
    is_document(&subscription, document);
}

#[test]
fn items_are_required_but_can_be_empty() {
    let mut document = subscription_json(json!({"name": "active"}));
    document["items"] = json!([]);
    let empty = Subscription::new(
        "s_1",
        "c_1",
        SubscriptionStatus::active(),
        at(MAY),
        BillingCycle::yearly(),
        [],
    );
    is_document(&empty, document.clone());
    document["items"] = Value::Null;
    assert!(from_value::<Subscription>(document).is_err());
}

#[test]
fn every_status_has_its_own_and_common_fields() {
    let period = json!({"start": MAY, "end": JUNE});
    let statuses = [
        (SubscriptionStatus::active(), json!({"name": "active"})),
        (
            SubscriptionStatus::trial(may()),
            json!({"name": "trial", "trial": period}),
        ),
        (
            SubscriptionStatus::paused(PausePeriod::new(at(MAY))),
            json!({"name": "paused", "pause": {"start": MAY}}),
        ),
        (
            SubscriptionStatus::paused(PausePeriod::new(at(MAY)).end(at(JUNE))),
            json!({"name": "paused", "pause": {"start": MAY, "end": JUNE}}),
        ),
        (
            SubscriptionStatus::canceled(at(JUNE)),
            json!({"name": "canceled", "canceledAt": JUNE}),
        ),
        (SubscriptionStatus::unpaid(), json!({"name": "unpaid"})),
    ];
    for (status, mut document) in statuses {
        is_document(&status, document.clone());
        assert_eq!(status.name(), document["name"]);
        assert_eq!(status.current_period_dates(), None);

        document["currentPeriod"] = Value::Null;
        assert_eq!(
            from_value::<SubscriptionStatus>(document.clone()).unwrap(),
            status
        );

        let status = status.current_period(may()).trial_period(may());
        document["currentPeriod"] = period.clone();
        document["trial"] = period.clone();
        is_document(&status, document);
        assert_eq!(status.current_period_dates(), Some(may()));
        assert_eq!(status.trial_dates(), Some(may()));
    }
}

#[test]
fn only_a_trial_status_needs_a_trial() {
    for document in [
        json!({"name": "trial"}),
        json!({"name": "trial", "trial": null}),
    ] {
        assert!(from_value::<SubscriptionStatus>(document).is_err());
    }
    let active = json!({"name": "active", "trial": null});
    assert_eq!(
        from_value::<SubscriptionStatus>(active)
            .unwrap()
            .trial_dates(),
        None
    );
    let paused = json!({"name": "paused", "pause": {"start": MAY, "end": null}, "trial": null});
    let expected = SubscriptionStatus::paused(PausePeriod::new(at(MAY)));
    assert_eq!(from_value::<SubscriptionStatus>(paused).unwrap(), expected);
}

#[test]
fn required_field_must_be_present() {
    let documents = [
        (price_json(), &["id", "type", "duration", "amount"][..]),
        (coupon_json(), &["id", "duration", "value"]),
        (
            subscription_json(json!({"name": "active"})),
            &["id", "customerId", "status", "start", "duration", "items"],
        ),
    ];
    let readers = [
        |document| from_value::<Price>(document).is_ok(),
        |document| from_value::<Coupon>(document).is_ok(),
        |document| from_value::<Subscription>(document).is_ok(),
    ];
    for ((document, required), reads) in documents.into_iter().zip(readers) {
        assert!(reads(document.clone()));
        for field in required {
            let mut document = document.clone();
            document.as_object_mut().unwrap().remove(*field);
            assert!(!reads(document), "{field}");
        }
    }
}

#[test]
fn ids_must_not_be_empty() {
    let cycle = BillingCycle::monthly();
    let amount = Amount::fixed(Currency::USD, 1);
    is_invalid(
        Customer::new("").validate(),
        "invalid customer: id must not be empty",
    );
    is_invalid(
        Price::standalone("", cycle, amount.clone()).validate(),
        "invalid price: id must not be empty",
    );
    is_invalid(
        Price::of_product("p_1", "", cycle, amount).validate(),
        "invalid price: productId must not be empty",
    );
    is_invalid(
        Coupon::new("", CouponDuration::Once, percent(1.0)).validate(),
        "invalid coupon: id must not be empty",
    );
    is_invalid(
        Product::standalone("", "Seats").validate(),
        "invalid product: id must not be empty",
    );
    is_invalid(
        Product::in_family("pr_1", "", "Seats").validate(),
        "invalid product: familyId must not be empty",
    );
    is_invalid(
        ProductFamily::new("", "Tools").validate(),
        "invalid family: id must not be empty",
    );
    is_invalid(
        SubscriptionItem::new("", price(), 1).validate(),
        "invalid subscription item: id must not be empty",
    );
    is_invalid(
        Subscription::new("", "c_1", SubscriptionStatus::active(), at(MAY), cycle, []).validate(),
        "invalid subscription: id must not be empty",
    );
    is_invalid(
        Subscription::new("s_1", "", SubscriptionStatus::active(), at(MAY), cycle, []).validate(),
        "invalid subscription: customerId must not be empty",
    );
}

#[test]
fn required_names_must_not_be_empty() {
    is_invalid(
        Product::standalone("pr_1", "").validate(),
        "invalid product: name must not be empty",
    );
    is_invalid(
        ProductFamily::new("f_1", "").validate(),
        "invalid family: name must not be empty",
    );
}

#[test]
fn a_last_name_needs_a_name() {
    let customer = Customer::new("c_1").last_name("Lovelace");
    is_invalid(customer.validate(), "invalid customer: lastName needs name");
    assert_eq!(customer.name("Ada").validate(), Ok(()));
}

#[test]
fn an_email_must_not_be_empty() {
    is_invalid(
        Customer::new("c_1").email("").validate(),
        "invalid customer: email must not be empty",
    );
}

#[test]
fn a_country_is_two_upper_case_letters() {
    for country in ["", "S", "SWE", "se", "Se", "S1", "Å"] {
        let customer = Customer::new("c_1")
            .address(Address::new())
            .address(Address::new().country(country));
        is_invalid(
            customer.validate(),
            "invalid customer: addresses[1].country must be an ISO 3166-1 alpha-2 code in upper case",
        );
    }
}

#[test]
fn a_billing_cycle_counts_from_one() {
    let cycle = BillingCycle::every(0, CycleUnit::Month);
    is_invalid(
        Price::standalone("p_1", cycle, Amount::fixed(Currency::USD, 1)).validate(),
        "invalid price: duration.amount must be a whole number from 1",
    );
    is_invalid(
        Subscription::new(
            "s_1",
            "c_1",
            SubscriptionStatus::active(),
            at(MAY),
            cycle,
            [],
        )
        .validate(),
        "invalid subscription: duration.amount must be a whole number from 1",
    );
}

#[test]
fn tiers_ascend_and_only_the_last_is_open() {
    let table = [
        (vec![], "amount.tiers must not be empty"),
        (
            vec![Tier::up_to(0), Tier::rest()],
            "amount.tiers[0].upTo must be above 0",
        ),
        (
            vec![Tier::up_to(10), Tier::up_to(10), Tier::rest()],
            "amount.tiers[1].upTo must be above the previous tier",
        ),
        (
            vec![Tier::up_to(10), Tier::up_to(9), Tier::rest()],
            "amount.tiers[1].upTo must be above the previous tier",
        ),
        (
            vec![Tier::up_to(10), Tier::rest(), Tier::rest()],
            "amount.tiers[1].upTo must be set on every tier but the last",
        ),
        (
            vec![Tier::up_to(10), Tier::up_to(20)],
            "amount.tiers[1].upTo must be absent from the last tier",
        ),
    ];
    for (tiers, violation) in table {
        let amount = Amount::tiered(Currency::USD, TierMode::Total, tiers);
        let price = Price::standalone("p_1", BillingCycle::monthly(), amount);
        is_invalid(price.validate(), &format!("invalid price: {violation}"));
    }
}

#[test]
fn tier_is_compared_with_the_last_ended_one() {
    let tiers = [Tier::up_to(10), Tier::rest(), Tier::up_to(5), Tier::rest()];
    let invalid = Amount::tiered(Currency::USD, TierMode::Total, tiers)
        .validate()
        .unwrap_err();
    let paths: Vec<_> = invalid
        .violations
        .iter()
        .map(|violation| &violation.path)
        .collect();
    assert_eq!(paths, ["tiers[1].upTo", "tiers[2].upTo"]);
}

#[test]
fn the_duration_of_a_coupon_counts_from_one() {
    let recurring = CouponDuration::Recurring {
        amount: 0,
        unit: CycleUnit::Month,
    };
    is_invalid(
        Coupon::new("co_1", recurring, percent(1.0)).validate(),
        "invalid coupon: duration.amount must be a whole number from 1",
    );
    let cycles = CouponDuration::CycleAmount { cycles: 0 };
    is_invalid(
        Coupon::new("co_1", cycles, percent(1.0)).validate(),
        "invalid coupon: duration.cycles must be a whole number from 1",
    );
}

#[test]
fn end_before_its_start_is_a_violation() {
    let backwards = SubscriptionPeriod::new(at(JUNE), at(MAY));
    let table = [
        (
            subscription(SubscriptionStatus::active().current_period(backwards)),
            "status.currentPeriod.end",
        ),
        (
            subscription(SubscriptionStatus::trial(backwards)),
            "status.trial.end",
        ),
        (
            subscription(SubscriptionStatus::unpaid().trial_period(backwards)),
            "status.trial.end",
        ),
        (
            subscription(SubscriptionStatus::paused(
                PausePeriod::new(at(JUNE)).end(at(MAY)),
            )),
            "status.pause.end",
        ),
        (
            subscription(SubscriptionStatus::active())
                .discount(Discount::new(coupon()).start(at(JUNE)).end(at(MAY))),
            "discounts[0].end",
        ),
    ];
    for (subscription, path) in table {
        is_invalid(
            subscription.validate(),
            &format!("invalid subscription: {path} must not be before start"),
        );
    }
}

#[test]
fn end_can_be_equal_to_its_start() {
    let instant = SubscriptionPeriod::new(at(MAY), at(MAY));
    let pause = PausePeriod::new(at(MAY)).end(at(MAY));
    let subscription = subscription(SubscriptionStatus::paused(pause).current_period(instant))
        .discount(Discount::new(coupon()).start(at(MAY)).end(at(MAY)))
        .discount(Discount::new(coupon()).end(at(MAY)));
    assert_eq!(subscription.validate(), Ok(()));
}

#[test]
fn nested_violation_is_named_by_its_whole_path() {
    let tiers = [Tier::up_to(10), Tier::up_to(5), Tier::rest()];
    let amount = Amount::tiered(Currency::USD, TierMode::Graduated, tiers);
    let price = Price::standalone("p_2", BillingCycle::monthly(), amount);
    let mut subscription = subscription(SubscriptionStatus::active());
    subscription
        .items
        .push(SubscriptionItem::new("si_2", price, 1));
    is_invalid(
        subscription.validate(),
        "invalid subscription: items[1].price.amount.tiers[1].upTo must be above the previous tier",
    );

    let coupon = Coupon::new("", CouponDuration::Once, percent(1.0));
    is_invalid(
        Customer::new("c_1").discount(coupon).validate(),
        "invalid customer: discounts[0].coupon.id must not be empty",
    );
}

#[test]
fn row_of_a_page_is_named_by_index() {
    is_invalid(
        ProductFamily::new("f_1", "").validate_row(3),
        "invalid family: data[3].name must not be empty",
    );
    assert_eq!(ProductFamily::new("f_1", "Tools").validate_row(3), Ok(()));
}

#[test]
fn message_has_the_first_violation_and_counts_the_others() {
    is_invalid(
        ProductFamily::new("", "").validate(),
        "invalid family: id must not be empty (and 1 more)",
    );
    let invalid = Customer::new("")
        .last_name("Lovelace")
        .email("")
        .validate()
        .unwrap_err();
    assert_eq!(
        invalid.to_string(),
        "invalid customer: id must not be empty (and 2 more)"
    );
    let paths: Vec<_> = invalid
        .violations
        .iter()
        .map(|violation| &violation.path)
        .collect();
    assert_eq!(paths, ["id", "lastName", "email"]);
}
