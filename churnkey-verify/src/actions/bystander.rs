//! The bystander of an action on all subscriptions of a customer: another customer's subscription,
//! which the action must not change.

use serde_json::Value;

use super::attempt::{Attempt, Target};
use super::effect;
use super::runner::ActionRunner;
use super::variant::BodyVariant;
use crate::check;
use crate::read::id;
use crate::session::Fault;

/// A subscription of another customer before the action.
pub(super) struct Bystander {
    target: Target,
    before: Vec<Value>,
}

impl ActionRunner<'_> {
    /// Finds a suitable subscription of another customer. An action on one subscription needs none.
    pub(super) async fn bystander(
        &mut self,
        attempt: &Attempt,
        variant: BodyVariant,
    ) -> Option<Bystander> {
        if attempt.body.contains_key("subscriptionId") {
            return None;
        }
        let open = self.pool.open();
        let other = open.iter().find(|pooled| {
            pooled.customer != attempt.target.customer && variant.fits(&pooled.item)
        })?;
        let target = Target {
            customer: other.customer.clone(),
            subscriptions: vec![id(&other.item).to_owned()],
        };
        let before = self.read(&target).await?;
        Some(Bystander { target, before })
    }

    /// Checks that the action did not change the bystander.
    pub(super) async fn check_bystander(&mut self, attempt: &Attempt, bystander: Bystander) {
        let Bystander { target, before } = bystander;
        let Some(after) = self.read(&target).await else {
            return;
        };
        let Some(what) = effect::differences(&before, &after) else {
            return self
                .session
                .pass(&check::ACTION_OTHER_CUSTOMER, attempt.module);
        };
        self.pool.close(&target);
        let request = attempt.request();
        self.record_changes(attempt.module, &target, &before, &after);
        let expected = "no change of another customer's subscription";
        let fault = Fault::new(
            &check::ACTION_OTHER_CUSTOMER,
            attempt.module,
            expected,
            what,
        );
        self.session.fail(fault.request(&request));
    }
}
