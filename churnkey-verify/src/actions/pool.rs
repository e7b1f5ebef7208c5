//! The pool of subscriptions for actions.
//!
//! A provider under test may have only a few, so that several actions use the same subscription.

use std::collections::HashSet;

use serde_json::Value;

use super::attempt::Target;
use super::subscription::{is_annual, is_running, state};
use crate::module::Module;
use crate::read::id;
use crate::samples::Samples;

pub(super) struct SubscriptionPool {
    subscriptions: Vec<PooledSubscription>,
    /// The present action.
    module: Option<Module>,
}

pub(super) struct PooledSubscription {
    pub(super) customer: String,
    /// The document of the last read.
    pub(super) item: Value,
    used: HashSet<Module>,
    /// The action during which it was read last; `None` if only its list was read.
    pub(super) read_in: Option<Module>,
    /// Number of requests that could change data when it was retrieved last.
    read_after: Option<u64>,
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
                read_in: None,
                read_after: None,
                is_closed: false,
            });
        Self {
            subscriptions: pooled.collect(),
            module: None,
        }
    }

    /// Begins an action.
    pub(super) fn begin(&mut self, module: Module) {
        self.module = Some(module);
    }

    /// The status of a subscription at its last reading.
    pub(super) fn status(&self, customer: &str, subscription: &str) -> Option<String> {
        let pooled = self.of(customer);
        let pooled = pooled
            .iter()
            .find(|pooled| id(&pooled.item) == subscription)?;
        Some(state(&pooled.item).to_owned())
    }

    /// Returns true if the id of a customer is the beginning of another one.
    pub(super) fn is_prefix(&self, customer: &str) -> bool {
        let mut others = self.subscriptions.iter().map(|pooled| &pooled.customer);
        others.any(|other| other != customer && other.starts_with(customer))
    }

    /// The customers that an action on all subscriptions needs: several of theirs are active.
    pub(super) fn reserved(&self) -> Vec<String> {
        const MOST: usize = 4;
        let is_suitable = |customer: &String| {
            let mut running = self.of(customer);
            running.retain(|pooled| is_running(&pooled.item));
            let is_fit = |item: &Value| state(item) == "active" && !is_annual(item);
            running.len() > 1 && running.iter().all(|pooled| is_fit(&pooled.item))
        };
        let mut customers = self.customers();
        customers.retain(is_suitable);
        // An action on all of `cus_1` must not reach `cus_10`.
        customers.sort_by_cached_key(|one| !self.is_prefix(one));
        customers.truncate(MOST);
        customers
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

    /// The last documents of a target, if it was retrieved after this number of requests that could
    /// change data.
    pub(super) fn unchanged(&self, target: &Target, posted: u64) -> Option<Vec<Value>> {
        let pooled = self.of(&target.customer);
        let find = |subscription: &String| {
            let is_it = |pooled: &&&PooledSubscription| {
                id(&pooled.item) == subscription && pooled.read_after == Some(posted)
            };
            pooled.iter().find(is_it).map(|pooled| pooled.item.clone())
        };
        target.subscriptions.iter().map(find).collect()
    }

    /// Records that the documents of a target were retrieved.
    pub(super) fn retrieved(&mut self, target: &Target, posted: u64) {
        for subscription in &target.subscriptions {
            for pooled in self.of_mut(&target.customer, subscription) {
                pooled.read_after = Some(posted);
            }
        }
    }

    pub(super) fn update(&mut self, customer: &str, item: &Value) {
        let module = self.module;
        for pooled in self.of_mut(customer, id(item)) {
            pooled.item = item.clone();
            pooled.read_in = module;
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
