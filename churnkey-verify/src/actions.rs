//! The write side: carries out each declared action on data that fit, and looks at what became of them.
//!
//! An action is first carried out as it is meant to be. Only if that works are refusals worth asking for: an endpoint that is not there refuses everything.

use std::collections::HashSet;

use axum::http::StatusCode;
use serde_json::Value;

use crate::check::{self, Check, Module};
use crate::client::{Answer, Request, encoded};
use crate::found::Found;
use crate::manifest::Supported;
use crate::read::{Reading, id, subscriptions_of};
use crate::report::Change;
use crate::session::{Fault, Session, status};
use crate::verifier::Settings;

mod candidates;
mod effect;
mod form;
mod refusals;

use candidates::{Act, Target};
use effect::Miss;
use form::{Form, forms};

/// In the order in which an action leaves data behind on which the next can work; cancel ends a subscription.
const ORDER: [Module; 7] = [
    Module::ExtendTrial,
    Module::ApplyCoupon,
    Module::ChangePrice,
    Module::Pause,
    Module::PauseAll,
    Module::Cancel,
    Module::CancelAll,
];

/// How many fitting subscriptions are tried before a refusal is taken for a fault: a company may have rules that the protocol does not know.
const TRIES: usize = 6;

/// Carries out the declared actions, if that is asked for.
pub(crate) async fn check(
    session: &Session,
    supported: &Supported,
    found: &Found,
    settings: &Settings,
) {
    let mut acting = Acting {
        session,
        supported,
        found,
        reading: Reading::new(session, supported, settings),
        spent: HashSet::new(),
    };
    for module in ORDER {
        if settings.only.is_some_and(|only| only != module) {
            continue;
        }
        if !supported.has(module) {
            session.absent(module);
            continue;
        }
        session.begin(module);
        session.features(module, supported.features(module));
        match settings.actions {
            true => acting.action(module).await,
            false => {
                session.skip_rest(module, "actions change data: ask for them with `--actions`")
            }
        }
        if let Some(limit) = session.stopped() {
            session.skip_rest(module, &limit);
        }
        session.end(module);
    }
}

struct Acting<'s> {
    session: &'s Session,
    supported: &'s Supported,
    found: &'s Found,
    reading: Reading<'s>,
    /// Subscriptions that were changed, by customer and id.
    spent: HashSet<(String, String)>,
}

/// What became of an action that was sent to what fits.
enum Carried {
    /// It was done; so the subscriptions read before and after.
    Done {
        before: Vec<Value>,
        after: Vec<Value>,
    },
    /// There is a finding, or a limit of the run was reached.
    Broken,
    /// The provider has a reason not to do it.
    Refused(Answer),
}

