//! An identical action that arrives while the first one runs.

use serde_json::{Value, json};

use crate::action::{Action, Change};
use crate::company::Resume;
use crate::harness::{DEADLINE, Harness, request, settle};

const CANCEL: Action = Action {
    mode: churnkey::Mode::Live,
    customer: "ada",
    change: Change::Cancel("ada-1"),
};

#[tokio::test(start_paused = true)]
async fn identical_action_joins_the_running_one() {
    let ends: [(&[Resume], u16); 5] = [
        (&[Resume::Proceed, Resume::Proceed], 200),
        (&[Resume::Fail], 500),
        (&[Resume::Proceed, Resume::Fail], 500),
        (&[Resume::Panic], 500),
        (&[Resume::Proceed, Resume::Panic], 500),
    ];
    for (resumes, status) in ends {
        let harness = Harness::new();
        let callers = [
            harness.send(CANCEL).await,
            harness.send(CANCEL).await,
            harness.send(CANCEL).await,
        ];
        harness.assert_running(&[CANCEL]);
        for resume in resumes {
            harness.resume(CANCEL, *resume).await;
        }
        let mut answers = Vec::new();
        for caller in callers {
            answers.push(caller.answer().await);
        }
        assert_eq!(harness.control.entered(), 1, "{resumes:?}");
        for answer in &answers {
            assert_eq!(answer.status, status, "{resumes:?}");
            assert_eq!(answer.body, answers[0].body);
            let own = answers
                .iter()
                .filter(|one| one.request_id == answer.request_id);
            assert_eq!(own.count(), 1, "{answers:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_caller_gets_its_own_request_id_back() {
    let harness = Harness::new();
    let mut callers = Vec::new();
    for id in ["first", "second"] {
        let mut request = request(CANCEL, CANCEL.spelled(0));
        request
            .headers_mut()
            .insert("X-Request-Id", id.parse().unwrap());
        callers.push((id, harness.post(request).await));
    }
    harness.finish(CANCEL).await;
    for (id, caller) in callers {
        assert_eq!(caller.answer().await.request_id, id);
    }
    assert_eq!(harness.control.entered(), 1);
}

#[tokio::test(start_paused = true)]
async fn action_runs_on_and_is_joinable_without_callers() {
    let harness = Harness::new();
    harness.send(CANCEL).await.hang_up();
    harness.send(CANCEL).await.hang_up();
    settle().await;
    harness.assert_running(&[CANCEL]);
    harness.resume(CANCEL, Resume::Proceed).await;
    let late = harness.send(CANCEL).await;
    let later = harness.send(CANCEL).await;
    later.hang_up();
    harness.resume(CANCEL, Resume::Proceed).await;
    assert_eq!(late.answer().await.status, 200);
    assert_eq!(harness.control.entered(), 1);
}

#[tokio::test(start_paused = true)]
async fn action_that_arrives_after_the_end_runs_again() {
    let harness = Harness::new();
    for (turn, resume) in [
        Resume::Fail,
        Resume::Panic,
        Resume::Proceed,
        Resume::Proceed,
    ]
    .into_iter()
    .enumerate()
    {
        let caller = harness.send(CANCEL).await;
        assert_eq!(harness.control.entered(), turn + 1);
        harness.resume(CANCEL, resume).await;
        if let Resume::Proceed = resume {
            harness.resume(CANCEL, Resume::Proceed).await;
            assert_eq!(caller.answer().await.status, 200);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn timed_out_action_runs_on_and_can_be_joined() {
    let harness = Harness::new();
    let caller = harness.send(CANCEL).await;
    tokio::time::sleep(DEADLINE).await;
    let late = caller.answer().await;
    assert_eq!((late.status, late.retry_after.as_deref()), (503, Some("5")));
    assert_eq!(late.body, r#"{"code":503,"message":"Service Unavailable"}"#);
    harness.assert_running(&[CANCEL]);
    let joined = harness.send(CANCEL).await;
    tokio::time::sleep(DEADLINE).await;
    assert_eq!(joined.answer().await.status, 503);
    let again = harness.send(CANCEL).await;
    harness.finish(CANCEL).await;
    assert_eq!(again.answer().await.status, 200);
    assert_eq!(harness.control.entered(), 1);
}

#[tokio::test(start_paused = true)]
async fn function_that_panics_immediately_frees_its_slot() {
    let harness = Harness::new();
    let at_once = &harness.control.panics_at_once;
    at_once.store(true, std::sync::atomic::Ordering::SeqCst);
    let answer = harness.send(CANCEL).await.answer().await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.body,
        r#"{"code":500,"message":"Internal Server Error"}"#
    );
    at_once.store(false, std::sync::atomic::Ordering::SeqCst);
    let caller = harness.send(CANCEL).await;
    harness.finish(CANCEL).await;
    assert_eq!(caller.answer().await.status, 200);
}

fn every_kind() -> [Action; 7] {
    [
        Change::Cancel("ada-1"),
        Change::CancelAll,
        Change::Pause("ada-1", 1),
        Change::PauseAll(1),
        Change::ApplyCoupon("ada-1", "half"),
        Change::Reprice("ada-1", "pro"),
        Change::ExtendTrial("ada-1", 7),
    ]
    .map(|change| Action::live("ada", change))
}

#[tokio::test(start_paused = true)]
async fn bodies_with_the_same_meaning_join() {
    for action in every_kind() {
        let harness = Harness::new();
        let mut callers = Vec::new();
        for spelling in 0..8 {
            callers.push(harness.send_spelled(action, spelling).await);
        }
        harness.assert_running(&[action]);
        harness.finish(action).await;
        for caller in callers {
            assert_eq!(caller.answer().await.status, 200, "{action:?}");
        }
        assert_eq!(harness.control.entered(), 1, "{action:?}");
    }
}

/// Returns different values for the fields that an action can have.
fn differing() -> [(&'static str, Value); 11] {
    [
        ("customerId", json!("bob")),
        ("subscriptionId", json!("ada-2")),
        ("scheduledAt", json!("end-of-period")),
        ("startAt", json!("end-of-period")),
        (
            "duration",
            json!({ "type": "period", "amount": 2, "unit": "year" }),
        ),
        ("id", json!("team")),
        ("coupon", json!("welcome")),
        ("price", json!("team")),
        ("unpause", json!(true)),
        ("allowAnnual", json!(false)),
        ("prorate", json!(true)),
    ]
}

fn is_field(action: Action, name: &str) -> bool {
    let mut operations = churnkey_protocol::operations();
    let (module, _) = operations
        .find(|(_, operation)| operation.path == action.path())
        .expect("the action is in the table");
    module
        .fields
        .iter()
        .any(|field| field.names().any(|one| one == name))
}

#[tokio::test(start_paused = true)]
async fn different_known_fields_do_not_join() {
    for action in every_kind() {
        for (field, value) in differing() {
            let harness = Harness::new();
            let first = harness.send(action).await;
            let mut body = action.body();
            body.insert(field.to_owned(), value);
            let body = Value::Object(body).to_string();
            let other = harness.post(request(action, body)).await;
            harness.finish(action).await;
            assert_eq!(first.answer().await.status, 200);
            // The other joined for an unknown field, is under way still, or was refused.
            if !is_field(action, field) {
                assert_eq!(other.answer().await.status, 200, "{action:?} {field}");
                assert_eq!(harness.control.entered(), 1, "{action:?} {field}");
            } else if other.is_waiting() {
                assert_eq!(harness.control.entered(), 2, "{action:?} {field}");
            } else {
                assert_ne!(other.answer().await.status, 200, "{action:?} {field}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn other_operation_or_mode_does_not_join() {
    let harness = Harness::new();
    let body = || Value::Object(CANCEL.body()).to_string();
    let all = Action::live("ada", Change::CancelAll);
    let test = Action::test("ada", Change::Cancel("ada-1"));
    let callers = [
        harness.post(request(CANCEL, body())).await,
        harness.post(request(all, body())).await,
        harness.post(request(test, body())).await,
    ];
    harness.assert_running(&[CANCEL, test]);
    harness.finish(CANCEL).await;
    harness.assert_running(&[test, all]);
    harness.finish(test).await;
    harness.finish(all).await;
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
    assert_eq!(harness.control.entered(), 3);
}
