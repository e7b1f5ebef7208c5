//! Who waits for whom.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, Ordering};

use churnkey::axum::body::{Body, Bytes};
use http_body_util::channel::Channel;

use crate::action::{Action, What};
use crate::company::Cue;
use crate::office::{DEADLINE, Office, call, request, settle};

fn extensions(count: u32) -> Vec<Action> {
    let extend = |days| Action::live("ada", What::ExtendTrial("ada-1", days));
    (1..=count).map(extend).collect()
}

#[tokio::test(start_paused = true)]
async fn different_actions_on_one_subscription_run_one_after_the_other_in_the_order_of_arrival() {
    let office = Office::open();
    let actions = extensions(50);
    let mut callers = Vec::new();
    for action in &actions {
        callers.push(office.send(*action).await);
    }
    for action in &actions {
        office.assert_running(&[*action]);
        office.finish(*action).await;
    }
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
    let order: Vec<_> = office
        .database
        .journal()
        .into_iter()
        .map(|(action, _)| action)
        .collect();
    assert_eq!(order, actions);
}

#[tokio::test(start_paused = true)]
async fn an_action_keeps_its_turn_when_callers_hang_up_and_when_those_before_it_fail() {
    let office = Office::open();
    let actions = extensions(6);
    for action in &actions {
        office.send(*action).await.hang_up();
    }
    let last = office.send(actions[5]).await;
    for (action, cue) in
        actions[..5]
            .iter()
            .zip([Cue::Fail, Cue::Panic, Cue::Fail, Cue::Panic, Cue::Fail])
    {
        office.assert_running(&[*action]);
        office.cue(*action, cue).await;
    }
    office.assert_running(&[actions[5]]);
    office.finish(actions[5]).await;
    assert_eq!(last.answer().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn an_action_on_all_of_a_customers_subscriptions_runs_beside_none_on_one_of_them() {
    let office = Office::open();
    let one = Action::live("ada", What::ChangePrice("ada-1", "pro"));
    let all = Action::live("ada", What::PauseAll(1));
    let other = Action::live("ada", What::ChangePrice("ada-2", "pro"));
    let mut callers = Vec::new();
    for action in [one, all, other] {
        callers.push(office.send(action).await);
    }
    for action in [one, all, other] {
        office.assert_running(&[action]);
        office.finish(action).await;
    }
    office.assert_running(&[]);
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_on_a_subscription_waits_for_one_that_names_another_customer() {
    let office = Office::open();
    let mistaken = Action::live("bob", What::Cancel("ada-1"));
    let right = Action::live("ada", What::Cancel("ada-1"));
    let refused = office.send(mistaken).await;
    let caller = office.send(right).await;
    office.assert_running(&[mistaken]);
    office.finish(mistaken).await;
    office.assert_running(&[right]);
    office.finish(right).await;
    assert_eq!(refused.answer().await.status, 404);
    assert_eq!(caller.answer().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn actions_of_different_customers_and_of_different_modes_run_side_by_side() {
    let office = Office::open();
    let actions = [
        Action::live("ada", What::CancelAll),
        Action::live("bob", What::CancelAll),
        Action::live("cy", What::Pause("cy-1", 1)),
        Action::test("ada", What::CancelAll),
        Action::test("bob", What::Cancel("bob-1")),
    ];
    let mut callers = Vec::new();
    for action in actions {
        callers.push(office.send(action).await);
    }
    // All of them are within their functions, and none has ended.
    office.assert_running(&actions);
    for action in actions.into_iter().rev() {
        office.finish(action).await;
    }
    for caller in callers {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_that_hangs_holds_up_its_own_customer_only() {
    let office = Office::open();
    let hangs = Action::live("ada", What::Cancel("ada-1"));
    let behind = Action::live("ada", What::Cancel("ada-2"));
    let _first = office.send(hangs).await;
    let waits = office.send(behind).await;
    for months in 1..20 {
        let other = Action::live("bob", What::Pause("bob-1", months));
        let caller = office.send(other).await;
        office.finish(other).await;
        assert_eq!(caller.answer().await.status, 200);
    }
    tokio::time::sleep(DEADLINE).await;
    assert_eq!(waits.answer().await.status, 503);
    office.assert_running(&[hangs]);
}

#[tokio::test(start_paused = true)]
async fn an_action_whose_body_is_still_on_its_way_holds_up_nobody_and_comes_when_it_is_there() {
    let office = Office::open();
    let slow = Action::live("ada", What::ChangePrice("ada-1", "pro"));
    let quick = Action::live("ada", What::ChangePrice("ada-1", "team"));
    let (mut sender, body) = Channel::<Bytes>::new(1);
    let slow_caller = office.post(request(slow, Body::new(body))).await;
    let quick_caller = office.send(quick).await;
    office.assert_running(&[quick]);
    sender.send_data(slow.spelled(0).into()).await.unwrap();
    drop(sender);
    settle().await;
    office.finish(quick).await;
    office.finish(slow).await;
    assert_eq!(quick_caller.answer().await.status, 200);
    assert_eq!(slow_caller.answer().await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_function_that_asks_its_own_provider_for_an_action_on_the_same_customer_is_told_503_and_goes_on()
 {
    let outer = Action::live("ada", What::PauseAll(1));
    for inner in [outer, Action::live("ada", What::Cancel("ada-1"))] {
        let office = Office::open();
        let (router, told) = (office.router.clone(), Arc::new(AtomicU16::new(0)));
        let errand = {
            let told = Arc::clone(&told);
            async move {
                let answer = call(router, request(inner, inner.spelled(0))).await;
                told.store(answer.status, Ordering::SeqCst);
            }
        };
        office.stage.send_on(errand);
        let caller = office.send(outer).await;
        tokio::time::sleep(DEADLINE).await;
        assert_eq!(told.load(Ordering::SeqCst), 503);
        assert_eq!(caller.answer().await.status, 503);
        let again = office.send(outer).await;
        office.finish(outer).await;
        assert_eq!(again.answer().await.status, 200);
        if inner != outer {
            office.finish(inner).await;
        }
        office.assert_running(&[]);
    }
}