impl Acting<'_> {
    async fn action(&mut self, module: Module) {
        if matches!(module, Module::CancelAll | Module::PauseAll)
            && !self.is_implemented(module).await
        {
            let one = if module == Module::CancelAll {
                "cancel"
            } else {
                "pause"
            };
            let reason = format!(
                "the provider does not have it, as it may: Churnkey then calls {one} for each subscription"
            );
            return self.session.skip_rest(module, &reason);
        }
        let mut done = None;
        for form in forms(module, self.supported) {
            match self.form(module, form).await {
                Some(act) => done = done.or(Some(act)),
                None if self.session.has_failed(&check::STATUS, module)
                    || self.session.has_failed(&check::ANSWER, module) =>
                {
                    return self.session.skip_rest(module, "the action does not work");
                }
                None => {}
            }
        }
        if done.is_none() {
            let reason = form::nothing_fits(module);
            return self.session.skip_rest(module, reason);
        }
        if self.session.has_failed(&check::ACTION_EFFECT, module) {
            return self
                .session
                .skip_rest(module, "the action does not have its effect");
        }
        self.refusals(module).await;
        self.at_once(module).await;
        self.session
            .skip_rest(module, "no subscription that fits is left");
    }

    /// The manifest has no word for it. A body that asks for nothing is refused where it exists.
    async fn is_implemented(&self, module: Module) -> bool {
        let request = Request::post(form::path(module), &Value::Object(serde_json::Map::new()));
        match self.session.send(&request).await {
            Ok(answer) => !matches!(answer.status, 404 | 405 | 501),
            Err(_) => false,
        }
    }

    /// Carries out one form of an action, looks at the effect, and does it again.
    async fn form(&mut self, module: Module, form: Form) -> Option<Act> {
        let mut refused = None;
        let mut without_effect = None;
        for act in self.candidates(module, form).into_iter().take(TRIES) {
            match self.carry_out(&act).await {
                Carried::Broken => return None,
                Carried::Refused(answer) => refused = Some((act, answer)),
                Carried::Done { before, after } => {
                    match effect::misses(&act.effect, &before, &after) {
                        None => {
                            self.session.pass(&check::ACTION_EFFECT, module);
                            self.again(&act, &after).await;
                            return Some(act);
                        }
                        // What a subscription does not show, such as that it will be canceled anyway, can leave an action without anything to do.
                        Some(miss) if effect::differences(&before, &after).is_none() => {
                            without_effect = Some((act, miss));
                        }
                        Some(miss) => {
                            self.without_effect(&act, miss);
                            return Some(act);
                        }
                    }
                }
            }
        }
        if let Some((act, miss)) = without_effect {
            self.without_effect(&act, miss);
            return Some(act);
        }
        let (act, answer) = refused?;
        if answer.status == 409 {
            let reason = format!(
                "the provider refuses it on all subscriptions that fit: {}",
                status(&answer)
            );
            self.session.skip_rest(module, &reason);
        } else {
            let request = act.request();
            let fault = Fault::new(&check::STATUS, module, "200", status(&answer));
            self.session.fail(fault.request(&request));
        }
        None
    }

    fn without_effect(&self, act: &Act, miss: Miss) {
        let request = act.request();
        let fault = Fault::new(&check::ACTION_EFFECT, act.module, miss.expected, miss.found);
        self.session.fail(fault.request(&request));
        let reason = "the action does not have its effect";
        self.session
            .skip(&check::ACTION_REPEATED, act.module, reason);
    }

    async fn carry_out(&mut self, act: &Act) -> Carried {
        let Some(before) = self.read(&act.target).await else {
            return Carried::Broken;
        };
        let request = act.request();
        let Some(answer) = self.session.answer(act.module, &request).await else {
            self.spend(&act.target);
            return Carried::Broken;
        };
        match StatusCode::from_u16(answer.status) {
            Ok(StatusCode::OK) => self.session.pass(&check::STATUS, act.module),
            Ok(status) if status.is_client_error() => return Carried::Refused(answer),
            _ => {
                self.spend(&act.target);
                let fault = Fault::new(&check::STATUS, act.module, "200", status(&answer));
                self.session.fail(fault.request(&request));
                return Carried::Broken;
            }
        }
        self.spend(&act.target);
        self.empty(act.module, &request, &answer);
        let Some(after) = self.read(&act.target).await else {
            return Carried::Broken;
        };
        self.tell(act, &before, &after);
        Carried::Done { before, after }
    }

    fn empty(&self, module: Module, request: &Request, answer: &Answer) {
        match answer.body.trim_ascii().is_empty() {
            true => self.session.pass(&check::ACTION_BODY, module),
            false => {
                let found = format!("a body of {} bytes", answer.body.len());
                let fault = Fault::new(&check::ACTION_BODY, module, "an empty body", found);
                self.session.fail(fault.request(request));
            }
        }
    }

    /// The same again changes nothing more; whether it is called a success is the provider's choice.
    async fn again(&mut self, act: &Act, after: &[Value]) {
        let request = act.request();
        let Some(answer) = self.session.answer(act.module, &request).await else {
            return;
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
            return self.session.fail(fault(status(&answer)));
        }
        let Some(again) = self.read(&act.target).await else {
            return;
        };
        match effect::differences(after, &again) {
            None => self.session.pass(&check::ACTION_REPEATED, act.module),
            Some(what) => {
                self.tell(act, after, &again);
                self.session.fail(fault(what));
            }
        }
    }

    /// The same twice at the same time.
    async fn at_once(&mut self, module: Module) {
        if self.session.has_failed(&check::ACTION_REPEATED, module) {
            let reason = "the same action sent again changes something already";
            return self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        }
        let form = forms(module, self.supported)
            .into_iter()
            .find(|form| form.is_visible());
        let act = form.and_then(|form| self.candidates(module, form).into_iter().next());
        let Some(act) = act else {
            return self.session.skip(
                &check::ACTION_AT_ONCE,
                module,
                "no subscription that fits is left",
            );
        };
        let Some(before) = self.read(&act.target).await else {
            return;
        };
        let request = act.request();
        let (one, other) =
            futures_util::future::join(self.session.send(&request), self.session.send(&request))
                .await;
        self.spend(&act.target);
        let (Ok(one), Ok(other)) = (one, other) else {
            return self
                .session
                .skip(&check::ACTION_AT_ONCE, module, "there was no answer");
        };
        let Some(after) = self.read(&act.target).await else {
            return;
        };
        self.tell(&act, &before, &after);
        let fault = |expected: &str, found: String| {
            Fault::new(&check::ACTION_AT_ONCE, module, expected, found).request(&request)
        };
        let worst = if one.status >= other.status {
            &one
        } else {
            &other
        };
        if worst.status >= 500 {
            self.session.fail(fault("200, twice", status(worst)));
        } else if one.status != 200 && other.status != 200 {
            self.session
                .skip(&check::ACTION_AT_ONCE, module, "both were refused");
        } else if effect::differences(&before, &after).is_none() {
            let reason = "it has no effect on the subscriptions that are left";
            self.session.skip(&check::ACTION_AT_ONCE, module, reason);
        } else if let Some(miss) = effect::misses(&act.effect, &before, &after) {
            self.session.fail(fault(&miss.expected, miss.found));
        } else {
            self.session.pass(&check::ACTION_AT_ONCE, module);
        }
    }

    /// The subscriptions of a target as they are now; what is wrong with a model is told.
    async fn read(&self, target: &Target) -> Option<Vec<Value>> {
        let mut read = Vec::new();
        for subscription in &target.subscriptions {
            let path = subscriptions_of(&target.customer).path;
            let request = Request::get(format_args!("{path}/{}", encoded(subscription)));
            let value = self.session.fetch(Module::Subscriptions, &request).await?;
            if !self.reading.item(Module::Subscriptions, &request, &value) {
                return None;
            }
            read.push(value);
        }
        Some(read)
    }

    fn spend(&mut self, target: &Target) {
        let all = target.subscriptions.iter();
        self.spent
            .extend(all.map(|id| (target.customer.clone(), id.clone())));
    }

    fn tell(&self, act: &Act, before: &[Value], after: &[Value]) {
        for (before, after) in before.iter().zip(after) {
            if let Some(what) = effect::changes(before, after) {
                self.session.changed(Change {
                    module: act.module,
                    customer_id: act.target.customer.clone(),
                    subscription_id: Some(id(after).to_owned()),
                    what,
                });
            }
        }
    }

    /// Sends what must be refused; whether it was, and nothing changed. Which refusals are right is the caller's to say.
    async fn must_refuse(
        &mut self,
        check: &'static Check,
        act: &Act,
        request: &Request,
        expected: &str,
        is_right: fn(u16) -> bool,
    ) -> bool {
        let Some(before) = self.read(&act.target).await else {
            return false;
        };
        let Some(answer) = self.session.answer(act.module, request).await else {
            return false;
        };
        let Some(after) = self.read(&act.target).await else {
            return false;
        };
        let changed = effect::differences(&before, &after);
        if changed.is_some() {
            self.spend(&act.target);
            self.tell(act, &before, &after);
        }
        let found = match (is_right(answer.status), changed) {
            (true, None) => {
                self.session.pass(check, act.module);
                return true;
            }
            (false, None) => status(&answer),
            (_, Some(what)) => format!("{}, and {what}", status(&answer)),
        };
        self.session
            .fail(Fault::new(check, act.module, expected, found).request(request));
        false
    }
}
