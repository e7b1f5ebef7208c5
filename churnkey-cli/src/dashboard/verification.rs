//! The one verification that may be under way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use churnkey_verify::{Event, Finding, Module, ModuleReport, Report, Verifier};
use tokio::sync::watch;

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
    /// Somebody stopped it; so what was seen and changed until then.
    Stopped(Arc<Report>),
    /// Nothing could be verified.
    Broken(String),
}

/// A verification under way.
#[derive(Clone)]
pub(super) struct Running {
    stop: watch::Sender<bool>,
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
        let mut state = lock(&self.0);
        if matches!(*state, State::Running(_)) {
            return;
        }
        let (stop, mut stopped) = watch::channel(false);
        let is_stopped = stopped.clone();
        *state = State::Running(Running {
            stop,
            current: None,
            items: 0,
            requests: 0,
            ended: Vec::new(),
            findings: Vec::new(),
        });
        drop(state);
        let shared = Arc::clone(&self.0);
        let run = verifier
            .observe(move |event| {
                if let State::Running(running) = &mut *lock(&shared) {
                    running.note(event);
                }
            })
            .until(async move {
                // Its sender goes only when the run has ended.
                let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
            })
            .run();
        let run = tokio::spawn(run);
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            let ended = match run.await {
                Ok(Ok(report)) => {
                    let report = Arc::new(finish(report));
                    match *is_stopped.borrow() {
                        true => State::Stopped(report),
                        false => State::Ended(report),
                    }
                }
                Ok(Err(why)) => State::Broken(why.to_string()),
                Err(_) => State::Broken("the verifier itself failed".to_owned()),
            };
            *lock(&shared) = ended;
        });
    }

    /// What is under way may still have an answer to wait for.
    pub(super) fn stop(&self) {
        if let State::Running(running) = &*lock(&self.0) {
            running.stop.send_replace(true);
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
            _ => {}
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}
