//! The write side: sends each declared action for suitable subscriptions and checks its effect.
//!
//! Requests that must be refused follow only after a valid one succeeded, because an endpoint that
//! does not exist refuses every request.

use serde_json::json;

use crate::check;
use crate::client::Request;
use crate::manifest::DeclaredManifest;
use crate::module::Module;
use crate::read::UNKNOWN;
use crate::samples::Samples;
use crate::session::{Fault, Session, status};
use crate::settings::Settings;

mod attempt;
mod bystander;
mod candidates;
mod comparison;
mod effect;
mod expected;
mod moment;
mod pool;
mod readback;
mod refusals;
mod runner;
mod subscription;
mod twice;
mod variant;

pub(crate) use effect::changes;

use attempt::Attempt;
use candidates::TRIES;
use effect::Mismatch;
use runner::{ActionRunner, Execution};
use variant::{BodyVariant, ORDER, variants};

/// Checks the declared actions, if actions are enabled and not refused for a reason.
pub(crate) async fn run(
    session: &Session,
    manifest: &DeclaredManifest,
    samples: &Samples,
    settings: &Settings,
    refused: Option<&str>,
) {
    let mut runner = ActionRunner::new(session, manifest, samples, settings);
    for module in ORDER {
        if settings.only.is_some_and(|only| only != module) {
            continue;
        }
        if !manifest.has(module) {
            session.absent(module);
            continue;
        }
        session.begin(module);
        session.features(module, manifest.features(module));
        match (settings.actions, refused) {
            (true, _) if session.stopped().is_some() => {
                session.skip_rest(module, "the run was stopped")
            }
            (true, Some(reason)) => session.skip_rest(module, reason),
            (true, None) => runner.action(module).await,
            (false, _) => session.skip_rest(module, "actions change data and need `--actions`"),
        }
        session.end(module);
    }
}

