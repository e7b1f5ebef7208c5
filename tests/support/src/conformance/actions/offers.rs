//! Coupons, other prices, longer trials, and duplicates of each action.

use std::thread;

use serde_json::{Value, json};

use super::harness::{Harness, assert_same_but, moment_at};
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::{Start, moment};
use crate::encoded;

const CANCEL: &str = "/actions/subscription/cancel";
const PAUSE: &str = "/actions/subscription/pause";
const APPLY_COUPON: &str = "/actions/subscription/apply-coupon";
const CHANGE_PRICE: &str = "/actions/subscription/change-price";
const EXTEND_TRIAL: &str = "/actions/subscription/extend-trial";

pub fn coupon_is_applied_once_under_both_field_names(start: Start) {
    // Other customers have the coupon as well, so the provider is not shared.
    let harness = Harness::start(start);
    for (mode, field) in [(Mode::Test, "id"), (Mode::Live, "coupon")] {
        let named = harness.subscription(mode, "active", "month");
        let is_free = |coupon: &Value| {
            let current = coupon["redemptions"]["current"].as_i64().unwrap_or(0);
            let left = coupon["redemptions"]["max"]
                .as_i64()
                .is_none_or(|max| current < max);
            let expiry = coupon["expiresAt"].as_str().and_then(moment::read);
            let currency = &coupon["value"]["currency"];
            let same =
                currency.is_null() || *currency == named["items"][0]["price"]["amount"]["currency"];
            left && same && expiry.is_none_or(|expiry| expiry > moment::now())
        };
        // The most used coupon is also embedded in other rows.
        let used = |coupon: &Value| coupon["redemptions"]["current"].as_i64();
        let free = harness.list(mode, "/coupons").into_iter().filter(is_free);
        let coupon = free.max_by_key(used).expect("a usable coupon");
        let (id, body) = (id_of(&coupon), json!({field: coupon["id"]}));
        let (_, before, after) = harness.act_on(mode, APPLY_COUPON, body, &named);
        assert_same_but(&before, &after, &["discounts"]);
        let with_it = |row: &Value| {
            let discounts = row["discounts"].as_array().cloned().unwrap_or_default();
            let of_it = |discount: &Value| discount["coupon"]["id"] == id.as_str();
            discounts.into_iter().partition::<Vec<_>, _>(of_it)
        };
        let ((none, others), (new, others_after)) = (with_it(&before), with_it(&after));
        assert_eq!((none.len(), new.len()), (0, 1), "{after}");
        assert_eq!(others, others_after);
        let retrieved =
            Client::new(&harness.process, mode).row(&format!("/coupons/{}", encoded(&id)));
        assert_eq!(new[0]["coupon"], retrieved);
        harness.expect_redemption(mode, &coupon, &retrieved);
    }
}

pub fn price_changes_under_both_schedules_and_field_names(start: Start) {
    let harness = Harness::shared(start);
    let cases = [
        (Mode::Test, "id", "immediate", None),
        (Mode::Live, "price", "immediate", None),
        (Mode::Test, "id", "immediate", Some(true)),
        (Mode::Live, "id", "immediate", Some(false)),
        (Mode::Test, "id", "end-of-period", None),
        (Mode::Live, "price", "end-of-period", Some(false)),
    ];
    for (mode, field, schedule, prorate) in cases {
        let named = harness.subscription(mode, "active", "month");
        let old = &named["items"][0]["price"];
        let price = harness.list(mode, "/prices").into_iter().find(|price| {
            let same_currency = price["amount"]["currency"] == old["amount"]["currency"];
            same_currency && price["duration"] == old["duration"] && price["id"] != old["id"]
        });
        let price = price.expect("another price of the same sort");
        let mut body = json!({field: price["id"], "scheduledAt": schedule});
        if let Some(prorate) = prorate {
            body["prorate"] = json!(prorate);
        }
        let (_, before, after) = harness.act_on(mode, CHANGE_PRICE, body, &named);
        if schedule == "end-of-period" {
            assert_eq!(
                before, after,
                "the price has changed before the period's end"
            );
            continue;
        }
        assert_same_but(&before, &after, &["items"]);
        let [item] = after["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        else {
            panic!("the number of items has changed: {after}");
        };
        assert_eq!(item["price"], price);
        assert_eq!(item["quantity"], before["items"][0]["quantity"]);
    }
}

