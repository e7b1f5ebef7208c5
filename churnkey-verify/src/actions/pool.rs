//! The pool of subscriptions for actions.
//!
//! A provider under test may have only a few, so that several actions use the same subscription.

use std::collections::HashSet;

use serde_json::Value;

use super::attempt::Target;
use crate::module::Module;
use crate::read::id;
use crate::samples::Samples;

pub(super) struct SubscriptionPool {
    subscriptions: Vec<PooledSubscription>,
}

pub(super) struct PooledSubscription {
    pub(super) customer: String,
    /// The document of the last read.
    pub(super) item: Value,
    used: HashSet<Module>,
    /// A change is scheduled or an action failed, so that further results would be unreliable.
    is_closed: bool,
}

impl PooledSubscription {
    pub(super) fn is_open(&self) -> bool {
        !self.is_closed
    }

    /// Returns true if no action was tried on it.
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
            subscriptions: pooled.collect(),
        }
    }

    /// The open subscriptions, unused ones first.
    pub(super) fn open(&self) -> Vec<&PooledSubscription> {
        let mut open: Vec<_> = self
            .subscriptions
            .iter()
            .filter(|pooled| pooled.is_open())
            .collect();
        open.sort_by_key(|pooled| !pooled.is_fresh());
        open
    }

    /// The customers, in the order of their list.
    pub(super) fn customers(&self) -> Vec<String> {
        let mut customers: Vec<String> = Vec::new();
        for pooled in &self.subscriptions {
            if customers.last() != Some(&pooled.customer) {
                customers.push(pooled.customer.clone());
            }
        }
        customers
    }

    /// The customers of the subscriptions on which an action was tried.
    pub(super) fn customers_of(&self, module: Module) -> Vec<String> {
        let mut customers: Vec<String> = Vec::new();
        for pooled in &self.subscriptions {
            if pooled.is_used_for(module) && !customers.contains(&pooled.customer) {
                customers.push(pooled.customer.clone());
            }
        }
        customers
    }

    /// All subscriptions of a customer.
    pub(super) fn of(&self, customer: &str) -> Vec<&PooledSubscription> {
        let of_customer = |pooled: &&PooledSubscription| pooled.customer == customer;
        self.subscriptions.iter().filter(of_customer).collect()
    }

    pub(super) fn update(&mut self, customer: &str, item: &Value) {
        for pooled in self.of_mut(customer, id(item)) {
            pooled.item = item.clone();
        }
    }

    pub(super) fn mark_used(&mut self, target: &Target, module: Module) {
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
        let pooled = self.subscriptions.iter_mut();
        pooled.filter(move |pooled| pooled.customer == customer && id(&pooled.item) == subscription)
    }
}
