//! The outcomes of the actions.

use std::collections::VecDeque;
use std::sync::Arc;

use churnkey_runtime::Subscription;

use super::action::Action;
use super::exchange::{Exchange, Item, Problem};

const MOST: usize = 50;

pub(super) type Seen = Result<Option<Item<Subscription>>, Box<Problem>>;

/// What came of an action.
pub(super) struct Outcome {
    pub(super) action: Action,
    pub(super) before: Seen,
    /// Without a subscription before it, nothing is sent.
    pub(super) done: Option<(Exchange, Seen)>,
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
        if self.outcomes.len() == MOST {
            self.outcomes.pop_front();
        }
        self.outcomes.push_back((self.count, Arc::new(outcome)));
        self.count
    }

    pub(super) fn see(&self, number: u64) -> Option<Arc<Outcome>> {
        let mut outcomes = self.outcomes.iter();
        let found = outcomes.find(|(other, _)| *other == number);
        found.map(|(_, outcome)| Arc::clone(outcome))
    }
}
