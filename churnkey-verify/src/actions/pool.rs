//! The subscriptions that there are to act on, and what the run has done with them.
//!
//! A provider under test may have five of them, so what one action was tried on serves the next one as well, as it is then.

use std::collections::HashSet;

use serde_json::Value;

use super::attempt::Target;
use crate::check::Module;
use crate::read::id;
use crate::samples::Samples;

pub(super) struct SubscriptionPool {
    pooled: Vec<PooledSubscription>,
}

pub(super) struct PooledSubscription {
    pub(super) customer: String,
    /// As it was read last.
    pub(super) item: Value,
    used: HashSet<Module>,
    /// Something is going to happen to it, or something went wrong with it: what it does next tells nothing.
    is_closed: bool,
}

impl PooledSubscription {
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

impl SubscriptionPool {
    pub(super) fn new(samples: &Samples) -> Self {
        let pooled = samples
            .subscriptions
            .iter()
            .map(|(customer, item)| PooledSubscription {
                customer: customer.clone(),
                item: item.clone(),
                used: HashSet::new(),
                is_closed: false,
            });
        Self {
            pooled: pooled.collect(),
        }
    }

    /// Those that still tell something, the ones that nothing was tried on first.
    pub(super) fn open(&self) -> Vec<&PooledSubscription> {
        let mut open: Vec<_> = self
            .pooled
            .iter()
            .filter(|pooled| pooled.is_open())
            .collect();
        open.sort_by_key(|pooled| !pooled.is_fresh());
        open
    }

    /// All of one customer.
    pub(super) fn of(&self, customer: &str) -> Vec<&PooledSubscription> {
        let of_customer = |pooled: &&PooledSubscription| pooled.customer == customer;
        self.pooled.iter().filter(of_customer).collect()
    }

    pub(super) fn saw(&mut self, customer: &str, item: &Value) {
        for pooled in self.of_mut(customer, id(item)) {
            pooled.item = item.clone();
        }
    }

    pub(super) fn tried(&mut self, target: &Target, module: Module) {
        for subscription in &target.subscriptions {
            for pooled in self.of_mut(&target.customer, subscription) {
                pooled.used.insert(module);
            }
        }
    }

    pub(super) fn close(&mut self, target: &Target) {
        for subscription in &target.subscriptions {
            for pooled in self.of_mut(&target.customer, subscription) {
                pooled.is_closed = true;
            }
        }
    }

    fn of_mut(
        &mut self,
        customer: &str,
        subscription: &str,
    ) -> impl Iterator<Item = &mut PooledSubscription> {
        let pooled = self.pooled.iter_mut();
        pooled.filter(move |pooled| pooled.customer == customer && id(&pooled.item) == subscription)
    }
}
