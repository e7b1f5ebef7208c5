//! The one verification that may be under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::task::AbortHandle;

use crate::check::Module;
use crate::event::Event;
use crate::report::{Finding, ModuleReport, Report};
use crate::verifier::Verifier;

/// The one verification that may be under way, and what came of it.
#[derive(Default)]
pub(super) struct Verification(Arc<Mutex<State>>);

/// How far it is.
#[derive(Clone, Default)]
pub(super) enum State {
    /// Nobody has asked for one since the dashboard was started.
    #[default]
    Pending,
    Running(Running),
    Ended(Arc<Report>),
    /// Nothing could be verified, or somebody stopped it.
    Broken(String),
}

/// A verification under way.
#[derive(Clone)]
pub(super) struct Running {
    /// Which one it is: one that was stopped may have a last word to say.
    number: u64,
    stop: AbortHandle,
    pub(super) current: Option<Module>,
    /// Of the current module.
    pub(super) items: u64,
    pub(super) requests: u64,
    pub(super) ended: Vec<ModuleReport>,
    pub(super) findings: Vec<Finding>,
}

impl Verification {
    pub(super) fn state(&self) -> State {
        lock(&self.0).clone()
    }

    /// Begins a verification, unless one is under way. `finish` has the last look at a report.
    pub(super) fn start(
        &self,
        verifier: Verifier,
        finish: impl FnOnce(Report) -> Report + Send + 'static,
    ) {
        static NUMBER: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
        let mut state = lock(&self.0);
        if matches!(*state, State::Running(_)) {
            return;
        }
        let number = NUMBER.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let shared = Arc::clone(&self.0);
        let run = tokio::spawn(
            verifier
                .observe(move |event| {
                    if let State::Running(running) = &mut *lock(&shared)
                        && running.number == number
                    {
                        running.note(event);
                    }
                })
                .run(),
        );
        *state = State::Running(Running {
            number,
            stop: run.abort_handle(),
            current: None,
            items: 0,
            requests: 0,
            ended: Vec::new(),
            findings: Vec::new(),
        });
        drop(state);
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            let ended = match run.await {
                Ok(Ok(report)) => State::Ended(Arc::new(finish(report))),
                Ok(Err(why)) => State::Broken(why.to_string()),
                Err(fault) if fault.is_cancelled() => {
                    State::Broken("it was stopped before it was done".to_owned())
                }
                Err(_) => State::Broken("the verifier itself failed".to_owned()),
            };
            *lock(&shared) = ended;
        });
    }

    pub(super) fn stop(&self) {
        if let State::Running(running) = &*lock(&self.0) {
            running.stop.abort();
        }
    }
}

impl Running {
    fn note(&mut self, event: Event) {
        match event {
            Event::Began(module) => {
                self.current = Some(module);
                self.items = 0;
            }
            Event::Progress {
                module,
                items,
                requests,
                ..
            } => {
                self.current = Some(module);
                self.items = items;
                self.requests = requests;
            }
            Event::Found(finding) => self.findings.push(finding),
            Event::Ended(report) => {
                self.ended.retain(|other| other.module != report.module);
                self.ended.push(report);
            }
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
