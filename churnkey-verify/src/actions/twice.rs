//! Asks for the same twice: once more when it is done, and at the same time.

use serde_json::Value;

use super::candidates::Act;
use super::form::forms;
use super::{Acting, TRIES, effect};
use crate::check::{self, Module};
use crate::session::{Fault, status};

impl Acting<'_> {
    /// The same again changes nothing more; whether it is called a success is the provider's choice.
    pub(super) async fn again(&mut self, act: &Act, after: &[Value]) {
        let request = act.request();
        let Some(answer) = self.session.answer(act.module, &request).await else {
            return self.look(&act.target, act.module, after).await;
        };
        let fault = |found: String| {
            Fault::new(
                &check::ACTION_REPEATED,
                act.module,
                "nothing more is changed",
                found,
            )
            .request(&request)
        };
        if answer.status >= 500 {
            self.session.fail(fault(status(&answer)));
            return self.look(&act.target, act.module, after).await;
        }
        let Some(again) = self.read(&act.target).await else {
            return;
        };
        match effect::differences(after, &again) {
            None => self.session.pass(&check::ACTION_REPEATED, act.module),
            Some(what) => {
                self.stock.close(&act.target);
                self.tell(act.module, &act.target, after, &again);
                self.session.fail(fault(what));
            }
        }
    }

    /// The same twice at the same time.
    pub(super) async fn at_once(&mut self, module: Module) {
        if self.session.has_failed(&check::ACTION_REPEATED, module) {
            let reason = "the same action sent again changes something already";
            return self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        }
        let mut forms = forms(module, self.supported).into_iter();
        let Some(form) = forms.find(|form| form.is_visible()) else {
            let reason = "what waits for the end of the period cannot be seen";
            return self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        };
        let mut reason = "no subscription that fits is left";
        for act in self.candidates(module, form, TRIES) {
            match self.try_at_once(&act).await {
                Ok(()) => return,
                // A company may have reasons against it, or against this one.
                Err(told) => reason = told,
            }
        }
        self.session.skip(&check::ACTION_AT_ONCE, module, reason);
    }

    /// Why nothing can be told from one try, if nothing can.
    async fn try_at_once(&mut self, act: &Act) -> Result<(), &'static str> {
        let module = act.module;
        let Some(before) = self.read(&act.target).await else {
            return Ok(());
        };
        let request = act.request();
        let (one, other) =
            futures_util::future::join(self.session.send(&request), self.session.send(&request))
                .await;
        self.stock.tried(&act.target, module);
        let fault = |expected: &str, found: String| {
            Fault::new(&check::ACTION_AT_ONCE, module, expected, found).request(&request)
        };
        let (one, other) = match (one, other) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(trouble), _) | (_, Err(trouble)) => {
                if !trouble.is_limit() {
                    self.session.fail(fault("200, twice", trouble.to_string()));
                }
                self.look(&act.target, module, &before).await;
                return Ok(());
            }
        };
        let Some(after) = self.read(&act.target).await else {
            return Ok(());
        };
        self.tell(module, &act.target, &before, &after);
        let worst = if one.status >= other.status {
            &one
        } else {
            &other
        };
        // Whoever waits for the other in vain may be asked to come back.
        let is_busy = worst.status == 503 && worst.headers.contains_key("retry-after");
        if worst.status >= 500 && !is_busy {
            self.session.fail(fault("200, twice", status(worst)));
        } else if one.status != 200 && other.status != 200 {
            return Err("both were refused");
        } else if effect::is_only_left_out(&act.effect, &before, &after)
            && effect::misses(&act.effect, &before, &after).is_some()
        {
            return Err("it has no effect on the subscriptions that are left");
        } else if let Some(miss) = effect::misses(&act.effect, &before, &after) {
            self.stock.close(&act.target);
            self.session.fail(fault(&miss.expected, miss.found));
        } else {
            self.session.pass(&check::ACTION_AT_ONCE, module);
        }
        Ok(())
    }
}
