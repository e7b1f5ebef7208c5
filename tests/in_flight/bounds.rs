//! How many actions there may be.

use std::sync::Arc;

use crate::action::{Action, What};
use crate::company::Cue;
use crate::office::Office;

#[tokio::test(start_paused = true)]
async fn an_action_beyond_max_actions_is_a_503_and_does_not_begin_until_a_place_is_free() {
    let office = Office::with(|provider| provider.max_actions(2));
    let [ada, bob, cy] =
        ["ada", "bob", "cy"].map(|customer| Action::live(customer, What::CancelAll));
    let (first, second) = (office.send(ada).await, office.send(bob).await);
    let refused = office.send(cy).await.answer().await;
    assert_eq!(
        (refused.status, refused.retry_after.as_deref()),
        (503, Some("5"))
    );
    assert_eq!(
        refused.body,
        r#"{"code":503,"message":"Service Unavailable"}"#
    );
    // One that waits takes a place as well, and one that is joined takes none.
    let joined = office.send(bob).await;
    office.assert_running(&[ada, bob]);
    assert_eq!(office.stage.entered(), 2);

    office.finish(ada).await;
    let third = office.send(cy).await;
    office.assert_running(&[bob, cy]);
    office.finish(bob).await;
    office.finish(cy).await;
    for caller in [first, second, joined, third] {
        assert_eq!(caller.answer().await.status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn an_action_that_waits_for_its_turn_takes_a_place() {
    let office = Office::with(|provider| provider.max_actions(2));
    let running = Action::live("ada", What::Cancel("ada-1"));
    let waiting = Action::live("ada", What::Cancel("ada-2"));
    office.send(running).await.hang_up();
    office.send(waiting).await.hang_up();
    let refused = office.send(Action::live("bob", What::CancelAll)).await;
    assert_eq!(refused.answer().await.status, 503);
    office.cue(running, Cue::Fail).await;
    office.cue(waiting, Cue::Panic).await;
    let accepted = office.send(Action::live("bob", What::CancelAll)).await;
    assert!(accepted.is_waiting());
}

#[tokio::test(start_paused = true)]
async fn many_rounds_of_actions_leave_every_place_free() {
    let office = Office::with(|provider| provider.max_actions(3));
    for round in 0..300 {
        let action = Action::live("ada", What::ExtendTrial("ada-1", round + 1));
        let behind = Action::live("ada", What::CancelAll);
        let callers = [office.send(action).await, office.send(behind).await];
        let cue = [Cue::Proceed, Cue::Fail, Cue::Panic][round as usize % 3];
        office.cue(action, cue).await;
        if let Cue::Proceed = cue {
            office.cue(action, Cue::Proceed).await;
        }
        office.finish(behind).await;
        let [first, second] = callers;
        assert_ne!(first.answer().await.status, 503);
        assert_eq!(second.answer().await.status, 200);
    }
    assert_eq!(Arc::strong_count(&office.stage), 2);
}
