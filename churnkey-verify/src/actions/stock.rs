//! The subscriptions that there are to act on, and what the run has done with them.
//!
//! A provider under test may have five of them, so what one action was tried on serves the next one as well, as it is then.

use std::collections::HashSet;

use serde_json::Value;

use super::candidates::Target;
use crate::check::Module;
use crate::found::Found;
use crate::read::id;

pub(super) struct Stock {
    held: Vec<Held>,
}

pub(super) struct Held {
    pub(super) customer: String,
    /// As it was read last.
    pub(super) item: Value,
    used: HashSet<Module>,
    /// Something is going to happen to it, or something went wrong with it: what it does next tells nothing.
    is_closed: bool,
}

impl Held {
    pub(super) fn is_open(&self) -> bool {
        !self.is_closed
    }

    /// Nothing was tried on it.
    pub(super) fn is_fresh(&self) -> bool {
        self.used.is_empty()
    }

    pub(super) fn is_used_for(&self, module: Module) -> bool {
        self.used.contains(&module)
    }
}

impl Stock {
    pub(super) fn new(found: &Found) -> Self {
        let held = found.subscriptions.iter().map(|(customer, item)| Held {
            customer: customer.clone(),
            item: item.clone(),
            used: HashSet::new(),
            is_closed: false,
        });
        Self {
            held: held.collect(),
        }
    }

    /// Those that still tell something, the ones that nothing was tried on first.
    pub(super) fn open(&self) -> Vec<&Held> {
        let mut open: Vec<_> = self.held.iter().filter(|held| held.is_open()).collect();
        open.sort_by_key(|held| !held.is_fresh());
        open
    }

    /// All of one customer.
    pub(super) fn of(&self, customer: &str) -> Vec<&Held> {
        let of_customer = |held: &&Held| held.customer == customer;
        self.held.iter().filter(of_customer).collect()
    }

    pub(super) fn saw(&mut self, customer: &str, item: &Value) {
        for held in self.of_mut(customer, id(item)) {
            held.item = item.clone();
        }
    }

    pub(super) fn tried(&mut self, target: &Target, module: Module) {
        for subscription in &target.subscriptions {
            for held in self.of_mut(&target.customer, subscription) {
                held.used.insert(module);
            }
        }
    }

    pub(super) fn close(&mut self, target: &Target) {
        for subscription in &target.subscriptions {
            for held in self.of_mut(&target.customer, subscription) {
                held.is_closed = true;
            }
        }
    }

    fn of_mut(&mut self, customer: &str, subscription: &str) -> impl Iterator<Item = &mut Held> {
        let held = self.held.iter_mut();
        held.filter(move |held| held.customer == customer && id(&held.item) == subscription)
    }
}
