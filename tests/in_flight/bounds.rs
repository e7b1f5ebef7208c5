//! The limit on the number of actions.

use std::sync::Arc;

use churnkey::axum::body::Body;
use churnkey::http::{Method, Uri};

use crate::action::{Action, Change};
use crate::company::Resume;
use crate::harness::{Harness, request, settle};

#[tokio::test(start_paused = true)]
async fn action_beyond_max_actions_is_a_503() {
    let harness = Harness::with(|provider| provider.max_actions(2));
    let [ada, bob, cy] =
        ["ada", "bob", "cy"].map(|customer| Action::live(customer, Change::CancelAll));
    let (first, second) = (harness.send(ada).await, harness.send(bob).await);
    let refused = harness.send(cy).await.answer().await;
    assert_eq!(
        (refused.status, refused.retry_after.as_deref()),
        (503, Some("5"))
    );
    assert_eq!(
        refused.body,
        r#"{"code":503,"message":"Service Unavailable"}"#
    );
    // A queued action counts towards the limit. A joined action does not.
    let joined = harness.send(bob).await;
    harness.assert_running(&[ada, bob]);
    assert_eq!(harness.control.entered(), 2);

    harness.finish(ada).await;
    let third = harness.send(cy).await;
    harness.assert_running(&[bob, cy]);
    harness.finish(bob).await;
    harness.finish(cy).await;
    for caller in [first, second, joined, third] {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn queued_action_counts_towards_the_limit() {
    let harness = Harness::with(|provider| provider.max_actions(2));
    let running = Action::live("ada", Change::Cancel("ada-1"));
    let waiting = Action::live("ada", Change::Cancel("ada-2"));
    harness.send(running).await.hang_up();
    harness.send(waiting).await.hang_up();
    let refused = harness.send(Action::live("bob", Change::CancelAll)).await;
    assert_eq!(refused.answer().await.status, 503);
    harness.resume(running, Resume::Fail).await;
    harness.resume(waiting, Resume::Panic).await;
    let accepted = harness.send(Action::live("bob", Change::CancelAll)).await;
    assert!(accepted.is_waiting());
}

#[tokio::test(start_paused = true)]
async fn finished_actions_free_their_slots() {
    let harness = Harness::with(|provider| provider.max_actions(3));
    for round in 0..300 {
        let action = Action::live("ada", Change::ExtendTrial("ada-1", round + 1));
        let behind = Action::live("ada", Change::CancelAll);
        let callers = [harness.send(action).await, harness.send(behind).await];
        let resume = [Resume::Proceed, Resume::Fail, Resume::Panic][round as usize % 3];
        harness.resume(action, resume).await;
        if let Resume::Proceed = resume {
            harness.resume(action, Resume::Proceed).await;
        }
        harness.finish(behind).await;
        let [first, second] = callers;
        assert_ne!(first.answer().await.status, 503);
        assert_eq!(second.answer().await.status, 200);
    }
    assert_eq!(Arc::strong_count(&harness.control), 2);
}

#[tokio::test(start_paused = true)]
async fn hanging_action_leaves_room_for_other_customers() {
    let harness = Harness::new();
    let hangs = Action::live("ada", Change::Cancel("ada-1"));
    let _hanging = harness.send(hangs).await;
    let (mut waiting, mut refused) = (Vec::new(), 0);
    for days in 1..=1023 {
        let caller = harness
            .send(Action::live("ada", Change::ExtendTrial("ada-1", days)))
            .await;
        if caller.is_waiting() {
            waiting.push(caller);
            continue;
        }
        let answer = caller.answer().await;
        assert_eq!(
            (answer.status, answer.retry_after.as_deref()),
            (503, Some("5"))
        );
        refused += 1;
    }
    assert_eq!((waiting.len(), refused), (63, 960));

    // The other mode has other customers.
    let others = [
        Action::live("bob", Change::CancelAll),
        Action::test("ada", Change::CancelAll),
    ];
    for other in others {
        let caller = harness.send(other).await;
        harness.finish(other).await;
        assert_eq!(caller.answer().await.status, 200);
    }
    assert_eq!(read(&harness).await, 404);
}

#[tokio::test(start_paused = true)]
async fn joined_callers_are_limited() {
    let harness = Harness::new();
    let hangs = Action::live("ada", Change::Cancel("ada-1"));
    let mut waiting = Vec::new();
    for _ in 0..600 {
        let caller = harness.send(hangs).await;
        if caller.is_waiting() {
            waiting.push(caller);
        } else {
            assert_eq!(caller.answer().await.status, 503);
        }
    }
    assert_eq!(waiting.len(), 64);
    harness.assert_running(&[hangs]);
    assert_eq!(read(&harness).await, 404);

    // A caller that has disconnected makes room for another one.
    waiting.pop().unwrap().hang_up();
    settle().await;
    assert!(harness.send(hangs).await.is_waiting());
    harness.finish(hangs).await;
    for caller in waiting {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn callers_of_actions_and_reads_have_separate_limits() {
    let harness = Harness::with(|provider| provider.max_action_callers(2).max_reads(1));
    let [ada, bob, cy] =
        ["ada", "bob", "cy"].map(|customer| Action::live(customer, Change::CancelAll));
    let callers = [harness.send(ada).await, harness.send(bob).await];
    let refused = harness.send(cy).await.answer().await;
    assert_eq!(
        (refused.status, refused.retry_after.as_deref()),
        (503, Some("1"))
    );
    assert_eq!(read(&harness).await, 404);
    for action in [ada, bob] {
        harness.finish(action).await;
    }
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
    assert!(harness.send(cy).await.is_waiting());
}

async fn read(harness: &Harness) -> u16 {
    let mut request = request(Action::live("ada", Change::CancelAll), Body::empty());
    *request.method_mut() = Method::GET;
    *request.uri_mut() = Uri::from_static("/churnkey/customers/ada");
    harness.post(request).await.answer().await.status
}
