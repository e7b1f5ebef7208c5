//! How many actions there may be, and what becomes of them when there is no more runtime.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};

use crate::action::{Action, Change};
use crate::company::Cue;
use crate::office::{Office, settle};

#[tokio::test(start_paused = true)]
async fn an_action_beyond_max_actions_is_a_503_and_does_not_begin_until_a_place_is_free() {
    let office = Office::with(|provider| provider.max_actions(2));
    let [ada, bob, cy] =
        ["ada", "bob", "cy"].map(|customer| Action::live(customer, Change::CancelAll));
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
    let running = Action::live("ada", Change::Cancel("ada-1"));
    let waiting = Action::live("ada", Change::Cancel("ada-2"));
    office.send(running).await.hang_up();
    office.send(waiting).await.hang_up();
    let refused = office.send(Action::live("bob", Change::CancelAll)).await;
    assert_eq!(refused.answer().await.status, 503);
    office.cue(running, Cue::Fail).await;
    office.cue(waiting, Cue::Panic).await;
    let accepted = office.send(Action::live("bob", Change::CancelAll)).await;
    assert!(accepted.is_waiting());
}

#[tokio::test(start_paused = true)]
async fn many_rounds_of_actions_leave_every_place_free() {
    let office = Office::with(|provider| provider.max_actions(3));
    for round in 0..300 {
        let action = Action::live("ada", Change::ExtendTrial("ada-1", round + 1));
        let behind = Action::live("ada", Change::CancelAll);
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

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn read(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

#[test]
fn the_log_tells_the_outcome_of_an_action_that_nobody_waits_for_and_of_one_that_is_cut_short() {
    let log = Log::default();
    let sink = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(move || sink.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        let cancel = Action::live("ada", Change::CancelAll);
        runtime.block_on(async {
            let office = Office::open();
            office.send(cancel).await.hang_up();
            office.finish(cancel).await;
            settle().await;
            let said = log.read();
            assert!(
                said.contains("answered") && said.contains("status=200"),
                "{said}"
            );
            office.send(cancel).await.hang_up();
            office.cue(cancel, Cue::Fail).await;
            assert!(
                log.read().contains("the connection was lost"),
                "{}",
                log.read()
            );
            office.send(cancel).await.hang_up();
            settle().await;
        });
        assert!(!log.read().contains("cut short"));
        drop(runtime);
        let said = log.read();
        let line = said.lines().find(|line| line.contains("cut short"));
        let line = line.unwrap_or_else(|| panic!("{said}"));
        assert!(
            line.contains("ERROR") && line.contains("cancel_all"),
            "{line}"
        );
    });
}
