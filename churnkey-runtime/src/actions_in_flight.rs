//! The actions under way: each runs to its end, once, and in the order of arrival.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Map;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::oneshot::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::error::{Error, Result, ResultExt as _};
use crate::events::emit;
use crate::http::reply::Reply;
use crate::mode::Mode;
use crate::operation::Operation;
use crate::telemetry;

/// The deduplication key of an action: with equal keys, a function is given equal arguments, even
/// if the bodies were written in different ways.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct ActionKey {
    operation: Operation,
    mode: Mode,
    /// Every field of the request, in one spelling.
    request: Value,
    /// Makes the key of an action unique whose function is given more than the above.
    unique: Option<u64>,
}

impl ActionKey {
    pub(crate) fn new(operation: Operation, mode: Mode, request: &impl Serialize) -> Result<Self> {
        Ok(Self {
            operation,
            mode,
            request: serde_json::to_value(request).or_internal()?,
            unique: None,
        })
    }

    /// The key of an action that joins no other and waits for its turn instead: its function is
    /// given arguments, such as an extension of the request, that cannot be compared.
    pub(crate) fn unjoinable(self) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        Self {
            unique: Some(NEXT.fetch_add(1, Ordering::Relaxed)),
            ..self
        }
    }

    /// The queues of an action.
    fn queues(&self) -> impl Iterator<Item = QueueKey> {
        ["customerId", "subscriptionId"]
            .into_iter()
            .filter_map(|party| {
                Some(QueueKey {
                    party,
                    mode: self.mode,
                    id: self.request[party].as_str()?.to_owned(),
                })
            })
    }
}

/// The key of a queue: actions that name the same customer or the same subscription wait for one
/// another.
#[derive(Clone, PartialEq, Eq, Hash)]
struct QueueKey {
    party: &'static str,
    mode: Mode,
    id: String,
}

/// The actions that were accepted and have not ended.
///
/// - An action that arrives again while it is under way does not run again: its caller is given the
///   reply of the first. An action whose function is given more than its key never joins another.
/// - Actions on the same customer or the same subscription run one after the other, in the order of
///   their arrival: an action on all subscriptions of a customer never runs beside one on one of
///   them.
/// - They belong to no caller, so a caller that disconnects does not cut one short.
///
/// All this holds within one process. Several instances need the database for it.
#[derive(Clone)]
pub(crate) struct InFlight {
    tasks: TaskTracker,
    state: Arc<Mutex<State>>,
    most: usize,
    most_for_customer: usize,
    scope: Option<Scope>,
}

/// The future of an action, as [`Provider::action_scope`](crate::Provider::action_scope) gets it.
pub type ActionFuture = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Wraps the future of each action.
type Scope = Arc<dyn Fn(ActionFuture) -> ActionFuture + Send + Sync>;

#[derive(Default)]
struct State {
    /// Each with the callers that joined it.
    actions: HashMap<Arc<ActionKey>, Vec<oneshot::Sender<Reply>>>,
    /// Actions in the order of their arrival. One runs once it is the first of each of its queues.
    queues: HashMap<QueueKey, VecDeque<QueueEntry>>,
}

/// An action in a queue, the one that runs included.
#[derive(Clone)]
struct QueueEntry {
    action: Arc<ActionKey>,
    /// `None` for an action that found its queues empty.
    start: Option<CancellationToken>,
}

/// The reply of an action, delivered to one of its callers.
pub(crate) type Outcome = Map<oneshot::Receiver<Reply>, fn(Result<Reply, RecvError>) -> Reply>;

/// The end of an action's work.
pub(crate) struct ActionEnd {
    pub(crate) reply: Reply,
    /// Logs the reply after it was handed over, so that a log that blocks does not delay it.
    pub(crate) log: Option<Box<dyn FnOnce() + Send>>,
}

impl From<Reply> for ActionEnd {
    fn from(reply: Reply) -> Self {
        Self { reply, log: None }
    }
}

/// An accepted action.
pub(crate) struct Accepted {
    pub(crate) outcome: Outcome,
    /// `true` if it was under way already.
    pub(crate) joined: bool,
}

impl Default for InFlight {
    fn default() -> Self {
        Self {
            tasks: TaskTracker::new(),
            state: Arc::default(),
            most: MAX_ACTIONS,
            most_for_customer: MAX_ACTIONS_PER_CUSTOMER,
            scope: None,
        }
    }
}

