//! The order of actions: an action waits for earlier actions on the same customer or subscription.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use churnkey::axum::body::{Body, Bytes};
use http_body_util::channel::Channel;

use crate::action::{Action, Change};
use crate::company::Resume;
use crate::harness::{DEADLINE, Harness, call, request, settle};

fn extensions(count: u32) -> Vec<Action> {
    let extend = |days| Action::live("ada", Change::ExtendTrial("ada-1", days));
    (1..=count).map(extend).collect()
}

#[tokio::test(start_paused = true)]
async fn actions_on_one_subscription_run_in_arrival_order() {
    let harness = Harness::new();
    let actions = extensions(50);
    let mut callers = Vec::new();
    for action in &actions {
        callers.push(harness.send(*action).await);
    }
    for action in &actions {
        harness.assert_running(&[*action]);
        harness.finish(*action).await;
    }
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
    let order: Vec<_> = harness
        .database
        .journal()
        .into_iter()
        .map(|(action, _)| action)
        .collect();
    assert_eq!(order, actions);
}

#[tokio::test(start_paused = true)]
async fn queue_order_survives_disconnects_and_failures() {
    let harness = Harness::new();
    let actions = extensions(6);
    for action in &actions {
        harness.send(*action).await.hang_up();
    }
    let last = harness.send(actions[5]).await;
    for (action, resume) in actions[..5].iter().zip([
        Resume::Fail,
        Resume::Panic,
        Resume::Fail,
        Resume::Panic,
        Resume::Fail,
    ]) {
        harness.assert_running(&[*action]);
        harness.resume(*action, resume).await;
    }
    harness.assert_running(&[actions[5]]);
    harness.finish(actions[5]).await;
    assert_eq!(last.answer().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn customer_wide_action_excludes_actions_on_its_subscriptions() {
    let harness = Harness::new();
    let one = Action::live("ada", Change::Reprice("ada-1", "pro"));
    let all = Action::live("ada", Change::PauseAll(1));
    let other = Action::live("ada", Change::Reprice("ada-2", "pro"));
    let mut callers = Vec::new();
    for action in [one, all, other] {
        callers.push(harness.send(action).await);
    }
    for action in [one, all, other] {
        harness.assert_running(&[action]);
        harness.finish(action).await;
    }
    harness.assert_running(&[]);
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn action_waits_for_one_that_names_another_customer() {
    let harness = Harness::new();
    let mistaken = Action::live("bob", Change::Cancel("ada-1"));
    let right = Action::live("ada", Change::Cancel("ada-1"));
    let refused = harness.send(mistaken).await;
    let caller = harness.send(right).await;
    harness.assert_running(&[mistaken]);
    harness.finish(mistaken).await;
    harness.assert_running(&[right]);
    harness.finish(right).await;
    assert_eq!(refused.answer().await.status, 404);
    assert_eq!(caller.answer().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn different_customers_and_modes_run_concurrently() {
    let harness = Harness::new();
    let actions = [
        Action::live("ada", Change::CancelAll),
        Action::live("bob", Change::CancelAll),
        Action::live("cy", Change::Pause("cy-1", 1)),
        Action::test("ada", Change::CancelAll),
        Action::test("bob", Change::Cancel("bob-1")),
    ];
    let mut callers = Vec::new();
    for action in actions {
        callers.push(harness.send(action).await);
    }
    // All of them are inside their functions, and none has ended.
    harness.assert_running(&actions);
    for action in actions.into_iter().rev() {
        harness.finish(action).await;
    }
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn hanging_action_blocks_only_its_own_customer() {
    let harness = Harness::new();
    let hangs = Action::live("ada", Change::Cancel("ada-1"));
    let behind = Action::live("ada", Change::Cancel("ada-2"));
    let _first = harness.send(hangs).await;
    let waits = harness.send(behind).await;
    for months in 1..20 {
        let other = Action::live("bob", Change::Pause("bob-1", months));
        let caller = harness.send(other).await;
        harness.finish(other).await;
        assert_eq!(caller.answer().await.status, 200);
    }
    tokio::time::sleep(DEADLINE).await;
    assert_eq!(waits.answer().await.status, 503);
    harness.assert_running(&[hangs]);
}

#[tokio::test(start_paused = true)]
async fn action_is_queued_when_its_body_is_complete() {
    let harness = Harness::new();
    let slow = Action::live("ada", Change::Reprice("ada-1", "pro"));
    let quick = Action::live("ada", Change::Reprice("ada-1", "team"));
    let (mut sender, body) = Channel::<Bytes>::new(1);
    let slow_caller = harness.post(request(slow, Body::new(body))).await;
    let quick_caller = harness.send(quick).await;
    harness.assert_running(&[quick]);
    sender.send_data(slow.spelled(0).into()).await.unwrap();
    drop(sender);
    settle().await;
    harness.finish(quick).await;
    harness.finish(slow).await;
    assert_eq!(quick_caller.answer().await.status, 200);
    assert_eq!(slow_caller.answer().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn function_that_calls_its_own_provider_gets_a_503() {
    let outer = Action::live("ada", Change::PauseAll(1));
    for inner in [outer, Action::live("ada", Change::Cancel("ada-1"))] {
        let harness = Harness::new();
        let (router, received_status) = (harness.router.clone(), Arc::new(AtomicU16::new(0)));
        let side_task = {
            let received_status = Arc::clone(&received_status);
            async move {
                let answer = call(router, request(inner, inner.spelled(0))).await;
                received_status.store(answer.status, Ordering::SeqCst);
            }
        };
        harness.control.add_side_task(side_task);
        let caller = harness.send(outer).await;
        tokio::time::sleep(DEADLINE).await;
        assert_eq!(received_status.load(Ordering::SeqCst), 503);
        assert_eq!(caller.answer().await.status, 503);
        let again = harness.send(outer).await;
        harness.finish(outer).await;
        assert_eq!(again.answer().await.status, 200);
        if inner != outer {
            harness.finish(inner).await;
        }
        harness.assert_running(&[]);
    }
}
