//! The actions under way: each runs to its end, once, and in the order of arrival.

use std::any::Any;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Map;
use smallvec::SmallVec;
use tokio::sync::oneshot::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::action::party::Party;
use crate::action::request::ActionRequest;
use crate::error::{Error, Result};
use crate::events::emit;
use crate::http::reply::Reply;
use crate::mode::Mode;
use crate::operation::Operation;
use crate::telemetry;

/// The deduplication key of an action: with equal keys, a function is given equal arguments, even
/// if the bodies were written in different ways.
pub(crate) struct ActionKey {
    operation: Operation,
    mode: Mode,
    queues: SmallVec<[QueueKey; 2]>,
    request: Box<dyn AnyRequest>,
    /// Makes the key of an action unique whose function is given more than the above.
    unique: Option<u64>,
}

impl ActionKey {
    pub(crate) fn new<R: ActionRequest>(operation: Operation, mode: Mode, request: &R) -> Self {
        let parties = request.parties();
        Self {
            operation,
            mode,
            queues: parties.map(|party| QueueKey { mode, party }).collect(),
            request: Box::new(request.clone()),
            unique: None,
        }
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
}

impl PartialEq for ActionKey {
    fn eq(&self, other: &Self) -> bool {
        self.unique == other.unique
            && self.operation == other.operation
            && self.mode == other.mode
            && self.request.equals(&*other.request)
    }
}

/// A request of any operation.
trait AnyRequest: Any + Send + Sync {
    fn equals(&self, other: &dyn AnyRequest) -> bool;
}

impl<R: ActionRequest> AnyRequest for R {
    fn equals(&self, other: &dyn AnyRequest) -> bool {
        let other: &dyn Any = other;
        other.downcast_ref() == Some(self)
    }
}

/// The key of a queue: actions that name the same customer or the same subscription wait for one
/// another.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
struct QueueKey {
    mode: Mode,
    party: Party,
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
    /// The number of actions.
    actions: usize,
    /// Actions in the order of their arrival. One runs once it is the first of each of its queues.
    queues: BTreeMap<QueueKey, SmallVec<[QueueEntry; 1]>>,
}

/// An action in a queue, the one that runs included.
struct QueueEntry {
    action: Arc<ActionKey>,
    /// `None` for an action that found its queues empty.
    start: Option<CancellationToken>,
    /// The callers that joined the action, in the first of its queues.
    joined: Vec<oneshot::Sender<Reply>>,
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
        lock(&self.state).actions >= self.most
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
        let mut state = lock(&self.state);
        if (key.queues.iter()).any(|queue| state.requests(queue) >= self.most_for_customer) {
            return Err(Error::unavailable(TOO_MANY).with_cause(
                "as many actions as `max_actions_per_customer` allows are under way for the \
                 customer or the subscription",
            ));
        }
        if let Some(same) = state.find(&key) {
            // Callers that have disconnected since are not kept until the action ends.
            same.joined.retain(|caller| !caller.is_closed());
            same.joined.push(caller);
            return Ok(Accepted {
                outcome,
                joined: true,
            });
        }
        if state.actions >= self.most {
            return Err(Error::unavailable(TOO_MANY)
                .with_cause("as many actions as `max_actions` allows are under way"));
        }
        let action = Arc::new(key);
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
        let queues = state.queues.iter();
        let entries =
            queues.flat_map(|(queue, entries)| entries.iter().map(move |one| (queue, one)));
        // An action is in several queues, and counts in the first of them.
        let actions = entries.map(|(queue, entry)| (queue, &entry.action));
        actions
            .filter(|(queue, action)| action.queues.first() == Some(*queue))
            .map(|(_, action)| format!("{} ({})", action.operation.module(), action.mode.as_str()))
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
    /// Finds the same action under way, which is in the same queues.
    fn find(&mut self, key: &ActionKey) -> Option<&mut QueueEntry> {
        let queue = self.queues.get_mut(key.queues.first()?)?;
        queue.iter_mut().find(|entry| *entry.action == *key)
    }

    /// Enqueues an action for its customer and its subscription. Returns a token that is cancelled
    /// when the action reaches the front, or `None` if it can run now.
    fn enqueue(&mut self, action: &Arc<ActionKey>) -> Option<CancellationToken> {
        let mut queues = action.queues.iter();
        let waits = queues.any(|queue| self.queues.contains_key(queue));
        let start = waits.then(CancellationToken::new);
        for queue in &action.queues {
            let queue = self.queues.entry(queue.clone()).or_default();
            queue.push(QueueEntry {
                action: Arc::clone(action),
                start: start.clone(),
                joined: Vec::new(),
            });
        }
        self.count(self.actions + 1);
        start
    }

    /// Removes an action from its queues, at any place in them. Returns the callers that joined it,
    /// and the start tokens of the actions that can run now.
    fn leave(
        &mut self,
        action: &Arc<ActionKey>,
    ) -> (Vec<oneshot::Sender<Reply>>, Vec<CancellationToken>) {
        let mut joined = Vec::new();
        let mut firsts = Vec::new();
        for queue in &action.queues {
            let Entry::Occupied(mut queue) = self.queues.entry(queue.clone()) else {
                continue;
            };
            let entries = queue.get_mut();
            let place = entries
                .iter()
                .position(|entry| Arc::ptr_eq(&entry.action, action));
            if let Some(place) = place {
                joined.append(&mut entries.remove(place).joined);
            }
            match entries.first() {
                Some(first) => firsts.push((Arc::clone(&first.action), first.start.clone())),
                None => drop(queue.remove()),
            }
        }
        self.count(self.actions - 1);
        firsts.retain(|(first, _)| self.is_first(first));
        let next = firsts.into_iter().filter_map(|(_, start)| start).collect();
        (joined, next)
    }

    /// The number of requests for the actions in a queue, those that joined one included.
    fn requests(&self, queue: &QueueKey) -> usize {
        let entries = self.queues.get(queue).into_iter().flatten();
        let joined =
            |entry: &QueueEntry| entry.joined.iter().filter(|one| !one.is_closed()).count();
        entries.map(|entry| 1 + joined(entry)).sum()
    }

    fn is_first(&self, action: &Arc<ActionKey>) -> bool {
        action.queues.iter().all(|queue| {
            let first = self.queues.get(queue).and_then(|queue| queue.first());
            first.is_some_and(|first| Arc::ptr_eq(&first.action, action))
        })
    }

    fn count(&mut self, actions: usize) {
        self.actions = actions;
        telemetry::actions_in_flight(actions);
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
        let (joined, next) = lock(&self.state).leave(&self.action);
        for start in next {
            start.cancel();
        }
        // Only now, so that a caller with its reply can send the same action again.
        match self.outcome.take() {
            Some(reply) => {
                for caller in joined {
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
            .field("actions", &self.actions)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
