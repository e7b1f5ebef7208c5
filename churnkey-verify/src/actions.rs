//! The write side: carries out each declared action on data that fit, and looks at what became of them.
//!
//! An action is first carried out as it is meant to be. Only if that works are refusals worth asking for: an endpoint that is not there refuses everything.

use crate::check::{self, ACTIONS, Module};
use crate::client::Request;
use crate::manifest::DeclaredManifest;
use crate::samples::Samples;
use crate::session::{Fault, Session, status};
use crate::settings::Settings;

mod attempt;
mod bystander;
mod candidates;
mod effect;
mod pool;
mod readback;
mod refusals;
mod runner;
mod subscription;
mod twice;
mod variant;

use attempt::Attempt;
use candidates::TRIES;
use effect::{Effect, Mismatch};
use runner::{ActionRunner, Execution};
use variant::{BodyVariant, variants};

/// In the order in which an action leaves data behind on which the next can work; cancel ends a subscription.
const ORDER: [Module; ACTIONS.len()] = [
    Module::ExtendTrial,
    Module::ApplyCoupon,
    Module::ChangePrice,
    Module::Pause,
    Module::PauseAll,
    Module::Cancel,
    Module::CancelAll,
];

const _: () = {
    let mut index = 0;
    while index < ACTIONS.len() {
        assert!(
            is_in_order(ACTIONS[index]),
            "every action has its place in `ORDER`"
        );
        index += 1;
    }
};

const fn is_in_order(action: Module) -> bool {
    let mut index = 0;
    while index < ORDER.len() {
        if ORDER[index] as usize == action as usize {
            return true;
        }
        index += 1;
    }
    false
}

/// Carries out the declared actions, if that is asked for.
pub(crate) async fn check(
    session: &Session,
    manifest: &DeclaredManifest,
    samples: &Samples,
    settings: &Settings,
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
        match settings.actions {
            true if session.stopped().is_some() => session.skip_rest(module, "the run is over"),
            true => runner.action(module).await,
            false => {
                session.skip_rest(module, "actions change data: ask for them with `--actions`")
            }
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
                "the provider does not have it, as it may: Churnkey then calls {one} for each subscription"
            );
            return self.session.skip_rest(module, &reason);
        }
        self.is_unread = false;
        let mut is_looked_at = false;
        for variant in variants(module, self.manifest) {
            let is_done = self.variant(module, variant).await.is_some();
            if self.session.has_failed(&check::STATUS, module)
                || self.session.has_failed(&check::ANSWER, module)
            {
                return self.session.skip_rest(module, "the action does not work");
            }
            if self.session.has_failed(&check::ACTION_EFFECT, module) {
                let reason = "the action does not have its effect";
                return self.session.skip_rest(module, reason);
            }
            // With few subscriptions, these tell more than another option does.
            if is_done && !is_looked_at {
                is_looked_at = true;
                self.refusals(module).await;
                self.at_once(module).await;
            }
        }
        self.session.skip_rest(
            module,
            match is_looked_at {
                true => "no subscription that fits is left",
                false if self.is_unread => "a subscription that fits could not be read",
                false => variant::nothing_fits(module),
            },
        );
    }

    /// The manifest has no word for it. A body that asks for nothing is refused where it exists.
    async fn is_implemented(&self, module: Module) -> bool {
        let request = Request::post(variant::path(module), &serde_json::json!({}));
        match self.session.send(&request).await {
            Ok(response) => !matches!(response.status, 404 | 405 | 501),
            Err(error) => {
                self.session.transport_failed(module, &request, &error);
                false
            }
        }
    }

    /// Carries out one form of an action, looks at the effect, and does it again.
    async fn variant(&mut self, module: Module, variant: BodyVariant) -> Option<Attempt> {
        let mut refused = None;
        let mut without_effect = None;
        let mut is_in_part = false;
        for attempt in self.candidates(module, variant, TRIES) {
            if self.session.stopped().is_some() {
                return None;
            }
            if is_in_part && attempt.target.subscriptions.len() == 1 {
                // Where there is one only, one is all.
                break;
            }
            let bystander = self.bystander(&attempt, variant).await;
            match self.carry_out(&attempt).await {
                Execution::Broken => return None,
                Execution::Refused(response) => refused = Some((attempt, response)),
                Execution::Done { before, after } => {
                    if let Some(bystander) = bystander {
                        self.left_alone(&attempt, bystander).await;
                    }
                    match effect::first_mismatch(&attempt.effect, &before, &after) {
                        None => {
                            self.session.pass(&check::ACTION_EFFECT, module);
                            self.again(&attempt, &after).await;
                            if attempt.effect == Effect::Later {
                                self.pool.close(&attempt.target);
                            }
                            return Some(attempt);
                        }
                        Some(mismatch)
                            if effect::is_only_left_out(&attempt.effect, &before, &after) =>
                        {
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
        if response.status == 409 {
            let reason = format!(
                "the provider refuses it on all subscriptions that fit: {}",
                status(&response)
            );
            self.session.skip_rest(module, &reason);
        } else {
            let request = attempt.request();
            let fault = Fault::new(&check::STATUS, module, "200", status(&response));
            self.session.fail(fault.request(&request));
        }
        None
    }

    fn without_effect(&self, attempt: &Attempt, mismatch: Mismatch) {
        let request = attempt.request();
        let fault = Fault::new(
            &check::ACTION_EFFECT,
            attempt.module,
            mismatch.expected,
            mismatch.found,
        );
        self.session.fail(fault.request(&request));
        let reason = "the action does not have its effect";
        self.session
            .skip(&check::ACTION_REPEATED, attempt.module, reason);
    }
}
