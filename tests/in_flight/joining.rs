//! The same action, arriving again while it runs.

use serde_json::{Value, json};

use crate::action::{Action, What};
use crate::company::Cue;
use crate::office::{DEADLINE, Office, request, settle};

const CANCEL: Action = Action {
    mode: churnkey::Mode::Live,
    customer: "ada",
    what: What::Cancel("ada-1"),
};

#[tokio::test(start_paused = true)]
async fn an_action_that_arrives_again_while_it_runs_joins_it_and_gets_the_same_answer() {
    let ends: [(&[Cue], u16); 5] = [
        (&[Cue::Proceed, Cue::Proceed], 200),
        (&[Cue::Fail], 500),
        (&[Cue::Proceed, Cue::Fail], 500),
        (&[Cue::Panic], 500),
        (&[Cue::Proceed, Cue::Panic], 500),
    ];
    for (cues, status) in ends {
        let office = Office::open();
        let callers = [
            office.send(CANCEL).await,
            office.send(CANCEL).await,
            office.send(CANCEL).await,
        ];
        office.assert_running(&[CANCEL]);
        for cue in cues {
            office.cue(CANCEL, *cue).await;
        }
        let mut answers = Vec::new();
        for caller in callers {
            answers.push(caller.answer().await);
        }
        assert_eq!(office.stage.entered(), 1, "{cues:?}");
        for answer in &answers {
            assert_eq!(answer.status, status, "{cues:?}");
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
    let office = Office::open();
    let mut callers = Vec::new();
    for id in ["first", "second"] {
        let mut request = request(CANCEL, CANCEL.spelled(0));
        request
            .headers_mut()
            .insert("X-Request-Id", id.parse().unwrap());
        callers.push((id, office.post(request).await));
    }
    office.finish(CANCEL).await;
    for (id, caller) in callers {
        assert_eq!(caller.answer().await.request_id, id);
    }
    assert_eq!(office.stage.entered(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_action_whose_callers_have_all_hung_up_runs_on_and_can_be_joined() {
    let office = Office::open();
    office.send(CANCEL).await.hang_up();
    office.send(CANCEL).await.hang_up();
    settle().await;
    office.assert_running(&[CANCEL]);
    office.cue(CANCEL, Cue::Proceed).await;
    let late = office.send(CANCEL).await;
    let later = office.send(CANCEL).await;
    later.hang_up();
    office.cue(CANCEL, Cue::Proceed).await;
    assert_eq!(late.answer().await.status, 200);
    assert_eq!(office.stage.entered(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_action_that_arrives_again_after_it_has_ended_runs_again() {
    let office = Office::open();
    for (turn, cue) in [Cue::Fail, Cue::Panic, Cue::Proceed, Cue::Proceed]
        .into_iter()
        .enumerate()
    {
        let caller = office.send(CANCEL).await;
        assert_eq!(office.stage.entered(), turn + 1);
        office.cue(CANCEL, cue).await;
        if let Cue::Proceed = cue {
            office.cue(CANCEL, Cue::Proceed).await;
            assert_eq!(caller.answer().await.status, 200);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_deadline_is_a_503_while_the_action_runs_on_and_can_be_joined() {
    let office = Office::open();
    let caller = office.send(CANCEL).await;
    tokio::time::sleep(DEADLINE).await;
    let late = caller.answer().await;
    assert_eq!((late.status, late.retry_after.as_deref()), (503, Some("5")));
    assert_eq!(late.body, r#"{"code":503,"message":"Service Unavailable"}"#);
    office.assert_running(&[CANCEL]);
    let joined = office.send(CANCEL).await;
    tokio::time::sleep(DEADLINE).await;
    assert_eq!(joined.answer().await.status, 503);
    let again = office.send(CANCEL).await;
    office.finish(CANCEL).await;
    assert_eq!(again.answer().await.status, 200);
    assert_eq!(office.stage.entered(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_panics_before_it_first_waits_is_a_500_and_frees_its_place() {
    let office = Office::open();
    let at_once = &office.stage.panics_at_once;
    at_once.store(true, std::sync::atomic::Ordering::SeqCst);
    let answer = office.send(CANCEL).await.answer().await;
    assert_eq!(answer.status, 500);
    assert_eq!(
        answer.body,
        r#"{"code":500,"message":"Internal Server Error"}"#
    );
    at_once.store(false, std::sync::atomic::Ordering::SeqCst);
    let caller = office.send(CANCEL).await;
    office.finish(CANCEL).await;
    assert_eq!(caller.answer().await.status, 200);
}

fn every_kind() -> [Action; 7] {
    [
        What::Cancel("ada-1"),
        What::CancelAll,
        What::Pause("ada-1", 1),
        What::PauseAll(1),
        What::ApplyCoupon("ada-1", "half"),
        What::ChangePrice("ada-1", "pro"),
        What::ExtendTrial("ada-1", 7),
    ]
    .map(|what| Action::live("ada", what))
}

#[tokio::test(start_paused = true)]
async fn bodies_that_mean_the_same_join() {
    for action in every_kind() {
        let office = Office::open();
        let mut callers = Vec::new();
        for spelling in 0..8 {
            callers.push(office.spell(action, spelling).await);
        }
        office.assert_running(&[action]);
        office.finish(action).await;
        for caller in callers {
            assert_eq!(caller.answer().await.status, 200, "{action:?}");
        }
        assert_eq!(office.stage.entered(), 1, "{action:?}");
    }
}

/// Other values for the fields that an action may have.
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
async fn bodies_that_differ_in_a_field_do_not_join() {
    for action in every_kind() {
        for (field, value) in differing() {
            let office = Office::open();
            let first = office.send(action).await;
            let mut body = action.body();
            body.insert(field.to_owned(), value);
            let body = Value::Object(body).to_string();
            let other = office.post(request(action, body)).await;
            office.finish(action).await;
            assert_eq!(first.answer().await.status, 200);
            // The other joined for an unknown field, is under way still, or was refused.
            if !is_field(action, field) {
                assert_eq!(other.answer().await.status, 200, "{action:?} {field}");
                assert_eq!(office.stage.entered(), 1, "{action:?} {field}");
            } else if other.is_waiting() {
                assert_eq!(office.stage.entered(), 2, "{action:?} {field}");
            } else {
                assert_ne!(other.answer().await.status, 200, "{action:?} {field}");
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_same_body_for_another_operation_or_in_another_mode_does_not_join() {
    let office = Office::open();
    let body = || Value::Object(CANCEL.body()).to_string();
    let all = Action::live("ada", What::CancelAll);
    let test = Action::test("ada", What::Cancel("ada-1"));
    let callers = [
        office.post(request(CANCEL, body())).await,
        office.post(request(all, body())).await,
        office.post(request(test, body())).await,
    ];
    office.assert_running(&[CANCEL, test]);
    office.finish(CANCEL).await;
    office.assert_running(&[test, all]);
    office.finish(test).await;
    office.finish(all).await;
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
    assert_eq!(office.stage.entered(), 3);
}
