//! The verification of the provider, and the history of its runs. At most one runs at a time.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use churnkey_runtime::Timestamp;
use churnkey_verify::{CannotRun, Event, Finding, Module, ModuleReport, Report, Verifier};
use tokio::sync::watch;

use super::marked::Marked;

/// The number of runs that are kept.
const MAX_RUNS: usize = 50;

/// The current verification and the last ones.
#[derive(Default)]
pub(super) struct Verification(Arc<Mutex<Runs>>);

#[derive(Default)]
struct Runs {
    running: Option<Running>,
    /// The reason why the last one could not run.
    broken: Option<String>,
    count: u64,
    /// The newest last.
    ended: VecDeque<Arc<Run>>,
}

/// The state of the verification.
#[derive(Clone)]
pub(super) enum State {
    /// No verification has run since the dashboard was started.
    Pending,
    Running(Running),
    Ended(Arc<Run>),
    /// It could not run, for a reason in the settings.
    Broken(String),
}

/// A run that has ended.
pub(super) struct Run {
    pub(super) number: u64,
    /// The time of its end.
    pub(super) at: Timestamp,
    pub(super) end: End,
    pub(super) report: Report,
    /// The snippet of each finding, in the same order.
    pub(super) snippets: Vec<Option<Snippet>>,
}

/// The reason why a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// All checks ran that could.
    Complete,
    /// The user stopped it. The report has the results and changes until then.
    Stopped,
    /// The provider could not be reached any more.
    CutOff,
}

/// A part of a response that has a fault.
pub(super) struct Snippet {
    /// The full path of the fault, with indexes.
    pub(super) place: Option<String>,
    /// The id of the item with the fault.
    pub(super) item: Option<String>,
    /// The status of the response.
    pub(super) status: String,
    pub(super) body: Marked,
}

/// The result of a run before it is kept.
pub(super) struct Ended {
    pub(super) report: Report,
    pub(super) snippets: Vec<Option<Snippet>>,
    pub(super) is_cut_off: bool,
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
        let runs = lock(&self.0);
        match (&runs.running, &runs.broken, runs.ended.back()) {
            (Some(running), ..) => State::Running(running.clone()),
            (_, Some(why), _) => State::Broken(why.clone()),
            (.., Some(run)) => State::Ended(Arc::clone(run)),
            _ => State::Pending,
        }
    }

    /// The runs that have ended, the newest first.
    pub(super) fn runs(&self) -> Vec<Arc<Run>> {
        lock(&self.0).ended.iter().rev().cloned().collect()
    }

    pub(super) fn run(&self, number: u64) -> Option<Arc<Run>> {
        let runs = lock(&self.0);
        let mut ended = runs.ended.iter();
        ended.find(|run| run.number == number).cloned()
    }

    /// Starts a verification, unless one is running. `finish` completes the report. The last result
    /// stays if no server can be reached, because then nothing was verified.
    pub(super) fn start<F>(
        &self,
        verifier: Verifier,
        finish: impl FnOnce(Report) -> F + Send + 'static,
    ) where
        F: Future<Output = Ended> + Send,
    {
        let mut runs = lock(&self.0);
        if runs.running.is_some() {
            return;
        }
        let (stop, mut stopped) = watch::channel(false);
        let is_stopped = stopped.clone();
        runs.broken = None;
        runs.running = Some(Running {
            stop,
            current: None,
            items: 0,
            requests: 0,
            ended: Vec::new(),
            findings: Vec::new(),
        });
        drop(runs);
        let shared = Arc::clone(&self.0);
        let run = verifier
            .observe(move |event| {
                if let Some(running) = &mut lock(&shared).running {
                    running.note(event);
                }
            })
            .until(async move {
                // The sender is dropped only when the run has ended, so this cannot fail earlier.
                let _ = stopped.wait_for(|is_stopped| *is_stopped).await;
            })
            .run();
        let run = tokio::spawn(async move {
            let report = run.await?;
            Ok::<_, CannotRun>(finish(report).await)
        });
        let shared = Arc::clone(&self.0);
        tokio::spawn(async move {
            let ended = run.await;
            let mut runs = lock(&shared);
            match ended {
                Ok(Ok(ended)) => {
                    let end = match (*is_stopped.borrow(), ended.is_cut_off) {
                        (true, _) => End::Stopped,
                        (_, true) => End::CutOff,
                        _ => End::Complete,
                    };
                    runs.keep(ended, end);
                }
                Ok(Err(why)) => {
                    runs.broken = (!why.is_unreachable()).then(|| why.to_string());
                }
                Err(_) => runs.broken = Some("the verifier failed".to_owned()),
            }
            runs.running = None;
        });
    }

    /// Stops the running verification. It ends after the response to its current request.
    pub(super) fn stop(&self) {
        if let Some(running) = &lock(&self.0).running {
            running.stop.send_replace(true);
        }
    }
}

impl Runs {
    fn keep(&mut self, ended: Ended, end: End) {
        self.count += 1;
        if self.ended.len() == MAX_RUNS {
            self.ended.pop_front();
        }
        self.ended.push_back(Arc::new(Run {
            number: self.count,
            at: Timestamp::now(),
            end,
            report: ended.report,
            snippets: ended.snippets,
        }));
    }
}

impl Run {
    pub(super) fn is_good(&self) -> bool {
        self.end == End::Complete && self.report.is_good(false)
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

fn lock(runs: &Mutex<Runs>) -> MutexGuard<'_, Runs> {
    runs.lock().unwrap_or_else(PoisonError::into_inner)
}
