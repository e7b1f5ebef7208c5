//! Runs a script against the provider and against a simple model of it: a list of actions in the
//! order of their arrival.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use churnkey::axum::Router;
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use tokio::runtime::{Builder, Runtime};
use tokio::task::JoinHandle;

use super::Step;
use crate::action::{Action, Change};
use crate::company::{Control, Resume};
use crate::database::{CUSTOMERS, Database, Outcome};
use crate::harness::{DEADLINE, call, provider, request, settle};

type Checked = Result<(), TestCaseError>;

/// The number of customers in both modes together.
const MAX_ACTIONS: usize = 6;

pub(super) struct Run {
    database: Arc<Database>,
    control: Arc<Control>,
    /// `None` only during a restart.
    process: Option<Process>,
    callers: Vec<Caller>,
    /// The actions that the process has accepted and not finished, in the order of their arrival.
    under_way: Vec<UnderWay>,
    /// Every action that was sent, and `true` if a caller has since received a final response to
    /// it.
    sent: Vec<(Action, bool)>,
}

struct Process {
    runtime: Runtime,
    router: Router,
}

struct UnderWay {
    action: Action,
    callers: Vec<usize>,
    /// The outcome of its transaction, after that has run.
    outcome: Option<Outcome>,
}

struct Caller {
    task: JoinHandle<()>,
    seen: Arc<Mutex<Option<u16>>>,
    expected: Expected,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Expected {
    Waiting,
    Answered(u16),
    /// The caller has hung up, or the process has ended.
    Gone,
}

impl Process {
    fn start(database: &Arc<Database>, control: &Arc<Control>) -> Self {
        Self {
            runtime: Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime can be made"),
            router: provider(database, control)
                .max_actions(MAX_ACTIONS)
                .router(),
        }
    }
}

impl UnderWay {
    /// Actions on the same customer or on the same subscription wait for one another.
    fn blocks(&self, other: &Self) -> bool {
        let (one, other) = (self.action, other.action);
        let same_subscription =
            one.subscription().is_some() && one.subscription() == other.subscription();
        one.mode == other.mode && (one.customer == other.customer || same_subscription)
    }
}

impl Run {
    pub(super) fn new() -> Self {
        let (database, control) = (Arc::new(Database::new()), Arc::default());
        Self {
            process: Some(Process::start(&database, &control)),
            database,
            control,
            callers: Vec::new(),
            under_way: Vec::new(),
            sent: Vec::new(),
        }
    }

    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    pub(super) fn step(&mut self, step: Step) -> Checked {
        match step {
            Step::Send(action, spelling) => self.send(action, spelling),
            Step::Repeat(which, spelling) => {
                let open: Vec<_> = self.open().collect();
                if let Some(action) = chosen(&open, which) {
                    self.send(action, spelling);
                }
            }
            Step::Disconnect(which) => {
                let waiting: Vec<_> = self.waiting().collect();
                if let Some(caller) = chosen(&waiting, which) {
                    self.callers[caller].task.abort();
                    self.callers[caller].expected = Expected::Gone;
                }
            }
            Step::Proceed(which) => self.resume(which, Resume::Proceed),
            Step::Fail(which) => self.resume(which, Resume::Fail),
            Step::Panic(which) => self.resume(which, Resume::Panic),
            Step::Deadline => {
                self.pass(DEADLINE);
                for caller in self.waiting().collect::<Vec<_>>() {
                    self.callers[caller].expected = Expected::Answered(503);
                }
            }
            Step::Restart => {
                self.drain()?;
                self.restart();
            }
            Step::Crash => self.restart(),
        }
        self.check()
    }

    /// Finishes as Churnkey does: it repeats each unanswered action until it gets a response.
    pub(super) fn finish_all(&mut self) -> Checked {
        self.drain()?;
        for action in self.open().collect::<Vec<_>>() {
            self.step(Step::Send(action, 0))?;
            self.drain()?;
        }
        prop_assert_eq!(self.open().count(), 0);
        self.every_slot_is_free()
    }

    /// Fills every slot and every queue.
    fn every_slot_is_free(&mut self) -> Checked {
        let subscriptions = self.database.subscriptions();
        let mut probes = Vec::new();
        for (customer, _) in CUSTOMERS {
            probes.push(Action::live(customer, Change::CancelAll));
            probes.push(Action::test(customer, Change::CancelAll));
        }
        for probe in &probes {
            self.step(Step::Send(*probe, 0))?;
        }
        prop_assert_eq!(self.control.running(), probes);
        self.restart();
        self.check()?;
        prop_assert_eq!(self.database.subscriptions(), subscriptions);
        Ok(())
    }

