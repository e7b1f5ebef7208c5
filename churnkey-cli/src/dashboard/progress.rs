//! The state of `churnkey dev`.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::news::News;

/// The state of `churnkey dev`.
#[derive(Default)]
pub(super) struct Dev(Mutex<Option<Progress>>);

/// The progress since the last change.
#[derive(Clone, Default)]
pub(crate) struct Progress {
    /// The command that serves the provider; empty if the provider was running before.
    pub(crate) command: String,
    pub(crate) phase: Phase,
    /// The files of the last change.
    pub(crate) changed: Option<String>,
    pub(crate) news: Option<News>,
    /// The result of the simulation; the error is a difference.
    pub(crate) simulated: Option<Result<String, String>>,
    /// The number of changes of this state.
    version: u64,
}

/// The phase since the last change.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) enum Phase {
    /// The provider does not listen yet.
    #[default]
    Starting,
    Verifying,
    Simulating,
    /// Waits for the next change.
    Ready,
    /// The command ended, for this reason.
    Ended(String),
    /// A provider that this program did not start does not answer.
    Down,
}

impl Phase {
    /// The class of the badge, and its word.
    pub(super) fn badge(&self) -> (&'static str, &'static str) {
        match self {
            Self::Starting => ("state-pending", "starting"),
            Self::Verifying => ("state-pending", "verifying"),
            Self::Simulating => ("state-pending", "simulating"),
            Self::Ready => ("state-good", "running"),
            Self::Ended(_) => ("state-faulty", "ended"),
            Self::Down => ("severity-warning", "down"),
        }
    }
}

impl Progress {
    pub(super) fn version(&self) -> u64 {
        self.version
    }
}

impl Dev {
    /// The state; `None` without `churnkey dev`.
    pub(super) fn progress(&self) -> Option<Progress> {
        self.lock().clone()
    }

    pub(super) fn is_on(&self) -> bool {
        self.lock().is_some()
    }

    pub(super) fn change(&self, change: impl FnOnce(&mut Progress)) {
        let mut progress = self.lock();
        let progress = progress.get_or_insert_default();
        change(progress);
        progress.version += 1;
    }

    fn lock(&self) -> MutexGuard<'_, Option<Progress>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
