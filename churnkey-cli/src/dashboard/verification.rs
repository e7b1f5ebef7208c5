//! The verification of the provider. At most one runs at a time.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use churnkey_verify::{Event, Finding, Module, ModuleReport, Report, Verifier};
use tokio::sync::watch;

/// The current or last verification.
#[derive(Default)]
pub(super) struct Verification(Arc<Mutex<State>>);

/// The state of the verification.
#[derive(Clone, Default)]
pub(super) enum State {
    /// No verification has run since the dashboard was started.
    #[default]
    Pending,
    Running(Running),
    Ended(Arc<Report>),
    /// The user stopped it. The report has the results and changes until then.
    Stopped(Arc<Report>),
    /// It could not run.
    Broken(String),
}

/// A running verification.
#[derive(Clone)]
pub(super) struct Running {
    stop: watch::Sender<bool>,
    pub(super) current: Option<Module>,
    /// The number of items read in the current module.
    pub(super) items: u64,
    pub(super) requests: u64,
    pub(super) ended: Vec<ModuleReport>,
    pub(super) findings: Vec<Finding>,
}

impl Verification {
    pub(super) fn state(&self) -> State {
        lock(&self.0).clone()
    }

    /// Starts a verification, unless one is running. `finish` post-processes the report.
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
                // The sender is dropped only when the run has ended, so this cannot fail earlier.
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
                Err(_) => State::Broken("the verifier failed".to_owned()),
            };
            *lock(&shared) = ended;
        });
    }

    /// Stops the running verification. It ends after the response to its current request.
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