pub fn trial_is_extended_once_by_period_or_date(start: Start) {
    let harness = Harness::shared(start);
    let mut extended = Vec::new();
    for (mode, amount, unit) in [
        (Mode::Test, 3, "day"),
        (Mode::Live, 2, "week"),
        (Mode::Test, 1, "month"),
        (Mode::Live, 1, "year"),
    ] {
        let named = harness.subscription(mode, "trial", "month");
        let body = json!({"duration": {"type": "period", "amount": amount, "unit": unit}});
        let (_, before, after) = harness.act_on(mode, EXTEND_TRIAL, body, &named);
        let end = moment::later(moment_at(&before, "/status/trial/end"), amount, unit);
        assert_trial_ends(&before, &after, end);
        extended.push((mode, after));
    }
    let mut end = moment::now() + 100 * moment::DAY;
    let named = harness.subscription(Mode::Test, "trial", "month");
    let body = json!({"duration": {"type": "date", "date": moment::write(end)}});
    let (_, before, after) = harness.act_on(Mode::Test, EXTEND_TRIAL, body, &named);
    assert_trial_ends(&before, &after, end);
    // A trial that was extended before.
    for (mode, named) in extended {
        end = moment_at(&named, "/status/trial/end") + 30 * moment::DAY;
        let body = json!({"duration": {"type": "date", "date": moment::write(end)}});
        let (_, before, after) = harness.act_on(mode, EXTEND_TRIAL, body, &named);
        assert_trial_ends(&before, &after, end);
    }
}

fn assert_trial_ends(before: &Value, after: &Value, end: i64) {
    assert_same_but(before, after, &["status"]);
    assert_eq!(after["status"]["name"], "trial", "{after}");
    assert_eq!(
        after["status"]["trial"]["start"],
        before["status"]["trial"]["start"]
    );
    assert_eq!(
        after["status"]["trial"]["end"],
        moment::write(end),
        "{before} → {after}"
    );
}

pub fn concurrent_duplicates_have_one_effect(start: Start) {
    let harness = Harness::start(start);
    let period = json!({"type": "period", "amount": 3, "unit": "day"});
    let coupons = harness.list(Mode::Test, "/coupons");
    let coupon = coupons.iter().find(|coupon| {
        let fields = [
            &coupon["redemptions"]["max"],
            &coupon["expiresAt"],
            &coupon["value"]["currency"],
        ];
        fields.into_iter().all(Value::is_null)
    });
    let coupon = coupon.expect("a coupon without limits");
    let pause = json!({"startAt": "immediate", "duration": period});
    let actions = [
        (EXTEND_TRIAL, "trial", json!({"duration": period})),
        (APPLY_COUPON, "active", json!({"id": id_of(coupon)})),
        (PAUSE, "active", pause),
        (CANCEL, "active", json!({"scheduledAt": "immediate"})),
    ];
    for (path, status, mut body) in actions {
        let named = harness.subscription(Mode::Test, status, "month");
        body["customerId"] = named["customerId"].clone();
        body["subscriptionId"] = named["id"].clone();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let response = Client::new(&harness.process, Mode::Test).post(path, &body);
                    assert_eq!(
                        response.status,
                        200,
                        "{path} of {body}: {}",
                        response.text()
                    );
                });
            }
        });
        let list = subscriptions_of(&text_of(&named, "customerId"));
        let after = Client::new(&harness.process, Mode::Test)
            .row(&format!("{list}/{}", encoded(&id_of(&named))));
        harness.expect(Mode::Test, &named, after.clone());
        if path == EXTEND_TRIAL {
            let end = moment_at(&named, "/status/trial/end") + 3 * moment::DAY;
            assert_trial_ends(&named, &after, end);
        }
        if path == APPLY_COUPON {
            let discounts = after["discounts"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let new: Vec<_> = discounts
                .iter()
                .filter(|discount| discount["coupon"]["id"] == coupon["id"])
                .collect();
            assert_eq!(new.len(), 1, "{after}");
            harness.expect_redemption(Mode::Test, coupon, &new[0]["coupon"]);
        }
        // Sent once more, after all of the above.
        harness.act(Mode::Test, path, &body, std::slice::from_ref(&named));
    }
}
