//! Actions on live data that wait for confirmation.

use std::collections::VecDeque;

use super::action::Action;

/// The limit of actions that wait for confirmation.
const MAX_TICKETS: usize = 20;

/// Actions that wait for confirmation. Each has a ticket that can be used once; no action on live
/// data is carried out without a ticket.
#[derive(Default)]
pub(super) struct Tickets(VecDeque<(String, Action)>);

impl Tickets {
    pub(super) fn put(&mut self, ticket: String, action: Action) {
        if self.0.len() == MAX_TICKETS {
            self.0.pop_front();
        }
        self.0.push_back((ticket, action));
    }

    pub(super) fn get(&self, ticket: &str) -> Option<Action> {
        let mut tickets = self.0.iter();
        let found = tickets.find(|(other, _)| other == ticket);
        found.map(|(_, action)| action.clone())
    }

    pub(super) fn take(&mut self, ticket: &str) -> Option<Action> {
        let index = self.0.iter().position(|(other, _)| other == ticket)?;
        self.0.remove(index).map(|(_, action)| action)
    }
}
