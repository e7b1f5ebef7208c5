//! Duplicate actions: a repetition after success, and two concurrent requests.

use serde_json::Value;

use super::attempt::Attempt;
use super::candidates::TRIES;
use super::runner::ActionRunner;
use super::variant::variants;
use super::{comparison, effect};
use crate::check;
use crate::module::Module;
use crate::session::{Fault, status};

impl ActionRunner<'_> {
    /// Repeats an action, which must change nothing more. The provider may refuse it or succeed.
    pub(super) async fn repeat(&mut self, attempt: &Attempt, after: &[Value]) {
        let request = attempt.request();
        let Some(response) = self.session.exchange(attempt.module, &request).await else {
            return self
                .record_side_effects(&attempt.target, attempt.module, after)
                .await;
        };
        let fault = |found: String| {
            Fault::new(
                &check::ACTION_REPEATED,
                attempt.module,
                "no further change",
                found,
            )
            .request(&request)
        };
        if response.status >= 500 {
            self.session.fail(fault(status(&response)));
            return self
                .record_side_effects(&attempt.target, attempt.module, after)
                .await;
        }
        let Some(again) = self.read(&attempt.target).await else {
            return;
        };
        match effect::differences(after, &again) {
            None => self.session.pass(&check::ACTION_REPEATED, attempt.module),
            Some(what) => {
                self.pool.close(&attempt.target);
                self.record_changes(attempt.module, &attempt.target, after, &again);
                self.session.fail(fault(what));
            }
        }
    }

    /// Sends an action twice concurrently.
    pub(super) async fn concurrent(&mut self, module: Module) {
        if self.session.has_failed(&check::ACTION_REPEATED, module) {
            let reason = "a repeated action changes the subscription";
            return self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        }
        let mut variants = variants(module, self.manifest).into_iter();
        let Some(variant) = variants.find(|variant| variant.is_visible()) else {
            let reason = "a change at the end of the period is not visible yet";
            return self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        };
        let mut reason = "no suitable subscription is left";
        for attempt in self.candidates(module, variant, TRIES) {
            match self.try_concurrent(&attempt).await {
                Ok(()) => return,
                // A company may have rules against the action, or against this subscription.
                Err(why) => reason = why,
            }
        }
        self.session.skip(&check::ACTION_AT_ONCE, module, reason);
    }

    /// Sends one attempt twice. Returns a reason if the result shows nothing.
    async fn try_concurrent(&mut self, attempt: &Attempt) -> Result<(), &'static str> {
        let module = attempt.module;
        let Some(before) = self.read_before(&attempt.target).await else {
            return Ok(());
        };
        let request = attempt.request();
        let (one, other) =
            futures_util::future::join(self.session.send(&request), self.session.send(&request))
                .await;
        self.pool.mark_used(&attempt.target, module);
        let fault = |expected: &str, found: String| {
            Fault::new(&check::ACTION_AT_ONCE, module, expected, found).request(&request)
        };
        let (one, other) = match (one, other) {
            (Ok(one), Ok(other)) => (one, other),
            (Err(error), _) | (_, Err(error)) => {
                if !error.is_limit() {
                    self.session
                        .fail(fault("200 for both requests", error.to_string()));
                }
                self.record_side_effects(&attempt.target, module, &before)
                    .await;
                return Ok(());
            }
        };
        let Some(after) = self.read(&attempt.target).await else {
            return Ok(());
        };
        self.record_changes(module, &attempt.target, &before, &after);
        let worst = if one.status >= other.status {
            &one
        } else {
            &other
        };
        // A request that waits too long for the other one may get 503 with `Retry-After`.
        let is_busy = worst.status == 503 && worst.headers.contains_key("retry-after");
        if worst.status >= 500 && !is_busy {
            self.session
                .fail(fault("200 for both requests", status(worst)));
        } else if one.status != 200 && other.status != 200 {
            return Err("both requests were refused");
        } else if comparison::is_only_left_out(&attempt.effect, &before, &after)
            && comparison::first_mismatch(&attempt.effect, &before, &after).is_some()
        {
            return Err("the action has no effect on the remaining subscriptions");
        } else if let Some(mismatch) = comparison::first_mismatch(&attempt.effect, &before, &after)
            .filter(|mismatch| !self.is_known(mismatch))
        {
            self.pool.close(&attempt.target);
            self.session.fail(fault(&mismatch.expected, mismatch.found));
        } else {
            self.session.pass(&check::ACTION_AT_ONCE, module);
        }
        Ok(())
    }
}
