//! Callers that send actions as Churnkey does: each until it is answered, some twice at once, some
//! after a disconnect.

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

/// The number of concurrent callers.
pub(crate) const WORKERS: usize = 4;

/// Actions of each caller per second.
const PER_SECOND: u32 = 8;

/// The maximum number of attempts, at an interval of 0.1 s: longer than any fault.
const MAX_ATTEMPTS: usize = 600;

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

    /// Returns all actions that were sent, in order within each flow.
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
                if !pace.wait(soak) {
                    return;
                }
                self.sent
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .push(action.clone());
                self.perform(soak, action);
            }
        }
        soak.tally
            .violation("the callers have run out of actions".to_owned());
    }

    fn perform(&self, soak: &Soak, action: &Action) {
        let first = self.turn.fetch_add(1, Ordering::Relaxed);
        match first % 5 {
            1 => {
                send_and_hang_up(soak, action, first).ok();
                soak.tally
                    .count("actions", "sent, disconnected, then sent again", 1);
                send_until_answered(soak, action, first + 1);
            }
            3 => {
                soak.tally
                    .count("actions", "sent to two instances at once", 1);
                thread::scope(|scope| {
                    scope.spawn(|| send_until_answered(soak, action, first));
                    send_until_answered(soak, action, first + 1);
                });
            }
            // The action is repeated after its response.
            4 => {
                soak.tally
                    .count("actions", "sent again after the response", 1);
                send_until_answered(soak, action, first);
                send_until_answered(soak, action, first + 1);
            }
            _ => {
                soak.tally.count("actions", "sent until answered", 1);
                send_until_answered(soak, action, first);
            }
        }
    }
}

fn send_until_answered(soak: &Soak, action: &Action, first: usize) {
    for sending in 0..MAX_ATTEMPTS {
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
    soak.tally
        .violation(format!("no instance answers {action:?}"));
}

fn send_and_hang_up(soak: &Soak, action: &Action, turn: usize) -> io::Result<()> {
    let mut stream = TcpStream::connect(soak.address(turn % INSTANCES.len()))?;
    stream.write_all(&request(soak, action).bytes())?;
    // Long enough for the action to begin, but usually too short for it to end.
    thread::sleep(Duration::from_millis(2));
    Ok(())
}

fn request(soak: &Soak, action: &Action) -> Request {
    soak.request("POST", &format!("/actions/{}", action.path), action.mode)
        .header("x-request-id", action.request_id.as_str())
        .header("connection", "close")
        .json(&action.body)
}
