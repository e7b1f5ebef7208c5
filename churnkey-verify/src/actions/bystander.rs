//! Somebody else, to whom nothing may happen when an action is carried out on all that a customer has.

use serde_json::Value;

use super::candidates::{Act, Target, fits};
use super::form::Form;
use super::{Acting, effect};
use crate::check;
use crate::read::id;
use crate::session::Fault;

/// A subscription of another customer, as it was before.
pub(super) struct Bystander {
    target: Target,
    before: Vec<Value>,
}

impl Acting<'_> {
    /// Another customer's subscription that the action would fit as well. An action that names a subscription needs none.
    pub(super) async fn bystander(&mut self, act: &Act, form: Form) -> Option<Bystander> {
        if act.body.contains_key("subscriptionId") {
            return None;
        }
        let open = self.stock.open();
        let other = open
            .iter()
            .find(|held| held.customer != act.target.customer && fits(form, &held.item))?;
        let target = Target {
            customer: other.customer.clone(),
            subscriptions: vec![id(&other.item).to_owned()],
        };
        let before = self.read(&target).await?;
        Some(Bystander { target, before })
    }

    /// Looks whether the action left the bystander alone.
    pub(super) async fn left_alone(&mut self, act: &Act, bystander: Bystander) {
        let Bystander { target, before } = bystander;
        let Some(after) = self.read(&target).await else {
            return;
        };
        let Some(what) = effect::differences(&before, &after) else {
            return self.session.pass(&check::ACTION_OTHER_CUSTOMER, act.module);
        };
        self.stock.close(&target);
        let request = act.request();
        self.tell(act.module, &target, &before, &after);
        let expected = "nothing of another customer is changed";
        let fault = Fault::new(&check::ACTION_OTHER_CUSTOMER, act.module, expected, what);
        self.session.fail(fault.request(&request));
    }
}