    fn send(&mut self, action: Action, spelling: u8) {
        let number = self.callers.len();
        let full = self.under_way.len() >= MAX_ACTIONS;
        let mut under_way = self.under_way.iter_mut();
        let expected = match under_way.find(|one| one.action == action) {
            Some(same) => {
                same.callers.push(number);
                Expected::Waiting
            }
            None if !full => {
                self.under_way.push(UnderWay {
                    action,
                    callers: vec![number],
                    outcome: None,
                });
                Expected::Waiting
            }
            None => Expected::Answered(503),
        };
        match self.sent.iter_mut().find(|(sent, _)| *sent == action) {
            Some((_, answered)) => *answered = false,
            None => self.sent.push((action, false)),
        }
        let process = self.process.as_ref().expect("a process runs");
        let seen = Arc::new(Mutex::new(None));
        let task = process.runtime.spawn({
            let (router, seen) = (process.router.clone(), Arc::clone(&seen));
            async move {
                let answer = call(router, request(action, action.spelled(spelling))).await;
                *seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(answer.status);
            }
        });
        self.callers.push(Caller {
            task,
            seen,
            expected,
        });
    }

    /// Resumes one of the functions that must be running, and predicts the result.
    fn resume(&mut self, which: u8, resume: Resume) {
        let Some(at) = chosen(&self.running(), which) else {
            return;
        };
        let action = self.under_way[at].action;
        self.control.resume(action, resume);
        match (resume, self.under_way[at].outcome) {
            (Resume::Proceed, None) => {
                self.pass(Duration::ZERO);
                let journal = self.database.journal();
                let last = journal.last().filter(|(last, _)| *last == action);
                self.under_way[at].outcome = last.map(|(_, outcome)| *outcome);
            }
            (Resume::Proceed, Some(outcome)) => self.ended(at, outcome.status()),
            (Resume::Fail | Resume::Panic, _) => self.ended(at, 500),
        }
    }

    fn ended(&mut self, at: usize, status: u16) {
        let ended = self.under_way.remove(at);
        for caller in ended.callers {
            let caller = &mut self.callers[caller];
            if caller.expected != Expected::Waiting {
                continue;
            }
            caller.expected = Expected::Answered(status);
            // A rejected action would be rejected again, so its response is final.
            let sent = self.sent.iter_mut().find(|(sent, _)| *sent == ended.action);
            if let (true, Some((_, answered))) = (status < 500, sent) {
                *answered = true;
            }
        }
    }

    /// Finishes all accepted actions, as a graceful shutdown does.
    fn drain(&mut self) -> Checked {
        while !self.under_way.is_empty() {
            self.step(Step::Proceed(0))?;
        }
        Ok(())
    }

    fn restart(&mut self) {
        // Dropping the process drops all running actions.
        self.process = None;
        for caller in self.waiting().collect::<Vec<_>>() {
            self.callers[caller].expected = Expected::Gone;
        }
        self.under_way.clear();
        self.process = Some(Process::start(&self.database, &self.control));
    }

    fn check(&mut self) -> Checked {
        self.pass(Duration::ZERO);
        let mut expected: Vec<_> = self
            .running()
            .into_iter()
            .map(|at| self.under_way[at].action)
            .collect();
        let mut running = self.control.running();
        for actions in [&mut expected, &mut running] {
            actions.sort_by_key(|action| format!("{action:?}"));
        }
        prop_assert_eq!(running, expected, "running and expected actions differ");
        for (number, caller) in self.callers.iter().enumerate() {
            let seen = *caller.seen.lock().unwrap_or_else(PoisonError::into_inner);
            let expected = match caller.expected {
                Expected::Answered(status) => Some(status),
                Expected::Waiting | Expected::Gone => None,
            };
            prop_assert_eq!(seen, expected, "caller {}", number);
        }
        Ok(())
    }

    /// Advances the time and runs all tasks that are ready.
    fn pass(&self, time: Duration) {
        let process = self.process.as_ref().expect("a process runs");
        process.runtime.block_on(async {
            tokio::time::sleep(time).await;
            settle().await;
        });
    }

    /// Returns the actions that can run: no earlier action blocks them.
    fn running(&self) -> Vec<usize> {
        let free = |at: &usize| {
            let mut before = self.under_way[..*at].iter();
            !before.any(|before| before.blocks(&self.under_way[*at]))
        };
        (0..self.under_way.len()).filter(free).collect()
    }

    fn open(&self) -> impl Iterator<Item = Action> {
        let open = self.sent.iter().filter(|(_, answered)| !answered);
        open.map(|(action, _)| *action)
    }

    fn waiting(&self) -> impl Iterator<Item = usize> {
        let waits = |(number, caller): (usize, &Caller)| {
            (caller.expected == Expected::Waiting).then_some(number)
        };
        self.callers.iter().enumerate().filter_map(waits)
    }
}

fn chosen<T: Copy>(among: &[T], number: u8) -> Option<T> {
    among.get(usize::from(number) % among.len().max(1)).copied()
}
