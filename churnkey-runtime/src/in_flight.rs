//! Actions under way: each runs to its end, once, and in its turn.

use std::array;
use std::collections::VecDeque;
use std::collections::hash_map::Entry;
use std::hash::{BuildHasher as _, Hash, Hasher, RandomState};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::Map;
use tokio::sync::oneshot::{self, error::RecvError};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::action::Fields;
use crate::reply::Reply;
use crate::telemetry;
use crate::{Error, Mode, Operation, Result};

mod table;

use table::Table;

/// What an action is asked to do. Equal actions ask for the same.
#[derive(PartialEq, Eq)]
pub(crate) struct Intent {
    pub(crate) operation: Operation,
    pub(crate) mode: Mode,
    pub(crate) fields: Arc<Fields>,
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
    /// Not to be guessed from outside, so that nobody can send what meets in one place of a table.
    hasher: RandomState,
}

#[derive(Default)]
struct State {
    /// With those who have asked for the same since.
    actions: Table<Key, Vec<oneshot::Sender<Reply>>>,
    /// Actions in the order in which they came. One runs once it is the first of every line that it stands in.
    lines: Table<Line, VecDeque<Waiting>>,
}

/// An action, with the hashes under which it is looked up.
struct Action {
    intent: Intent,
    hash: u64,
    lines: [Option<u64>; PARTIES.len()],
}

/// The fields that name whom an action touches.
const PARTIES: [&str; 2] = ["customerId", "subscriptionId"];

/// An action by its intent.
struct Key(Arc<Action>);

/// Where actions wait for one another: those that name the same party.
struct Line {
    action: Arc<Action>,
    /// An index of [`PARTIES`].
    party: usize,
}

/// An action in a line, the one that runs included.
#[derive(Clone)]
struct Waiting {
    action: Arc<Action>,
    /// Nothing for an action that had nobody before it.
    turn: Option<CancellationToken>,
}

/// What an action comes to, for one of those who ask.
pub(crate) type Outcome = Map<oneshot::Receiver<Reply>, fn(Result<Reply, RecvError>) -> Reply>;

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
            hasher: RandomState::new(),
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
        let (caller, outcome) = oneshot::channel();
        let outcome = outcome.map(told as fn(_) -> _);
        let action = Arc::new(Action::new(intent, &self.hasher));
        let mut state = lock(&self.state);
        let full = state.actions.len() >= self.most;
        match state.actions.entry(Key(Arc::clone(&action))) {
            Entry::Occupied(mut callers) => {
                // Those who have hung up since are not kept until the action ends.
                callers.get_mut().retain(|caller| !caller.is_closed());
                callers.get_mut().push(caller);
                return Ok(Accepted {
                    outcome,
                    joined: true,
                });
            }
            Entry::Vacant(_) if full => {
                return Err(Error::unavailable(TOO_MANY)
                    .because("as many actions as `max_actions` allows are under way"));
            }
            Entry::Vacant(place) => drop(place.insert(Vec::new())),
        }
        telemetry::actions_in_flight(state.actions.len());
        let turn = state.line_up(&action);
        drop(state);
        let place = Place {
            state: Arc::clone(&self.state),
            action,
            caller: Some(caller),
            outcome: None,
        };
        // Not under the lock: an action may end here and now, and its place takes the lock.
        begin(self.tasks.track_future(async move {
            if let Some(turn) = turn {
                turn.cancelled().await;
            }
            place.give_up(work.await);
        }));
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

/// Does at once what can be done without waiting, and the rest in a task of its own, which no caller takes with it.
fn begin(action: impl Future<Output = ()> + Send + 'static) {
    let mut action = Box::pin(action);
    let at_once = || action.as_mut().now_or_never();
    // If it panics, it has given up its place on the way.
    if let Ok(None) = catch_unwind(AssertUnwindSafe(at_once)) {
        tokio::spawn(action);
    }
}

fn told(outcome: Result<Reply, RecvError>) -> Reply {
    outcome.unwrap_or_else(|_| Error::internal(CUT_SHORT).into())
}