impl ActionRunner<'_> {
    async fn action(&mut self, module: Module) {
        if let Some(one) = module.single()
            && !self.is_implemented(module).await
        {
            if self.session.has_failed(&check::ANSWER, module) {
                return self.session.skip_rest(module, "the action does not work");
            }
            let reason = format!(
                "the provider lacks this optional action: Churnkey then calls {one} for each subscription"
            );
            return self.session.skip_rest(module, &reason);
        }
        self.is_unread = false;
        if let Some(last) = self.last.take() {
            self.earlier = Some(last);
        }
        self.reached.clear();
        self.pool.begin(module);
        self.reserved = self.pool.reserved();
        let mut is_checked = false;
        for variant in variants(module, self.manifest) {
            let is_done = self.try_variant(module, variant).await.is_some();
            if self.has_hit_bystander(module) {
                break;
            }
            if self.session.has_failed(&check::STATUS, module)
                || self.session.has_failed(&check::ANSWER, module)
            {
                return self.session.skip_rest(module, "the action does not work");
            }
            if self.session.has_failed(&check::ACTION_EFFECT, module) {
                let reason = "the action does not have its effect";
                return self.session.skip_rest(module, reason);
            }
            // Few subscriptions may exist, and these checks are more useful than another variant.
            if is_done && !is_checked {
                is_checked = true;
                self.refusals(module).await;
                self.concurrent(module).await;
            }
        }
        if module.single().is_some() && !self.has_hit_bystander(module) {
            self.each_status(module).await;
            let is_wrong = self.session.has_failed(&check::ACTION_EFFECT, module);
            if is_wrong && !self.has_hit_bystander(module) {
                let reason = "the action does not have its effect";
                return self.session.skip_rest(module, reason);
            }
        }
        if !self.has_hit_bystander(module) {
            self.watch(module).await;
        }
        if self.has_hit_bystander(module) {
            self.read_all().await;
            let reason = "the action changes other subscriptions";
            return self.session.skip_rest(module, reason);
        }
        self.session.skip_rest(
            module,
            match is_checked {
                true => "no suitable subscription is left",
                false if self.is_unread => "a suitable subscription could not be read",
                false => variant::nothing_fits(module),
            },
        );
    }

    /// Returns true if an action that the manifest does not list exists.
    ///
    /// It refuses an empty body. A provider may check the body before it looks for the endpoint,
    /// so an action that does not exist must be refused in another way.
    async fn is_implemented(&self, module: Module) -> bool {
        let bodies = [
            json!({}),
            json!({ "customerId": UNKNOWN, "scheduledAt": "immediate" }),
        ];
        for body in bodies {
            let request = Request::post(variant::path(module), &body);
            let response = match self.session.send(&request).await {
                Ok(response) => response,
                Err(error) => {
                    self.session.transport_failed(module, &request, &error);
                    return false;
                }
            };
            let knows_customer = body.get("customerId").is_some();
            if matches!(response.status, 405 | 501) || response.status == 404 && !knows_customer {
                return false;
            }
            let unknown = Request::post(format_args!("/actions/customer/{UNKNOWN}"), &body);
            let Ok(other) = self.session.send(&unknown).await else {
                return true;
            };
            if other.status != response.status {
                return true;
            }
            // An error may repeat the path.
            let other = String::from_utf8_lossy(&other.body).replace(&unknown.path, &request.path);
            if other != String::from_utf8_lossy(&response.body) {
                return true;
            }
        }
        false
    }

    /// Sends one variant of an action, checks the effect, and repeats the action.
    async fn try_variant(&mut self, module: Module, variant: BodyVariant) -> Option<Attempt> {
        let mut refused = None;
        let mut without_effect = None;
        let mut is_in_part = false;
        for attempt in self.candidates(module, variant, TRIES) {
            if self.session.stopped().is_some() {
                return None;
            }
            if is_in_part && attempt.target.subscriptions.len() == 1 {
                // With one subscription, an effect on a part cannot show.
                break;
            }
            match self.carry_out(&attempt).await {
                Execution::Broken => return None,
                Execution::Refused(response) => refused = Some((attempt, response)),
                Execution::Done { before, after } => {
                    let mismatch = comparison::first_mismatch(&attempt.effect, &before, &after);
                    match mismatch.filter(|mismatch| !self.is_known(mismatch)) {
                        None => {
                            self.session.pass(&check::ACTION_EFFECT, module);
                            self.reach(&before);
                            self.repeat(&attempt, &after).await;
                            if attempt.effect.is_later() {
                                self.pool.close(&attempt.target);
                            }
                            return Some(attempt);
                        }
                        Some(mismatch)
                            if comparison::is_only_left_out(&attempt.effect, &before, &after) =>
                        {
                            if !self.watch(module).await {
                                return None;
                            }
                            is_in_part |= effect::differences(&before, &after).is_some();
                            without_effect = Some((attempt, mismatch));
                        }
                        Some(mismatch) => {
                            self.pool.close(&attempt.target);
                            self.without_effect(&attempt, mismatch);
                            return Some(attempt);
                        }
                    }
                }
            }
        }
        if let Some((attempt, mismatch)) = without_effect {
            self.without_effect(&attempt, mismatch);
            return Some(attempt);
        }
        let (attempt, response) = refused?;
        if variant.is_optional() {
            return None;
        }
        if response.status == 409 {
            let reason = format!(
                "the provider refuses it for all suitable subscriptions: {}",
                status(&response)
            );
            self.session.skip_rest(module, &reason);
        } else {
            let request = attempt.request();
            let fault = Fault::status(&check::STATUS, module, "200", &request, &response);
            self.session.fail(fault);
        }
        None
    }

    /// Sends an action on all subscriptions to customers whose subscriptions have a status that no
    /// subscription had so far.
    async fn each_status(&mut self, module: Module) {
        const TRIES: usize = 3;
        let mut variants = variants(module, self.manifest).into_iter();
        let Some(variant) = variants.find(|variant| variant.is_visible()) else {
            return;
        };
        let candidates = self.candidates(module, variant, usize::MAX);
        // Before further customers are targets, and no longer bystanders.
        if candidates.is_empty() || !self.watch(module).await {
            return;
        }
        let mut left_out = None;
        for attempt in candidates {
            let is_new = attempt.target.subscriptions.iter().any(|id| {
                let status = self.pool.status(&attempt.target.customer, id);
                status.is_some_and(|status| !self.reached.contains(&status))
            });
            if !is_new || attempt.target.subscriptions.len() < 2 {
                continue;
            }
            let Execution::Done { before, after } = self.carry_out(&attempt).await else {
                return;
            };
            match comparison::first_mismatch(&attempt.effect, &before, &after) {
                None => {
                    self.reach(&before);
                    // Other subscriptions of the customer may have changed too.
                    self.watch(module).await;
                    return;
                }
                Some(mismatch) => {
                    self.pool.close(&attempt.target);
                    left_out.get_or_insert((attempt, mismatch, 0)).2 += 1;
                }
            }
            if left_out.as_ref().is_some_and(|(.., tries)| *tries == TRIES) {
                break;
            }
        }
        // One alone may be left out for a reason that the document does not show.
        if let Some((attempt, mismatch, 2..)) = left_out {
            self.without_effect(&attempt, mismatch);
        }
    }

    /// Returns true if a finding of the data explains a mismatch.
    fn is_known(&self, mismatch: &Mismatch) -> bool {
        let subscriptions = Module::Subscriptions;
        mismatch.found == effect::OTHER_PRICE
            && self
                .session
                .has_failed(&check::PRICE_DIFFERS, subscriptions)
    }

    /// Records the statuses that an action on all subscriptions has changed.
    fn reach(&mut self, before: &[serde_json::Value]) {
        let statuses = before
            .iter()
            .map(|item| subscription::state(item).to_owned());
        self.reached.extend(statuses);
    }

    fn without_effect(&self, attempt: &Attempt, mismatch: Mismatch) {
        let request = attempt.request();
        let mut fault = Fault::new(
            &check::ACTION_EFFECT,
            attempt.module,
            mismatch.expected,
            mismatch.found,
        );
        fault.fix = mismatch.fix.map(str::to_owned);
        if let Some(id) = attempt.target.subscriptions.first() {
            fault = fault.item(id);
        }
        self.session.fail(fault.request(&request));
        let reason = "the action does not have its effect";
        self.session
            .skip(&check::ACTION_REPEATED, attempt.module, reason);
    }
}
