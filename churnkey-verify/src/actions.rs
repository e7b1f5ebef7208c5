//! The write side: carries out each declared action on data that fit, and looks at what became of them.
//!
//! An action is first carried out as it is meant to be. Only if that works are refusals worth asking for: an endpoint that is not there refuses everything.

use axum::http::StatusCode;
use serde_json::Value;

use crate::check::{self, ACTIONS, Check, Module};
use crate::client::{Answer, Request};
use crate::found::Found;
use crate::manifest::Supported;
use crate::read::Reading;
use crate::session::{Fault, Session, status};
use crate::settings::Settings;

mod bystander;
mod candidates;
mod effect;
mod form;
mod refusals;
mod seen;
mod stock;
mod twice;

use candidates::Act;
use effect::{Effect, Miss};
use form::{Form, forms};
use stock::Stock;

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
        stock: Stock::new(found),
        is_unread: false,
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
            true if session.stopped().is_some() => session.skip_rest(module, "the run is over"),
            true => acting.action(module).await,
            false => {
                session.skip_rest(module, "actions change data: ask for them with `--actions`")
            }
        }
        session.end(module);
    }
}

struct Acting<'s> {
    session: &'s Session,
    supported: &'s Supported,
    found: &'s Found,
    reading: Reading<'s>,
    stock: Stock,
    /// Whether the last reading came to nothing.
    is_unread: bool,
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
        for form in forms(module, self.supported) {
            let is_done = self.form(module, form).await.is_some();
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
                false => form::nothing_fits(module),
            },
        );
    }

    /// The manifest has no word for it. A body that asks for nothing is refused where it exists.
    async fn is_implemented(&self, module: Module) -> bool {
        let request = Request::post(form::path(module), &Value::Object(serde_json::Map::new()));
        match self.session.send(&request).await {
            Ok(answer) => !matches!(answer.status, 404 | 405 | 501),
            Err(trouble) => {
                self.session.troubled(module, &request, &trouble);
                false
            }
        }
    }

    /// Carries out one form of an action, looks at the effect, and does it again.
    async fn form(&mut self, module: Module, form: Form) -> Option<Act> {
        let mut refused = None;
        let mut without_effect = None;
        let mut is_in_part = false;
        for act in self.candidates(module, form, TRIES) {
            if self.session.stopped().is_some() {
                return None;
            }
            if is_in_part && act.target.subscriptions.len() == 1 {
                // Where there is one only, one is all.
                break;
            }
            let bystander = self.bystander(&act, form).await;
            match self.carry_out(&act).await {
                Carried::Broken => return None,
                Carried::Refused(answer) => refused = Some((act, answer)),
                Carried::Done { before, after } => {
                    if let Some(bystander) = bystander {
                        self.left_alone(&act, bystander).await;
                    }
                    match effect::misses(&act.effect, &before, &after) {
                        None => {
                            self.session.pass(&check::ACTION_EFFECT, module);
                            self.again(&act, &after).await;
                            if act.effect == Effect::Later {
                                self.stock.close(&act.target);
                            }
                            return Some(act);
                        }
                        Some(miss) if effect::is_only_left_out(&act.effect, &before, &after) => {
                            is_in_part |= effect::differences(&before, &after).is_some();
                            without_effect = Some((act, miss));
                        }
                        Some(miss) => {
                            self.stock.close(&act.target);
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
        self.stock.tried(&act.target, act.module);
        let request = act.request();
        let Some(answer) = self.session.answer(act.module, &request).await else {
            self.look(&act.target, act.module, &before).await;
            return Carried::Broken;
        };
        match StatusCode::from_u16(answer.status) {
            Ok(StatusCode::OK) => self.session.pass(&check::STATUS, act.module),
            Ok(status) if status.is_client_error() => {
                self.look(&act.target, act.module, &before).await;
                return Carried::Refused(answer);
            }
            _ => {
                self.look(&act.target, act.module, &before).await;
                let fault = Fault::new(&check::STATUS, act.module, "200", status(&answer));
                self.session.fail(fault.request(&request));
                return Carried::Broken;
            }
        }
        self.empty(act.module, &request, &answer);
        let Some(after) = self.read_after(act).await else {
            if self.session.stopped().is_some() {
                self.tell_unread(act);
            }
            return Carried::Broken;
        };
        self.tell_accepted(act, &before, &after);
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
        // What is switched off may have been accepted for later.
        let is_accepted = check.name == check::ACTION_FEATURE.name && answer.status < 300;
        if changed.is_some() || is_accepted {
            self.stock.close(&act.target);
        }
        if changed.is_some() {
            self.tell(act.module, &act.target, &before, &after);
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
