use serde_json::{Value, json};

use super::{flaws, same};
use crate::module::Module;

fn subscription() -> Value {
    json!({
        "id": "sub", "customerId": "cus", "start": "2026-01-01T00:00:00.000Z",
        "duration": {"amount": 1, "unit": "month"},
        "status": {"name": "active", "currentPeriod": {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"}},
        "items": [{"id": "item", "quantity": 2, "price": {
            "id": "price", "type": "product", "productId": "desk", "duration": {"amount": 1, "unit": "month"},
            "amount": {"model": "tiered", "mode": "graduated", "currency": "USD", "tiers": [{"unit": 5, "upTo": 10}, {"unit": 4}]},
        }}],
        "discounts": [{"coupon": {"id": "ten", "duration": {"type": "once"}, "value": {"type": "percentage", "percent": 10}}}],
    })
}

/// Module, path and found value of each flaw after the value at `pointer` was replaced.
fn found(pointer: &str, value: Value) -> Vec<(Module, String, String)> {
    let mut subscription = subscription();
    match subscription.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            subscription.pointer_mut(parent).unwrap()[name] = value;
        }
    }
    let flaws = flaws(Module::Subscriptions, &subscription);
    flaws
        .into_iter()
        .map(|flaw| (flaw.module, flaw.path, flaw.found))
        .collect()
}

#[test]
fn a_model_of_the_protocol_has_no_flaw() {
    assert_eq!(flaws(Module::Subscriptions, &subscription()), []);
    assert_eq!(found("/metadata", Value::Null), []);
}

#[test]
fn each_flaw_has_its_path_in_the_innermost_model() {
    use Module::{Coupons, Prices, Subscriptions};
    let cases = [
        ("/id", json!(7), Subscriptions, "id", "a number"),
        (
            "/start",
            json!("2026-01-01"),
            Subscriptions,
            "start",
            "`2026-01-01`",
        ),
        (
            "/start",
            json!("tomorrow"),
            Subscriptions,
            "start",
            "a string",
        ),
        (
            "/status",
            json!("active"),
            Subscriptions,
            "status",
            "a string",
        ),
        (
            "/status/name",
            json!("ACTIVE"),
            Subscriptions,
            "status.name",
            "`ACTIVE`",
        ),
        (
            "/status/currentPeriod/end",
            Value::Null,
            Subscriptions,
            "status.currentPeriod.end",
            "null",
        ),
        (
            "/duration/unit",
            json!("week"),
            Subscriptions,
            "duration.unit",
            "`week`",
        ),
        (
            "/items/0/quantity",
            json!(-1),
            Subscriptions,
            "items[].quantity",
            "a number out of range",
        ),
        (
            "/items/0/price",
            json!("price"),
            Subscriptions,
            "items[].price",
            "a string",
        ),
        (
            "/items/0/price/productId",
            Value::Null,
            Prices,
            "productId",
            "null",
        ),
        (
            "/items/0/price/amount/currency",
            json!("usd"),
            Prices,
            "amount.currency",
            "`usd`",
        ),
        (
            "/items/0/price/amount/tiers/0/unit",
            json!(4.5),
            Prices,
            "amount.tiers[].unit",
            "a number with a fraction",
        ),
        (
            "/items/0/price/amount/tiers/1/upTo",
            json!(20),
            Prices,
            "amount.tiers[].upTo",
            "another value",
        ),
        (
            "/discounts/0/coupon/value/percent",
            json!(110),
            Coupons,
            "value.percent",
            "a number out of range",
        ),
        (
            "/discounts/0/coupon/duration/type",
            json!("always"),
            Coupons,
            "duration.type",
            "`always`",
        ),
        (
            "/meta_data",
            json!({}),
            Subscriptions,
            "meta_data",
            "another name, similar to `metadata`",
        ),
    ];
    for (pointer, value, module, path, what) in cases {
        let expected = [(module, path.to_owned(), what.to_owned())];
        assert_eq!(found(pointer, value), expected, "{pointer}");
    }
}

#[test]
fn the_rules_of_the_runtime_are_checked() {
    let ends_before_it_starts =
        json!({"start": "2026-03-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"});
    let flaws = found("/status/currentPeriod", ends_before_it_starts);
    assert_eq!(flaws[0].1, "status.currentPeriod.end");
}

#[test]
fn models_with_different_spellings_of_dates_are_equal() {
    let mut other = subscription();
    other["start"] = json!("2026-01-01T01:00:00+01:00");
    other["metadata"] = Value::Null;
    assert!(same(Module::Subscriptions, &subscription(), &other));
    other["items"][0]["quantity"] = json!(3);
    assert!(!same(Module::Subscriptions, &subscription(), &other));
}

