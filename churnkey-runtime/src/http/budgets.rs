//! The budgets of concurrent requests: one for reads and one for actions, so that neither takes all
//! connections, and health checks find one.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::operation::Side;

/// The requests that may be processed at once.
#[derive(Clone, Debug)]
pub(crate) struct Budgets {
    reads: Budget,
    actions: Budget,
}

#[derive(Clone, Debug)]
struct Budget {
    free: Arc<Semaphore>,
    #[cfg(feature = "server")]
    most: usize,
}

impl Budget {
    fn new(most: usize) -> Self {
        let most = most.clamp(1, Semaphore::MAX_PERMITS);
        Self {
            free: Arc::new(Semaphore::new(most)),
            #[cfg(feature = "server")]
            most,
        }
    }

    #[cfg(feature = "server")]
    fn is_exhausted(&self) -> bool {
        self.free.available_permits() == 0
    }
}

impl Default for Budgets {
    /// Half and three eighths of the server's 512 connections.
    fn default() -> Self {
        Self {
            reads: Budget::new(256),
            actions: Budget::new(192),
        }
    }
}

impl Budgets {
    pub(crate) fn set_reads(&mut self, most: usize) {
        self.reads = Budget::new(most);
    }

    pub(crate) fn set_actions(&mut self, most: usize) {
        self.actions = Budget::new(most);
    }

    /// Reduces the budgets to a part of the connections, so that some are left for health checks.
    #[cfg(feature = "server")]
    pub(crate) fn fit(&mut self, connections: usize) {
        self.set_reads(self.reads.most.min(connections.div_ceil(2)));
        self.set_actions(self.actions.most.min((connections * 3).div_ceil(8)));
    }

    /// Takes a place, which is free again when the permit is dropped.
    ///
    /// # Errors
    ///
    /// 503 if there is none.
    pub(crate) fn take(&self, side: Side) -> Result<OwnedSemaphorePermit> {
        let (budget, name) = match side {
            Side::Controller => (&self.reads, "max_reads"),
            Side::Action => (&self.actions, "max_action_callers"),
        };
        Arc::clone(&budget.free).try_acquire_owned().map_err(|_| {
            let cause = format!("as many requests as `{name}` allows are under way");
            Error::unavailable(RETRY_AFTER).with_cause(cause)
        })
    }

    /// The name of a budget that has no place left.
    #[cfg(feature = "server")]
    pub(crate) fn exhausted(&self) -> Option<&'static str> {
        let budgets = [
            (&self.reads, "max_reads"),
            (&self.actions, "max_action_callers"),
        ];
        let exhausted = budgets.iter().find(|(budget, _)| budget.is_exhausted());
        exhausted.map(|(_, name)| *name)
    }
}

/// `Retry-After` where a budget is exhausted.
const RETRY_AFTER: Duration = Duration::from_secs(1);
