use churnkey_runtime::{TimeUnit, Timestamp};
use serde_json::{Value, json};

use super::{Effect, changes, first_mismatch, is_only_left_out};

fn subscription(status: Value) -> Value {
    json!({
        "id": "sub", "customerId": "cus", "start": "2026-01-01T00:00:00.000Z", "duration": {"amount": 1, "unit": "month"}, "status": status,
        "items": [{"id": "item", "quantity": 1, "price": {
            "id": "pro", "type": "standalone", "duration": {"amount": 1, "unit": "month"}, "amount": {"model": "fixed", "currency": "USD", "unit": 500},
        }}],
    })
}

fn found(effect: Effect, before: &Value, after: &Value) -> Option<String> {
    first_mismatch(
        &effect,
        std::slice::from_ref(before),
        std::slice::from_ref(after),
    )
    .map(|mismatch| mismatch.found)
}

fn trial(end: &str) -> Value {
    subscription(
        json!({"name": "trial", "trial": {"start": "2026-01-01T00:00:00.000Z", "end": end}}),
    )
}

fn paused(end: &str) -> Value {
    subscription(
        json!({"name": "paused", "pause": {"start": "2026-02-01T12:00:00.000Z", "end": end}}),
    )
}

#[test]
fn a_month_is_one_month_of_the_calendar() {
    let before = trial("2026-01-31T00:00:00.000Z");
    let after = |end| found(Effect::TrialMonthsLonger(1), &before, &trial(end));
    assert_eq!(after("2026-02-28T00:00:00.000Z"), None);
    assert_eq!(after("2026-03-03T00:00:00.000Z"), None);
    assert_eq!(
        after("2026-03-31T00:00:00.000Z"),
        Some("59 days later".to_owned())
    );
    assert_eq!(
        after("2026-01-31T00:00:00.000Z"),
        Some("no time later".to_owned())
    );
    assert_eq!(
        after("2026-02-28T05:00:00.000Z"),
        Some("28 days and 5 hours later".to_owned())
    );
}

fn paused_for(months: u32) -> Value {
    let now = Timestamp::now();
    let end = now.plus(months, TimeUnit::Month).unwrap();
    subscription(
        json!({"name": "paused", "pause": {"start": now.to_string(), "end": end.to_string()}}),
    )
}

#[test]
fn a_pause_is_measured_from_its_own_start() {
    let active = subscription(json!({"name": "active"}));
    let after = |paused: &Value| found(Effect::PausedForMonths(1), &active, paused);
    assert_eq!(after(&paused_for(1)), None);
    assert_ne!(after(&paused_for(2)), None);
    // A wrong time zone.
    let late = Timestamp::now().plus(3, TimeUnit::Day).unwrap();
    let mut early = paused_for(1);
    early["status"]["pause"]["start"] = json!(late.to_string());
    assert_eq!(after(&early), Some(late.to_string()));
    // The clock of a provider under test.
    let frozen = Timestamp::now().unix_millis() - (5 * 24 * 60 + 7) * 60 * 1000;
    let start = Timestamp::from_unix_millis(frozen).unwrap();
    let mut clock = paused(&start.plus(1, TimeUnit::Month).unwrap().to_string());
    clock["status"]["pause"]["start"] = json!(start.to_string());
    assert_eq!(after(&clock), None);
    assert_eq!(after(&active), Some("the status `active`".to_owned()));
}

#[test]
fn effect_at_the_period_end_is_not_visible_before() {
    let until = |name: &str| {
        let mut one = subscription(json!({"name": name}));
        one["status"]["currentPeriod"] =
            json!({"start": "2026-01-01T00:00:00.000Z", "end": "2199-01-01T00:00:00.000Z"});
        one
    };
    let after = |at: &str| {
        let mut canceled = until("canceled");
        canceled["status"]["canceledAt"] = json!(at);
        found(
            Effect::CanceledLater { unpauses: false },
            &until("active"),
            &canceled,
        )
    };
    assert_ne!(after("2026-01-02T00:00:00.000Z"), None);
    assert_eq!(after("2199-01-01T00:00:00.000Z"), None);
}

#[test]
fn a_displaced_coupon_is_a_mismatch() {
    let coupon =
        |id: &str| json!({"id": id, "value": {"percent": 5}, "duration": {"type": "once"}});
    let with = |ids: &[&str]| {
        let mut one = subscription(json!({"name": "active"}));
        one["discounts"] = ids.iter().map(|id| json!({"coupon": coupon(id)})).collect();
        one
    };
    let effect = || Effect::HasCoupon(coupon("new"));
    assert_eq!(
        found(effect(), &with(&["old"]), &with(&["old", "new"])),
        None
    );
    let displaced = found(effect(), &with(&["old"]), &with(&["new"]));
    assert_eq!(displaced, Some("discounts of new".to_owned()));
}

#[test]
fn changes_are_described_in_words() {
    let (one, other) = (
        trial("2026-01-31T00:00:00.000Z"),
        paused("2026-03-01T12:00:00.000Z"),
    );
    assert_eq!(changes(&one, &one), None);
    let what = changes(&one, &other);
    assert_eq!(
        what.as_deref(),
        Some(
            "status: trial → paused, start of the pause: none → 2026-02-01T12:00:00.000Z, end of the pause: none → 2026-03-01T12:00:00.000Z, \
             end of the trial: 2026-01-31T00:00:00.000Z → none"
        )
    );
}

#[test]
fn an_unchanged_subscription_differs_from_a_wrongly_changed_one() {
    let active = subscription(json!({"name": "active"}));
    let unpaid = subscription(json!({"name": "unpaid"}));
    let paused = paused_for(1);
    let effect = Effect::PausedForMonths(1);
    let before = [active.clone(), active.clone()];

    assert!(is_only_left_out(
        &effect,
        &before,
        &[paused.clone(), active]
    ));
    assert!(!is_only_left_out(&effect, &before, &[paused, unpaid]));
}

#[test]
fn a_change_of_metadata_is_no_change() {
    let before = subscription(json!({"name": "active"}));
    let mut after = before.clone();
    after["metadata"] = json!({"lastRequest": "2026-01-01"});
    assert_eq!(changes(&before, &after), None);
}