impl InFlight {
    pub(crate) fn at_most(&mut self, most: usize) {
        self.most = most.max(1);
    }

    pub(crate) fn at_most_for_customer(&mut self, most: usize) {
        self.most_for_customer = most.max(1);
    }

    pub(crate) fn run_in(&mut self, scope: Scope) {
        self.scope = Some(scope);
    }

    /// True if no further action is accepted.
    #[cfg(feature = "server")]
    pub(crate) fn is_full(&self) -> bool {
        lock(&self.state).actions.len() >= self.most
    }

    /// Accepts an action, which then runs to its end even if its caller disconnects.
    ///
    /// # Errors
    ///
    /// 503 if there are too many already, in all or for its customer.
    pub(crate) fn accept<W>(&self, key: ActionKey, work: W) -> Result<Accepted>
    where
        W: Future<Output: Into<ActionEnd>> + Send + 'static,
    {
        let (caller, outcome) = oneshot::channel();
        let outcome = outcome.map(received as fn(_) -> _);
        let key = match self.scope {
            Some(_) => key.unjoinable(),
            None => key,
        };
        let action = Arc::new(key);
        let mut state = lock(&self.state);
        if action
            .queues()
            .any(|queue| state.requests(&queue) >= self.most_for_customer)
        {
            return Err(Error::unavailable(TOO_MANY).with_cause(
                "as many actions as `max_actions_per_customer` allows are under way for the \
                 customer or the subscription",
            ));
        }
        let full = state.actions.len() >= self.most;
        match state.actions.entry(Arc::clone(&action)) {
            Entry::Occupied(mut callers) => {
                // Callers that have disconnected since are not kept until the action ends.
                callers.get_mut().retain(|caller| !caller.is_closed());
                callers.get_mut().push(caller);
                return Ok(Accepted {
                    outcome,
                    joined: true,
                });
            }
            Entry::Vacant(_) if full => {
                return Err(Error::unavailable(TOO_MANY)
                    .with_cause("as many actions as `max_actions` allows are under way"));
            }
            Entry::Vacant(place) => drop(place.insert(Vec::new())),
        }
        telemetry::actions_in_flight(state.actions.len());
        let start = state.enqueue(&action);
        drop(state);
        let guard = ActionGuard {
            state: Arc::clone(&self.state),
            action,
            caller: Some(caller),
            outcome: None,
        };
        // Not under the lock: an action may end here and now, and its guard takes the lock.
        let run: ActionFuture = Box::pin(self.tasks.track_future(async move {
            if let Some(start) = start {
                start.cancelled().await;
            }
            let ActionEnd { reply, log } = work.await.into();
            guard.finish(reply);
            if let Some(log) = log {
                log();
            }
        }));
        // If the scope panics, the guard was dropped on the way, as in `begin`.
        let scoped = || match &self.scope {
            Some(scope) => scope(run),
            None => run,
        };
        if let Ok(action) = catch_unwind(AssertUnwindSafe(scoped)) {
            begin(action);
        }
        Ok(Accepted {
            outcome,
            joined: false,
        })
    }

    /// The number of actions under way.
    pub(crate) fn len(&self) -> usize {
        self.tasks.len()
    }

    /// The actions under way, such as `cancel (live)`, for the log of a process that cuts them.
    #[cfg(feature = "server")]
    pub(crate) fn names(&self) -> Vec<String> {
        let state = lock(&self.state);
        let actions = state.actions.keys();
        actions
            .map(|action| format!("{} ({})", action.operation.module(), action.mode.as_str()))
            .collect()
    }

