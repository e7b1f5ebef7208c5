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
        Some("59 days".to_owned())
    );
    assert_eq!(after("2026-01-31T00:00:00.000Z"), Some("0 days".to_owned()));
}

#[test]
fn a_pause_is_measured_from_its_own_start() {
    let active = subscription(json!({"name": "active"}));
    let after = |end| found(Effect::PausedForMonths(1), &active, &paused(end));
    assert_eq!(after("2026-03-01T12:00:00.000Z"), None);
    assert_eq!(
        after("2026-04-01T12:00:00.000Z"),
        Some("59 days".to_owned())
    );
    let still = found(Effect::PausedForMonths(1), &active, &active);
    assert_eq!(still, Some("the status `active`".to_owned()));
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
    let paused = paused("2026-03-01T12:00:00.000Z");
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
