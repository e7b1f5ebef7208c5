//! The outcomes of the actions.

use std::collections::VecDeque;
use std::sync::Arc;

use churnkey_runtime::Subscription;

use super::action::Action;
use super::exchange::{Exchange, Item, Problem};

/// The number of outcomes that are kept.
const MAX_OUTCOMES: usize = 50;

/// The subscriptions that an action may change; `None` if the provider has none of this id.
pub(super) type Snapshot = Result<Option<Vec<Item<Subscription>>>, Box<Problem>>;

/// The outcome of an action.
pub(super) struct Outcome {
    pub(super) action: Action,
    pub(super) before: Snapshot,
    /// The request and the subscriptions after it; `None` if they could not be read before,
    /// because then nothing is sent.
    pub(super) done: Option<(Exchange, Snapshot)>,
}

/// The last outcomes, each with its number.
#[derive(Default)]
pub(super) struct Log {
    count: u64,
    outcomes: VecDeque<(u64, Arc<Outcome>)>,
}

impl Log {
    pub(super) fn put(&mut self, outcome: Outcome) -> u64 {
        self.count += 1;
        if self.outcomes.len() == MAX_OUTCOMES {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back((self.count, Arc::new(outcome)));
        self.count
    }

    pub(super) fn get(&self, number: u64) -> Option<Arc<Outcome>> {
        let mut outcomes = self.outcomes.iter();
        let found = outcomes.find(|(other, _)| *other == number);
        found.map(|(_, outcome)| Arc::clone(outcome))
    }
}
