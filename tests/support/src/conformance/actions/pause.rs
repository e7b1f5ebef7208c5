//! Pauses, immediate and at the end of the period.

use serde_json::{Value, json};

use super::harness::{Harness, Performed, assert_same_but, moment_at};
use crate::conformance::client::Mode;
use crate::conformance::{Start, moment};

const PAUSE: &str = "/actions/subscription/pause";
const PAUSE_ALL: &str = "/actions/customer/pause";

fn assert_paused(done: &Performed, before: &Value, after: &Value, end: impl Fn(i64) -> i64) {
    assert_same_but(before, after, &["status"]);
    assert_eq!(after["status"]["name"], "paused", "{after}");
    done.assert_now(after, "/status/pause/start");
    let start = moment_at(after, "/status/pause/start");
    assert_eq!(
        moment::write(moment_at(after, "/status/pause/end")),
        moment::write(end(start)),
        "{after}"
    );
}

fn assert_paused_later(before: &Value, after: &Value, length: impl Fn(i64) -> i64) {
    assert_same_but(before, after, &["status"]);
    if after["status"]["name"] == "paused" {
        assert_eq!(
            after["status"]["pause"]["start"],
            before["status"]["currentPeriod"]["end"]
        );
        let start = moment_at(after, "/status/pause/start");
        assert_eq!(
            moment_at(after, "/status/pause/end"),
            length(start),
            "{after}"
        );
    } else {
        assert_eq!(before["status"], after["status"]);
    }
}

pub fn immediate_pause_has_the_requested_length(start: Start) {
    let harness = Harness::shared(start);
    let cases = [
        (Mode::Test, 10, "day"),
        (Mode::Live, 2, "week"),
        (Mode::Test, 3, "month"),
        (Mode::Live, 1, "year"),
    ];
    for (mode, amount, unit) in cases {
        let named = harness.subscription(mode, "active", "month");
        let mut duration = json!({"type": "period", "amount": amount, "unit": unit});
        if unit == "week" {
            duration.as_object_mut().map(|fields| fields.remove("type"));
        }
        let body = json!({"startAt": "immediate", "duration": duration});
        let (done, before, after) = harness.act_on(mode, PAUSE, body, &named);
        assert_paused(&done, &before, &after, |start| {
            moment::later(start, amount, unit)
        });
    }
    let end = moment::now() + 90 * moment::DAY;
    let (utc, text) = (moment::write(end), moment::write(end + 2 * 60 * 60 * 1000));
    let elsewhere = text.replace('Z', "+02:00");
    let durations = [
        json!({"type": "date", "date": utc}),
        json!({"type": "date", "date": elsewhere}),
        json!({"date": utc}),
    ];
    for duration in durations {
        let named = harness.subscription(Mode::Test, "active", "month");
        let body = json!({"startAt": "immediate", "duration": duration, "allowAnnual": false});
        let (done, before, after) = harness.act_on(Mode::Test, PAUSE, body, &named);
        assert_paused(&done, &before, &after, |_| end);
    }
}

pub fn end_of_period_pause_changes_no_status_yet(start: Start) {
    let harness = Harness::shared(start);
    let named = harness.subscription(Mode::Test, "active", "month");
    let body = json!({
        "startAt": "end-of-period",
        "duration": {"type": "period", "amount": 2, "unit": "month"},
        "note": {"unknown": []},
    });
    let (_, before, after) = harness.act_on(Mode::Test, PAUSE, body, &named);
    assert_paused_later(&before, &after, |start| moment::later(start, 2, "month"));
    let named = harness.subscription(Mode::Live, "active", "month");
    let end = moment::now() + 200 * moment::DAY;
    let body = json!({
        "startAt": "end-of-period",
        "duration": {"type": "date", "date": moment::write(end)},
    });
    let (_, before, after) = harness.act_on(Mode::Live, PAUSE, body, &named);
    assert_paused_later(&before, &after, |_| end);
}

pub fn pause_all_includes_annual_subscriptions(start: Start) {
    let harness = Harness::shared(start);
    let duration = json!({"type": "period", "amount": 2, "unit": "month"});
    let is_annual =
        |row: &Value| row["duration"]["unit"] == "year" || row["duration"]["amount"] == 12;
    let can_pause = |row: &Value| row["status"]["name"] == "active";
    let named = harness.subscription(Mode::Live, "active", "year");
    let mut body = json!({"startAt": "immediate", "duration": duration, "allowAnnual": true});
    let (done, before, after) = harness.act_on(Mode::Live, PAUSE, body.clone(), &named);
    assert_paused(&done, &before, &after, |start| {
        moment::later(start, 2, "month")
    });

    let named = harness.customer(Mode::Test, |rows| {
        rows.len() > 1
            && rows.iter().any(|row| is_annual(row))
            && rows.iter().all(|row| can_pause(row))
    });
    body["customerId"] = named[0]["customerId"].clone();
    let done = harness.act(Mode::Test, PAUSE_ALL, &body, &named);
    for (before, after) in &done.subscriptions {
        assert_paused(&done, before, after, |start| {
            moment::later(start, 2, "month")
        });
    }
    let named = harness.customer(Mode::Live, |rows| {
        !rows.is_empty() && rows.iter().all(|row| can_pause(row) && !is_annual(row))
    });
    let body =
        json!({"customerId": named[0]["customerId"], "startAt": "immediate", "duration": duration});
    let done = harness.act(Mode::Live, PAUSE_ALL, &body, &named);
    for (before, after) in &done.subscriptions {
        assert_paused(&done, before, after, |start| {
            moment::later(start, 2, "month")
        });
    }
    let named = harness.customer(Mode::Test, |rows| {
        !rows.is_empty() && rows.iter().all(|row| can_pause(row) && !is_annual(row))
    });
    let body = json!({
        "customerId": named[0]["customerId"],
        "startAt": "end-of-period",
        "duration": duration,
    });
    let done = harness.act(Mode::Test, PAUSE_ALL, &body, &named);
    for (before, after) in &done.subscriptions {
        assert_paused_later(before, after, |start| moment::later(start, 2, "month"));
    }
}
