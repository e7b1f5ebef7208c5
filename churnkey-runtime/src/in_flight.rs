//! Actions under way: each runs to its end, once, and in its turn.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::reply::Reply;
use crate::telemetry;
use crate::{Error, Mode, Operation, Result};

/// What an action is asked to do. Equal actions ask for the same.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Intent {
    pub(crate) operation: Operation,
    pub(crate) mode: Mode,
    pub(crate) customer: Option<String>,
    pub(crate) subscription: Option<String>,
    pub(crate) meaning: String,
}

/// The actions that were accepted and have not ended.
///
/// - An action that arrives again while it is under way is not run again: its caller is given the outcome of the first.
/// - InFlight that touch the same customer or the same subscription run one after the other, in the order in which they came: an action on all of a customer's
///   subscriptions never runs beside one on one of them.
/// - They belong to no caller, so none is cut short by one that hangs up.
///
/// All this is within one process. What several instances need is for the database to do.
#[derive(Clone, Debug)]
pub(crate) struct InFlight {
    tasks: TaskTracker,
    state: Arc<Mutex<State>>,
    most: usize,
}

#[derive(Default)]
struct State {
    outcomes: HashMap<Arc<Intent>, Outcome>,
    /// The action that came last to each line. Whoever comes next waits for it.
    lines: HashMap<Line, CancellationToken>,
}

/// Where actions wait for one another.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Line {
    Customer(Mode, String),
    Subscription(Mode, String),
}

/// What an action comes to, for as many callers as ask.
pub(crate) type Outcome = Shared<BoxFuture<'static, Reply>>;

/// An action as it was accepted.
pub(crate) struct Accepted {
    pub(crate) outcome: Outcome,
    /// Whether it was under way already.
    pub(crate) joined: bool,
}

impl InFlight {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            tasks: TaskTracker::new(),
            state: Arc::default(),
            most,
        }
    }

    pub(crate) fn at_most(&mut self, most: usize) {
        self.most = most.max(1);
    }

    /// Takes on an action: from here on it runs to its end, whatever becomes of the caller.
    ///
    /// # Errors
    ///
    /// 503 if there are too many already.
    pub(crate) fn accept<W>(&self, intent: Intent, work: W) -> Result<Accepted>
    where
        W: Future<Output = Reply> + Send + 'static,
    {
        let mut state = lock(&self.state);
        if let Some(outcome) = state.outcomes.get(&intent) {
            return Ok(Accepted {
                outcome: outcome.clone(),
                joined: true,
            });
        }
        if state.outcomes.len() >= self.most {
            return Err(Error::unavailable(TOO_MANY)
                .because("as many actions as `max_actions` allows are under way"));
        }
        let intent = Arc::new(intent);
        let ended = CancellationToken::new();
        let before: Vec<_> = intent
            .lines()
            .filter_map(|line| state.lines.insert(line, ended.clone()))
            .collect();
        let end = End {
            state: Arc::clone(&self.state),
            intent: Arc::clone(&intent),
            ended,
        };
        let task = self.tasks.spawn(async move {
            for turn in before {
                turn.cancelled().await;
            }
            let reply = work.await;
            drop(end);
            reply
        });
        let outcome = task
            .map(|ended| ended.unwrap_or_else(|failure| Error::internal(failure).into()))
            .boxed()
            .shared();
        state.outcomes.insert(intent, outcome.clone());
        telemetry::actions_in_flight(state.outcomes.len());
        Ok(Accepted {
            outcome,
            joined: false,
        })
    }

    /// How many are under way.
    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// Waits for all of them.
    pub(crate) async fn end(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// When a caller may come back that found too many actions under way.
const TOO_MANY: Duration = Duration::from_secs(5);

impl Intent {
    fn lines(&self) -> impl Iterator<Item = Line> {
        let customer = self.customer.clone();
        let subscription = self.subscription.clone();
        let customer = customer.map(|id| Line::Customer(self.mode, id));
        customer
            .into_iter()
            .chain(subscription.map(|id| Line::Subscription(self.mode, id)))
    }
}

/// Lets the next ones run, even if the runtime drops a task that has not ended.
struct End {
    state: Arc<Mutex<State>>,
    intent: Arc<Intent>,
    ended: CancellationToken,
}

impl Drop for End {
    fn drop(&mut self) {
        let mut state = lock(&self.state);
        state.outcomes.remove(&self.intent);
        telemetry::actions_in_flight(state.outcomes.len());
        self.ended.cancel();
        for line in self.intent.lines() {
            if let Entry::Occupied(last) = state.lines.entry(line)
                && last.get().is_cancelled()
            {
                last.remove();
            }
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("actions", &self.outcomes.len())
            .finish_non_exhaustive()
    }
}
