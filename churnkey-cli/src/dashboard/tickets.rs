//! Actions on live data that wait for a second word.

use std::collections::VecDeque;

use super::action::Action;

/// As many pages as somebody may have open.
const MOST: usize = 20;

/// Actions that wait for a second word. A ticket is good for one time, and nothing live is done without one.
#[derive(Default)]
pub(super) struct Tickets(VecDeque<(String, Action)>);

impl Tickets {
    pub(super) fn put(&mut self, ticket: String, action: Action) {
        if self.0.len() == MOST {
            self.0.pop_front();
        }
        self.0.push_back((ticket, action));
    }

    pub(super) fn see(&self, ticket: &str) -> Option<Action> {
        let mut tickets = self.0.iter();
        let found = tickets.find(|(other, _)| other == ticket);
        found.map(|(_, action)| action.clone())
    }

    pub(super) fn take(&mut self, ticket: &str) -> Option<Action> {
        let index = self.0.iter().position(|(other, _)| other == ticket)?;
        self.0.remove(index).map(|(_, action)| action)
    }
}
