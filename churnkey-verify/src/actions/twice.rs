//! Asks for the same twice: once more when it is done, and at the same time.

use serde_json::Value;

use super::attempt::Attempt;
use super::candidates::TRIES;
use super::effect;
use super::runner::ActionRunner;
use super::variant::variants;
use crate::check::{self, Module};
use crate::session::{Fault, status};

impl ActionRunner<'_> {
    /// The same again changes nothing more; whether it is called a success is the provider's choice.
    pub(super) async fn again(&mut self, attempt: &Attempt, after: &[Value]) {
        let request = attempt.request();
        let Some(response) = self.session.exchange(attempt.module, &request).await else {
            return self.look(&attempt.target, attempt.module, after).await;
        };
        let fault = |found: String| {
            Fault::new(
                &check::ACTION_REPEATED,
                attempt.module,
                "nothing more is changed",
                found,
            )
            .request(&request)
        };
        if response.status >= 500 {
            self.session.fail(fault(status(&response)));
            return self.look(&attempt.target, attempt.module, after).await;
        }
        let Some(again) = self.read(&attempt.target).await else {
            return;
        };
        match effect::differences(after, &again) {
            None => self.session.pass(&check::ACTION_REPEATED, attempt.module),
            Some(what) => {
                self.pool.close(&attempt.target);
                self.tell(attempt.module, &attempt.target, after, &again);
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
        let mut variants = variants(module, self.manifest).into_iter();
        let Some(variant) = variants.find(|variant| variant.is_visible()) else {
            let reason = "what waits for the end of the period cannot be seen";
            return self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        };
        let mut reason = "no subscription that fits is left";
        for attempt in self.candidates(module, variant, TRIES) {
            match self.try_at_once(&attempt).await {
                Ok(()) => return,
                // A company may have reasons against it, or against this one.
                Err(told) => reason = told,
            }
        }
        self.session.skip(&check::ACTION_AT_ONCE, module, reason);
    }

    /// Why nothing can be told from one try, if nothing can.
    async fn try_at_once(&mut self, attempt: &Attempt) -> Result<(), &'static str> {
        let module = attempt.module;
        let Some(before) = self.read(&attempt.target).await else {
            return Ok(());
        };
        let request = attempt.request();
        let (one, other) =
            futures_util::future::join(self.session.send(&request), self.session.send(&request))
                .await;
        self.pool.tried(&attempt.target, module);
        let fault = |expected: &str, found: String| {
            Fault::new(&check::ACTION_AT_ONCE, module, expected, found).request(&request)
        };
        let (one, other) = match (one, other) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(error), _) | (_, Err(error)) => {
                if !error.is_limit() {
                    self.session.fail(fault("200, twice", error.to_string()));
                }
                self.look(&attempt.target, module, &before).await;
                return Ok(());
            }
        };
        let Some(after) = self.read(&attempt.target).await else {
            return Ok(());
        };
        self.tell(module, &attempt.target, &before, &after);
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
        } else if effect::is_only_left_out(&attempt.effect, &before, &after)
            && effect::first_mismatch(&attempt.effect, &before, &after).is_some()
        {
            return Err("it has no effect on the subscriptions that are left");
        } else if let Some(mismatch) = effect::first_mismatch(&attempt.effect, &before, &after) {
            self.pool.close(&attempt.target);
            self.session.fail(fault(&mismatch.expected, mismatch.found));
        } else {
            self.session.pass(&check::ACTION_AT_ONCE, module);
        }
        Ok(())
    }
}