impl Action {
    fn new(intent: Intent, hasher: &RandomState) -> Self {
        let lines = array::from_fn(|party| {
            let id = intent.party(party)?;
            Some(hasher.hash_one((party, intent.mode, id)))
        });
        Self {
            // What else is asked of the same party is not much at once, and all of it waits in one line.
            hash: hasher.hash_one((intent.operation, intent.mode, lines)),
            lines,
            intent,
        }
    }

    fn stands_in(self: &Arc<Self>) -> impl Iterator<Item = Line> {
        let named = self.lines.iter().enumerate();
        named
            .filter(|(_, hash)| hash.is_some())
            .map(|(party, _)| Line {
                action: Arc::clone(self),
                party,
            })
    }
}

impl Intent {
    fn party(&self, party: usize) -> Option<&str> {
        self.fields.text(PARTIES[party])
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.0.intent == other.0.intent
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl PartialEq for Line {
    fn eq(&self, other: &Self) -> bool {
        let (intent, others) = (&self.action.intent, &other.action.intent);
        self.party == other.party
            && intent.mode == others.mode
            && intent.party(self.party) == others.party(self.party)
    }
}

impl Eq for Line {}

impl Hash for Line {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.action.lines[self.party].unwrap_or_default());
    }
}

impl State {
    /// Puts an action at the end of its lines. If somebody is before it, answers with the token that is cancelled when its turn has come.
    fn line_up(&mut self, action: &Arc<Action>) -> Option<CancellationToken> {
        let is_first = !action
            .stands_in()
            .any(|line| self.lines.contains_key(&line));
        let waiting = Waiting {
            action: Arc::clone(action),
            turn: (!is_first).then(CancellationToken::new),
        };
        for line in action.stands_in() {
            let line = self.lines.entry(line).or_default();
            line.push_back(waiting.clone());
        }
        waiting.turn
    }

    /// Takes an action out of its lines, wherever it stands, and answers with those whose turn it is now.
    fn leave(&mut self, action: &Arc<Action>) -> Vec<CancellationToken> {
        let mut firsts = Vec::new();
        for line in action.stands_in() {
            let Entry::Occupied(mut line) = self.lines.entry(line) else {
                continue;
            };
            let stands = |waiting: &Waiting| Arc::ptr_eq(&waiting.action, action);
            if let Some(at) = line.get().iter().position(stands) {
                line.get_mut().remove(at);
            }
            match line.get().front() {
                Some(first) => firsts.push(first.clone()),
                None => drop(line.remove()),
            }
        }
        firsts.retain(|first| self.is_next(&first.action));
        firsts.into_iter().filter_map(|first| first.turn).collect()
    }

    fn is_next(&self, action: &Arc<Action>) -> bool {
        action.stands_in().all(|line| {
            let first = self.lines.get(&line).and_then(VecDeque::front);
            first.is_some_and(|first| Arc::ptr_eq(&first.action, action))
        })
    }
}

/// Lets the next ones run and the callers know, even if the runtime drops a task that has not ended.
struct Place {
    state: Arc<Mutex<State>>,
    action: Arc<Action>,
    caller: Option<oneshot::Sender<Reply>>,
    outcome: Option<Reply>,
}

impl Place {
    fn give_up(mut self, outcome: Reply) {
        self.outcome = Some(outcome);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let (joined, next) = {
            let mut state = lock(&self.state);
            let joined = state.actions.remove(&Key(Arc::clone(&self.action)));
            telemetry::actions_in_flight(state.actions.len());
            (joined, state.leave(&self.action))
        };
        for turn in next {
            turn.cancel();
        }
        // Only now, so that whoever has been answered can ask for the same again.
        match self.outcome.take() {
            Some(reply) => {
                for caller in joined.into_iter().flatten() {
                    let _nobody_waits = caller.send(reply.clone());
                }
                if let Some(caller) = self.caller.take() {
                    let _nobody_waits = caller.send(reply);
                }
            }
            // The callers see that nobody is left who could answer.
            None => tracing::error!(
                module = self.action.intent.operation.module(),
                mode = self.action.intent.mode.as_str(),
                "{CUT_SHORT}"
            ),
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
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