    /// Waits for all actions.
    pub(crate) async fn end(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// The actions of a provider that are under way, for the shutdown of a server of your own: see
/// [`Provider::actions`](crate::Provider::actions).
///
/// [`Server`](crate::Server) waits for them itself.
#[derive(Clone, Debug)]
pub struct ActionsInFlight(pub(crate) InFlight);

impl ActionsInFlight {
    /// The number of actions.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// Waits until there are none. Stop accepting requests before, because they can begin another.
    pub async fn ended(&self) {
        self.0.end().await;
    }
}

/// The most actions under way at once: far more than a pool of database connections serves, far
/// fewer than fill the memory.
const MAX_ACTIONS: usize = 1024;

/// The most requests for actions on one customer or one subscription at once. A person makes few.
const MAX_ACTIONS_PER_CUSTOMER: usize = 64;

/// `Retry-After` where there are too many actions under way.
const TOO_MANY: Duration = Duration::from_secs(5);

const CUT_SHORT: &str = "the action was cut short: the runtime was shut down before \
                         `Provider::actions().ended()`, or its function panicked in a drop";

/// Polls an action once inline, and runs the rest in a task of its own, which outlives its caller.
fn begin(mut action: ActionFuture) {
    let at_once = || action.as_mut().now_or_never();
    // If it panics, its guard was dropped on the way.
    if let Ok(None) = catch_unwind(AssertUnwindSafe(at_once)) {
        tokio::spawn(action);
    }
}

fn received(outcome: Result<Reply, RecvError>) -> Reply {
    outcome.unwrap_or_else(|_| Error::internal(CUT_SHORT).into())
}

impl State {
    /// Enqueues an action for its customer and its subscription. Returns a token that is cancelled
    /// when the action reaches the front, or `None` if it can run now.
    fn enqueue(&mut self, action: &Arc<ActionKey>) -> Option<CancellationToken> {
        let is_first = !action
            .queues()
            .any(|queue| self.queues.contains_key(&queue));
        let entry = QueueEntry {
            action: Arc::clone(action),
            start: (!is_first).then(CancellationToken::new),
        };
        for queue in action.queues() {
            let queue = self.queues.entry(queue).or_default();
            queue.push_back(entry.clone());
        }
        entry.start
    }

    /// Removes an action from its queues, at any place in them. Returns the start tokens of the
    /// actions that can run now.
    fn leave(&mut self, action: &Arc<ActionKey>) -> Vec<CancellationToken> {
        let mut firsts = Vec::new();
        for queue in action.queues() {
            let Entry::Occupied(mut queue) = self.queues.entry(queue) else {
                continue;
            };
            let entries = queue.get_mut();
            entries.retain(|entry| !Arc::ptr_eq(&entry.action, action));
            match entries.front() {
                Some(first) => firsts.push(first.clone()),
                None => drop(queue.remove()),
            }
        }
        firsts.retain(|first| self.is_first(&first.action));
        firsts.into_iter().filter_map(|first| first.start).collect()
    }

    /// The number of requests for the actions in a queue, those that joined one included.
    fn requests(&self, queue: &QueueKey) -> usize {
        let entries = self.queues.get(queue).into_iter().flatten();
        let joined = entries.map(|entry| {
            let callers = self.actions.get(&entry.action).into_iter().flatten();
            1 + callers.filter(|caller| !caller.is_closed()).count()
        });
        joined.sum()
    }

    fn is_first(&self, action: &Arc<ActionKey>) -> bool {
        action.queues().all(|queue| {
            let first = self.queues.get(&queue).and_then(VecDeque::front);
            first.is_some_and(|first| Arc::ptr_eq(&first.action, action))
        })
    }
}

/// Starts the next actions and replies to the callers when dropped, even if the runtime drops a
/// task that has not ended.
struct ActionGuard {
    state: Arc<Mutex<State>>,
    action: Arc<ActionKey>,
    caller: Option<oneshot::Sender<Reply>>,
    outcome: Option<Reply>,
}

impl ActionGuard {
    fn finish(mut self, outcome: Reply) {
        self.outcome = Some(outcome);
    }
}

impl Drop for ActionGuard {
    fn drop(&mut self) {
        let (joined, next) = {
            let mut state = lock(&self.state);
            let joined = state.actions.remove(&self.action);
            telemetry::actions_in_flight(state.actions.len());
            (joined, state.leave(&self.action))
        };
        for start in next {
            start.cancel();
        }
        // Only now, so that a caller with its reply can send the same action again.
        match self.outcome.take() {
            Some(reply) => {
                for caller in joined.into_iter().flatten() {
                    let _disconnected = caller.send(reply.clone());
                }
                if let Some(caller) = self.caller.take() {
                    let _disconnected = caller.send(reply);
                }
            }
            // The dropped senders end the callers' wait.
            None => emit(|| {
                tracing::error!(
                    module = self.action.operation.module(),
                    mode = self.action.mode.as_str(),
                    "{CUT_SHORT}"
                );
            }),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

impl std::fmt::Debug for InFlight {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InFlight")
            .field("tasks", &self.tasks)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("actions", &self.actions.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
