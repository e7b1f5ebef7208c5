//! The bystanders of an action: subscriptions that it does not name and must not change.

use serde_json::Value;

use super::attempt::{Attempt, Target};
use super::effect;
use super::runner::ActionRunner;
use super::subscription::state;
use crate::check;
use crate::client::Request;
use crate::module::Module;
use crate::read::{id, subscriptions_of};
use crate::session::Fault;

/// Number of other customers whose subscriptions are read again after an action.
const MAX_OTHERS: usize = 10;

/// The list of a customer's subscriptions.
fn last_page(customer: &str) -> Request {
    let path = subscriptions_of(customer).path;
    Request {
        is_last_look: true,
        ..Request::get(format_args!("{path}?limit=100"))
    }
}

impl ActionRunner<'_> {
    /// Reads the subscriptions around the targets of an action again. Returns true if none has
    /// changed.
    pub(super) async fn watch(&mut self, module: Module) -> bool {
        let Some(attempt) = self.last.clone() else {
            return true;
        };
        let acted = self.pool.customers_of(module);
        let mut customers = acted.clone();
        customers.extend(self.others(&acted));
        if !self.lists_differ() {
            self.session
                .ahead(customers.iter().map(|one| last_page(one)))
                .await;
        }
        let mut is_other_watched = false;
        for customer in customers {
            let Some(items) = self.current(&customer).await else {
                return true;
            };
            is_other_watched |= !acted.contains(&customer) && !items.is_empty();
            for item in items {
                if !self.is_as_known(&attempt, &customer, &item) {
                    return false;
                }
            }
        }
        if is_other_watched && module.single().is_some() {
            self.session.pass(&check::ACTION_OTHER_CUSTOMER, module);
        }
        if module.single().is_none() {
            match acted
                .iter()
                .any(|customer| self.pool.of(customer).len() > 1)
            {
                true => self.session.pass(&check::ACTION_SIBLING, module),
                false => {
                    let reason = "no customer with two subscriptions was changed";
                    self.session.skip(&check::ACTION_SIBLING, module, reason);
                }
            }
        }
        true
    }

    /// Customers without a target: first those that a faulty query could match as well.
    fn others(&self, acted: &[String]) -> Vec<String> {
        let known: Vec<_> = self.pool.customers();
        let is_similar = |customer: &&String| {
            let mut acted = acted.iter();
            acted.any(|one| one.starts_with(*customer) || customer.starts_with(one.as_str()))
        };
        let next = acted.iter().filter_map(|one| {
            let at = known.iter().position(|customer| customer == one)?;
            known.get((at + 1) % known.len())
        });
        let mut others: Vec<String> = Vec::new();
        let ends = known.last().into_iter().chain(known.first());
        let first = known.iter().filter(is_similar).chain(ends).chain(next);
        for customer in first.chain(&known) {
            if !acted.contains(customer) && !others.contains(customer) && others.len() < MAX_OTHERS
            {
                others.push(customer.clone());
            }
        }
        others
    }

    /// The subscriptions of a customer: from the list, or one by one.
    async fn current(&mut self, customer: &str) -> Option<Vec<Value>> {
        if self.lists_differ() {
            let subscriptions = self.pool.of(customer);
            let target = Target {
                customer: customer.to_owned(),
                subscriptions: subscriptions
                    .iter()
                    .map(|pooled| id(&pooled.item).to_owned())
                    .collect(),
            };
            return self.read_again(&target).await;
        }
        let request = last_page(customer);
        let response = self.session.send(&request).await.ok()?;
        let mut page = response.json().ok()?;
        match page.get_mut("data").map(Value::take) {
            Some(Value::Array(items)) if response.status == 200 => Some(items),
            _ => None,
        }
    }

    /// Returns true if the list is no substitute for a retrieve.
    fn lists_differ(&self) -> bool {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        self.session
            .has_failed(&check::RETRIEVE_DIFFERS, SUBSCRIPTIONS)
            || !self.session.has_passed(&check::LIST_PAGE, SUBSCRIPTIONS)
    }

    /// Compares a subscription with the last reading of it, and records a change that no action
    /// on it has made.
    pub(super) fn is_as_known(&mut self, last: &Attempt, customer: &str, item: &Value) -> bool {
        let known = self.pool.of(customer);
        let known = known
            .iter()
            .find(|pooled| id(&pooled.item) == id(item))
            .copied();
        let Some(what) = known.and_then(|pooled| {
            let before = &pooled.item;
            effect::changes(before, item).map(|what| (before.clone(), what))
        }) else {
            return true;
        };
        let (before, what) = what;
        let read_in = known.and_then(|pooled| pooled.read_in);
        self.pool.update(customer, item);
        // The document of a list may differ.
        if read_in.is_none() && self.lists_differ() {
            return true;
        }
        // Before the first action of a module, only an earlier one can have made the change.
        let is_earlier = self.last.is_none();
        let module = last.module;
        let is_own = self
            .pool
            .customers_of(module)
            .iter()
            .any(|one| one == customer);
        // An action on all subscriptions may change more of them than the protocol specifies.
        let is_revived = state(&before) == "canceled" && state(item) != "canceled";
        if is_own && module.single().is_some() && !is_revived {
            return true;
        }
        let is_named = self
            .pool
            .of(customer)
            .iter()
            .any(|pooled| pooled.is_used_for(module) && id(&pooled.item) == id(item));
        let target = Target {
            customer: customer.to_owned(),
            subscriptions: vec![id(item).to_owned()],
        };
        self.pool.close(&target);
        self.record_changes(module, &target, &[before], std::slice::from_ref(item));
        let request = last.request();
        let (check, expected) = match (is_own, is_named) {
            (true, _) if module.single().is_some() => (
                &check::ACTION_EFFECT,
                "no change of a subscription that is canceled",
            ),
            (true, true) => (&check::ACTION_EFFECT, "no further change after the action"),
            (true, false) => (
                &check::ACTION_SIBLING,
                "no change of another subscription of the customer",
            ),
            (false, _) => (
                &check::ACTION_OTHER_CUSTOMER,
                "no change of another customer's subscription",
            ),
        };
        let fault = Fault::new(check, module, expected, what).item(id(item));
        self.session.fail(fault.request(&request));
        if is_earlier {
            return true;
        }
        self.has_hit = Some(module);
        false
    }

    /// Reads every subscription again, so that a change is not found a second time.
    pub(super) async fn read_all(&mut self) {
        for customer in self.pool.customers() {
            for item in self.current(&customer).await.unwrap_or_default() {
                self.pool.update(&customer, &item);
            }
        }
    }

    /// Returns true if the action has changed a bystander.
    pub(super) fn has_hit_bystander(&self, module: Module) -> bool {
        self.has_hit == Some(module)
    }
}
