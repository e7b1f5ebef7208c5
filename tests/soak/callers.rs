//! Churnkey, as it sends actions: each until it is answered, some twice at once, some by callers that hang up first.

use std::io::{self, Write as _};
use std::net::TcpStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use crate::soak::{INSTANCES, Pace, Soak};
use postgres_tests::caller::Action;
use postgres_tests::plan::Flow;
use test_support::Request;

/// Callers at a time.
pub(crate) const WORKERS: usize = 4;

/// Actions of each caller.
const PER_SECOND: u32 = 8;

/// A tenth of a second apart: for longer than any fault lasts.
const MOST_SENDINGS: usize = 600;

pub(crate) struct Callers<'a> {
    flows: &'a [Flow],
    next: AtomicUsize,
    turn: AtomicUsize,
    sent: Mutex<Vec<Action>>,
}

impl<'a> Callers<'a> {
    pub(crate) fn of(flows: &'a [Flow]) -> Self {
        Self {
            flows,
            next: AtomicUsize::new(0),
            turn: AtomicUsize::new(0),
            sent: Mutex::default(),
        }
    }

    /// All that were sent, in their order as far as they have one.
    pub(crate) fn sent(&self) -> Vec<Action> {
        self.sent
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    pub(crate) fn work(&self, soak: &Soak) {
        let mut pace = Pace::per_second(PER_SECOND);
        while let Some(flow) = self.flows.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            for action in flow {
                if !pace.turn(soak) {
                    return;
                }
                self.sent
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(action.clone());
                self.carry_out(soak, action);
            }
        }
        soak.tally
            .violation("the callers have run out of actions".to_owned());
    }

    fn carry_out(&self, soak: &Soak, action: &Action) {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        match first % 5 {
            1 => {
                send_and_hang_up(soak, action, first).ok();
                soak.tally
                    .count("actions", "sent by one who hangs up, then again", 1);
                until_answered(soak, action, first + 1);
            }
            3 => {
                soak.tally
                    .count("actions", "sent to two instances at once", 1);
                thread::scope(|scope| {
                    scope.spawn(|| until_answered(soak, action, first));
                    until_answered(soak, action, first + 1);
                });
            }
            // Sent again though it was answered.
            4 => {
                soak.tally
                    .count("actions", "sent again after their answer", 1);
                until_answered(soak, action, first);
                until_answered(soak, action, first + 1);
            }
            _ => {
                soak.tally.count("actions", "sent until answered", 1);
                until_answered(soak, action, first);
            }
        }
    }
}

fn until_answered(soak: &Soak, action: &Action, first: usize) {
    for sending in 0..MOST_SENDINGS {
        let instance = (first + sending) % INSTANCES.len();
        if let Some(response) = soak.send("action", instance, &request(soak, action), None) {
            if response.status != 200 || !response.body.is_empty() {
                soak.tally.violation(format!(
                    "{action:?}: {} {}",
                    response.status,
                    response.text()
                ));
            }
            return;
        }
        thread::sleep(Duration::from_millis(100));
    }
    soak.tally.violation(format!("nobody answers {action:?}"));
}

fn send_and_hang_up(soak: &Soak, action: &Action, turn: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(soak.address(turn % INSTANCES.len()))?;
    stream.write_all(&request(soak, action).bytes())?;
    // Long enough for the action to begin, and mostly too short for it to end.
    thread::sleep(Duration::from_millis(2));
    Ok(())
}

fn request(soak: &Soak, action: &Action) -> Request {
    soak.request("POST", &format!("/actions/{}", action.path), action.mode)
        .header("x-request-id", action.request_id.as_str())
        .header("connection", "close")
        .json(&action.body)
}