/// The fix of the only flaw after the value at `pointer` was replaced.
fn fix(pointer: &str, value: Value) -> Option<String> {
    let mut subscription = subscription();
    *subscription.pointer_mut(pointer).unwrap() = value;
    let mut flaws = flaws(Module::Subscriptions, &subscription);
    assert_eq!(flaws.len(), 1, "{pointer}: {flaws:?}");
    flaws.remove(0).fix
}

#[test]
fn a_fix_fits_the_wrong_value() {
    let tier = "/items/0/price/amount/tiers/0/unit";
    let currency = "/items/0/price/amount/currency";
    let cases = [
        (currency, json!("usd"), "Send `USD` instead of `usd`."),
        (tier, json!(19.5), "19.00 USD is `1900`"),
        (tier, json!("19.00"), "19.00 USD is `1900`"),
        (tier, json!("1900"), "without quotation marks"),
        ("/start", json!(1_767_225_600), "Unix time in seconds"),
        (
            "/start",
            json!(1_767_225_600_000_u64),
            "Unix time in milliseconds",
        ),
        ("/start", json!("2026-05-01"), "`2026-05-01T00:00:00.000Z`"),
        ("/id", json!(7), "into quotation marks"),
        (
            "/duration/unit",
            json!("months"),
            "Send `month` instead of `months`.",
        ),
        ("/status/name", json!("trialing"), "Send `trial` instead"),
        ("/status/name", json!("Active"), "Send `active` instead"),
        (
            "/status/name",
            json!("cancelled"),
            "Send `canceled` instead",
        ),
        (
            "/status/name",
            json!("incomplete_expired"),
            "Send `canceled` instead",
        ),
        (
            "/status/name",
            json!("past_due"),
            "The nearest word is `unpaid`",
        ),
    ];
    for (pointer, value, expected) in cases {
        let fix = fix(pointer, value.clone()).unwrap_or_default();
        assert!(fix.contains(expected), "{pointer} {value}: {fix}");
    }
    let listed = "Send `active`, `trial`, `paused`, `canceled` or `unpaid`.";
    assert_eq!(
        fix("/status/name", json!("purple")),
        Some(listed.to_owned())
    );
    assert_eq!(fix(currency, json!("DOLLAR")), None);
}

#[test]
fn a_misspelt_required_field_is_one_flaw() {
    let mut subscription = subscription();
    let fields = subscription.as_object_mut().unwrap();
    let id = fields.remove("customerId").unwrap();
    fields.insert("customer_id".to_owned(), id);
    let flaws = flaws(Module::Subscriptions, &subscription);
    let [flaw] = flaws.as_slice() else {
        panic!("{flaws:?}");
    };
    assert_eq!(flaw.path, "customerId");
    assert_eq!(
        flaw.fix.as_deref(),
        Some("Rename `customer_id` to `customerId`. Names are in camelCase.")
    );
}

#[test]
fn a_charge_under_another_name_is_an_error() {
    for name in ["unit_amount", "unitAmount", "amount", "price", "Unit"] {
        let mut subscription = subscription();
        let amount = json!({"model": "fixed", "currency": "USD", name: 1900});
        subscription["items"][0]["price"]["amount"] = amount;
        let flaws = flaws(Module::Subscriptions, &subscription);
        let [flaw] = flaws.as_slice() else {
            panic!("{name}: {flaws:?}");
        };
        assert_eq!(
            (flaw.path.as_str(), flaw.is_unknown_field),
            ("amount.unit", false)
        );
        let fix = flaw.fix.clone().unwrap_or_default();
        assert!(
            fix.starts_with(&format!("Rename `{name}` to `unit`.")),
            "{fix}"
        );
    }
}

#[test]
fn place_has_the_indexes_of_the_whole_value() {
    let mut subscription = subscription();
    let first = subscription["items"][0].clone();
    let items = subscription["items"].as_array_mut().unwrap();
    items.truncate(1);
    items.push(first);
    items[1]["price"]["amount"]["unit"] = json!("19.00");
    items[0].as_object_mut().unwrap().remove("quantity");
    subscription["status"] = json!({ "name": "asleep" });
    let mut places: Vec<_> = flaws(Module::Subscriptions, &subscription)
        .into_iter()
        .map(|flaw| (flaw.place, flaw.path))
        .collect();
    places.sort();
    let expected = [
        ("items[0].quantity", "items[].quantity"),
        ("items[1].price.amount.unit", "amount.unit"),
        ("status.name", "status.name"),
    ];
    assert_eq!(
        places,
        expected.map(|(place, path)| (place.to_owned(), path.to_owned()))
    );
}
