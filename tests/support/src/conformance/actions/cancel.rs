//! Cancellations, immediate and at the end of the period.

use serde_json::{Value, json};

use super::harness::{Harness, assert_same_but};
use crate::conformance::Start;
use crate::conformance::client::Mode;

const CANCEL: &str = "/actions/subscription/cancel";
const CANCEL_ALL: &str = "/actions/customer/cancel";

/// Asserts that a change for the end of the period has not happened. The document may announce it.
fn assert_canceled_later(before: &Value, after: &Value) {
    assert_same_but(before, after, &["status"]);
    if after["status"]["name"] == "canceled" {
        assert_eq!(
            after["status"]["canceledAt"], before["status"]["currentPeriod"]["end"],
            "{after}"
        );
    } else {
        assert_eq!(before["status"], after["status"]);
    }
}

pub fn immediate_cancellation_cancels_any_status(start: Start) {
    let harness = Harness::shared(start);
    for (mode, status, unit) in [
        (Mode::Test, "active", "month"),
        (Mode::Live, "active", "year"),
        (Mode::Test, "trial", "month"),
        (Mode::Live, "unpaid", "month"),
        (Mode::Test, "paused", "month"),
    ] {
        let named = harness.subscription(mode, status, unit);
        let (done, before, after) =
            harness.act_on(mode, CANCEL, json!({"scheduledAt": "immediate"}), &named);
        done.assert_canceled(&before, &after);
        // Another cancellation of a canceled subscription, with other options.
        let (_, _, again) = harness.act_on(
            mode,
            CANCEL,
            json!({"scheduledAt": "immediate", "unpause": true}),
            &named,
        );
        assert_eq!(after, again);
    }
    let canceled = harness.subscription(Mode::Live, "canceled", "month");
    let (done, before, after) = harness.act_on(
        Mode::Live,
        CANCEL,
        json!({"scheduledAt": "immediate"}),
        &canceled,
    );
    done.assert_canceled(&before, &after);
}

pub fn end_of_period_cancellation_changes_no_status_yet(start: Start) {
    let harness = Harness::shared(start);
    for (mode, status, unit) in [
        (Mode::Test, "active", "month"),
        (Mode::Live, "trial", "month"),
    ] {
        let named = harness.subscription(mode, status, unit);
        let body =
            json!({"scheduledAt": "end-of-period", "unpause": null, "coupon": "an unknown field"});
        let (_, before, after) = harness.act_on(mode, CANCEL, body, &named);
        assert_canceled_later(&before, &after);
        let (done, before, after) =
            harness.act_on(mode, CANCEL, json!({"scheduledAt": "immediate"}), &named);
        done.assert_canceled(&before, &after);
    }
}

pub fn cancellation_with_unpause_ends_the_pause(start: Start) {
    let harness = Harness::shared(start);
    let named = harness.subscription(Mode::Test, "paused", "month");
    let (_, before, after) = harness.act_on(
        Mode::Test,
        CANCEL,
        json!({"scheduledAt": "end-of-period", "unpause": true}),
        &named,
    );
    assert_same_but(&before, &after, &["status"]);
    assert_ne!(after["status"]["name"], "paused", "{after}");
    assert!(after["status"].get("pause").is_none(), "{after}");

    let named = harness.subscription(Mode::Live, "paused", "month");
    let (_, before, after) = harness.act_on(
        Mode::Live,
        CANCEL,
        json!({"scheduledAt": "end-of-period", "unpause": false}),
        &named,
    );
    assert_canceled_later(&before, &after);
    let named = harness.subscription(Mode::Test, "paused", "month");
    let (done, before, after) = harness.act_on(
        Mode::Test,
        CANCEL,
        json!({"scheduledAt": "immediate", "unpause": true}),
        &named,
    );
    done.assert_canceled(&before, &after);
}

pub fn cancel_all_affects_only_the_given_customer(start: Start) {
    let harness = Harness::shared(start);
    for mode in Mode::BOTH {
        for schedule in ["immediate", "end-of-period"] {
            let named = harness.customer(mode, |rows| rows.len() > 1);
            let body = json!({
                "customerId": named[0]["customerId"], "scheduledAt": schedule, "unpause": true,
            });
            let done = harness.act(mode, CANCEL_ALL, &body, &named);
            for (before, after) in &done.subscriptions {
                match schedule {
                    "immediate" => done.assert_canceled(before, after),
                    _ => assert_canceled_later(before, after),
                }
            }
        }
    }
}
