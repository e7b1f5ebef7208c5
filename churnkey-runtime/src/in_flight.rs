//! Actions under way: each runs to its end, once, and in its turn.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Shared};
use tokio::sync::oneshot;
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
    pub(crate) customer: Option<Arc<str>>,
    pub(crate) subscription: Option<Arc<str>>,
    pub(crate) meaning: String,
}

/// The actions that were accepted and have not ended.
///
/// - An action that arrives again while it is under way is not run again: its caller is given the outcome of the first.
/// - Actions that touch the same customer or the same subscription run one after the other, in the order in which they came: an action on all of a customer's
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
    /// Actions in the order in which they came. One runs once it is the first of every line that it stands in.
    lines: HashMap<Line, VecDeque<Waiting>>,
}

/// Where actions wait for one another.
#[derive(Clone, PartialEq, Eq, Hash)]
enum Line {
    Customer(Mode, Arc<str>),
    Subscription(Mode, Arc<str>),
}

/// An action in a line, the one that runs included.
#[derive(Clone)]
struct Waiting {
    intent: Arc<Intent>,
    turn: CancellationToken,
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
        let (answer, outcome) = oneshot::channel();
        let outcome = outcome
            .map(|reply| reply.unwrap_or_else(|_| Error::internal(CUT_SHORT).into()))
            .boxed()
            .shared();
        state.outcomes.insert(Arc::clone(&intent), outcome.clone());
        telemetry::actions_in_flight(state.outcomes.len());
        let turn = state.line_up(&intent);
        drop(state);
        let mut place = Place {
            state: Arc::clone(&self.state),
            intent,
            ended: false,
        };
        // Not under the lock: a runtime that is shutting down drops the task here and now, and its place takes the lock.
        self.tasks.spawn(async move {
            turn.cancelled().await;
            let reply = work.await;
            place.ended = true;
            // Before the answer, so that whoever has been answered can ask for the same again.
            drop(place);
            let _nobody_waits = answer.send(reply);
        });
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

/// The actions of a provider that are under way, for a server of your own that is about to end: see [`Provider::actions`](crate::Provider::actions).
///
/// [`Server`](crate::Server) waits for them by itself.
#[derive(Clone, Debug)]
pub struct ActionsInFlight(pub(crate) InFlight);

impl ActionsInFlight {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Waits until there are none. Stop taking requests before, or there may always be another.
    pub async fn ended(&self) {
        self.0.end().await;
    }
}

/// When a caller may come back that found too many actions under way.
const TOO_MANY: Duration = Duration::from_secs(5);

const CUT_SHORT: &str = "the action was cut short: the runtime was shut down, or the log panicked";

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

impl State {
    /// Puts an action at the end of its lines; the token is cancelled when its turn has come.
    fn line_up(&mut self, intent: &Arc<Intent>) -> CancellationToken {
        let waiting = Waiting {
            intent: Arc::clone(intent),
            turn: CancellationToken::new(),
        };
        for line in intent.lines() {
            self.lines
                .entry(line)
                .or_default()
                .push_back(waiting.clone());
        }
        if self.is_next(intent) {
            waiting.turn.cancel();
        }
        waiting.turn
    }

    /// Takes an action out of its lines, wherever it stands, and answers with those whose turn it is now.
    fn leave(&mut self, intent: &Arc<Intent>) -> Vec<CancellationToken> {
        let mut firsts = Vec::new();
        for line in intent.lines() {
            let Entry::Occupied(mut line) = self.lines.entry(line) else {
                continue;
            };
            let stands = |waiting: &Waiting| Arc::ptr_eq(&waiting.intent, intent);
            if let Some(at) = line.get().iter().position(stands) {
                line.get_mut().remove(at);
            }
            match line.get().front() {
                Some(first) => firsts.push(first.clone()),
                None => drop(line.remove()),
            }
        }
        firsts.retain(|first| self.is_next(&first.intent));
        firsts.into_iter().map(|first| first.turn).collect()
    }

    fn is_next(&self, intent: &Arc<Intent>) -> bool {
        intent.lines().all(|line| {
            let first = self.lines.get(&line).and_then(VecDeque::front);
            first.is_some_and(|first| Arc::ptr_eq(&first.intent, intent))
        })
    }
}

/// Lets the next ones run, even if the runtime drops a task that has not ended.
struct Place {
    state: Arc<Mutex<State>>,
    intent: Arc<Intent>,
    ended: bool,
}

impl Drop for Place {
    fn drop(&mut self) {
        let next = {
            let mut state = lock(&self.state);
            state.outcomes.remove(&self.intent);
            telemetry::actions_in_flight(state.outcomes.len());
            state.leave(&self.intent)
        };
        for turn in next {
            turn.cancel();
        }
        if !self.ended {
            tracing::error!(
                module = self.intent.operation.module(),
                mode = self.intent.mode.as_str(),
                "{CUT_SHORT}"
            );
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

#[cfg(test)]
mod tests;
