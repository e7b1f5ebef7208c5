//! Reads subscriptions before and after an action, and records the changes.

use serde_json::Value;

use super::attempt::{Attempt, Target};
use super::effect;
use super::runner::ActionRunner;
use crate::check::{self, Check};
use crate::client::{Request, encoded};
use crate::module::Module;
use crate::read::{id, subscriptions_of};
use crate::report::Change;
use crate::session::{Fault, status};

impl ActionRunner<'_> {
    /// Records the changes of subscriptions after an unsuccessful action. Records no finding.
    pub(super) async fn record_side_effects(
        &mut self,
        target: &Target,
        module: Module,
        before: &[Value],
    ) {
        for (subscription, before) in target.subscriptions.iter().zip(before) {
            let request = retrieve(target, subscription);
            let response = self.session.send(&request).await.ok();
            let after = response.filter(|response| response.status == 200);
            if let Some(after) = after.and_then(|response| response.json().ok())
                && let Some(what) = effect::changes(before, &after)
            {
                self.changed(module, target, &after, what);
                self.pool.update(&target.customer, &after);
                self.pool.close(target);
            }
        }
    }

    /// Reads the subscriptions of a target before an action. Returns `None` if an earlier action
    /// has changed one of them that it does not name.
    pub(super) async fn read_before(&mut self, target: &Target) -> Option<Vec<Value>> {
        let posted = self.session.client.posted();
        if let Some(items) = self.pool.unchanged(target, posted) {
            self.is_unread = false;
            return Some(items);
        }
        let items = self.read_again(target).await?;
        let last = self.last.clone().or_else(|| self.earlier.clone());
        if let Some(last) = last {
            for item in &items {
                if !self.is_as_known(&last, &target.customer, item) {
                    return None;
                }
            }
        }
        for item in &items {
            self.pool.update(&target.customer, item);
        }
        self.pool.retrieved(target, posted);
        Some(items)
    }

    /// Reads the current subscriptions of a target, and records the faults of their models.
    pub(super) async fn read(&mut self, target: &Target) -> Option<Vec<Value>> {
        let items = self.read_again(target).await?;
        for item in &items {
            self.pool.update(&target.customer, item);
        }
        self.pool.retrieved(target, self.session.client.posted());
        Some(items)
    }

    /// Reads the current subscriptions of a target without a change of the pool.
    pub(super) async fn read_again(&mut self, target: &Target) -> Option<Vec<Value>> {
        self.read_for(&check::STATUS, Module::Subscriptions, target)
            .await
    }

    /// Reads the subscriptions after an action. One that cannot be read is a wrong effect.
    pub(super) async fn read_after(&mut self, attempt: &Attempt) -> Option<Vec<Value>> {
        let target = &attempt.target;
        let items = self
            .read_for(&check::ACTION_EFFECT, attempt.module, target)
            .await?;
        for item in &items {
            self.pool.update(&target.customer, item);
        }
        self.pool.retrieved(target, self.session.client.posted());
        Some(items)
    }

    async fn read_for(
        &mut self,
        check: &'static Check,
        module: Module,
        target: &Target,
    ) -> Option<Vec<Value>> {
        const SUBSCRIPTIONS: Module = Module::Subscriptions;
        self.is_unread = true;
        let retrieves = target.subscriptions.iter().map(|id| retrieve(target, id));
        self.session.ahead(retrieves).await;
        let mut read = Vec::new();
        for subscription in &target.subscriptions {
            let request = retrieve(target, subscription);
            let response = self.session.exchange(SUBSCRIPTIONS, &request).await?;
            if response.status != 200 {
                self.pool.close(target);
                let expected = "200 for the subscription";
                let mut fault = Fault::new(check, module, expected, status(&response));
                if module.is_action() {
                    fault = fault.fix(
                        "Keep the subscription after the action, and serve it with its new status.",
                    );
                }
                self.session
                    .fail(fault.item(subscription).request(&request));
                return None;
            }
            let value = self.session.read(SUBSCRIPTIONS, &request, &response)?;
            if !self.reading.item(SUBSCRIPTIONS, &request, &value) {
                return None;
            }
            read.push(value);
        }
        self.is_unread = false;
        Some(read)
    }

    /// Records the changes of an accepted action, also those that take effect later.
    pub(super) fn record_accepted(&self, attempt: &Attempt, before: &[Value], after: &[Value]) {
        if attempt.effect.is_later() && effect::differences(before, after).is_none() {
            for item in after {
                let what = "accepted for the end of the period".to_owned();
                self.changed(attempt.module, &attempt.target, item, what);
            }
        }
        self.record_changes(attempt.module, &attempt.target, before, after);
    }

    pub(super) fn record_changes(
        &self,
        module: Module,
        target: &Target,
        before: &[Value],
        after: &[Value],
    ) {
        for (before, after) in before.iter().zip(after) {
            if let Some(what) = effect::changes(before, after) {
                self.changed(module, target, after, what);
            }
        }
    }

    /// Records an accepted action whose effect could not be read before the run ended.
    pub(super) fn record_unread(&self, attempt: &Attempt) {
        for subscription in &attempt.target.subscriptions {
            self.session.changed(Change {
                module: attempt.module,
                customer_id: attempt.target.customer.clone(),
                subscription_id: Some(subscription.clone()),
                what: "accepted; the run ended before the effect was read".to_owned(),
            });
        }
    }

    fn changed(&self, module: Module, target: &Target, item: &Value, what: String) {
        self.session.changed(Change {
            module,
            customer_id: target.customer.clone(),
            subscription_id: Some(id(item).to_owned()),
            what,
        });
    }
}

fn retrieve(target: &Target, subscription: &str) -> Request {
    let path = subscriptions_of(&target.customer).path;
    Request {
        is_last_look: true,
        ..Request::get(format_args!("{path}/{}", encoded(subscription)))
    }
}
