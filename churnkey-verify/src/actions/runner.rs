//! State of a run of the actions, and its basic steps.

use std::collections::HashSet;

use axum::http::StatusCode;
use futures_util::{StreamExt as _, stream};
use serde_json::Value;

use super::attempt::Attempt;
use super::effect;
use super::pool::SubscriptionPool;
use super::subscription::is_annual;
use crate::check::{self, Check};
use crate::client::{Request, Response};
use crate::manifest::DeclaredManifest;
use crate::module::Module;
use crate::read::Reading;
use crate::samples::Samples;
use crate::session::{Fault, Session, status};
use crate::settings::Settings;

pub(super) struct ActionRunner<'s> {
    pub(super) session: &'s Session,
    pub(super) manifest: &'s DeclaredManifest,
    pub(super) samples: &'s Samples,
    pub(super) reading: Reading<'s>,
    pub(super) pool: SubscriptionPool,
    /// The last subscription could not be read.
    pub(super) is_unread: bool,
    /// The last accepted attempt of this action.
    pub(super) last: Option<Attempt>,
    /// The last accepted attempt of an earlier action.
    pub(super) earlier: Option<Attempt>,
    /// Statuses that this action on all subscriptions has changed.
    pub(super) reached: HashSet<String>,
    /// The action that changed a subscription that it does not name.
    pub(super) has_hit: Option<Module>,
}

/// The result of an action on suitable subscriptions.
pub(super) enum Execution {
    /// The action was accepted. The subscriptions were read before and after it.
    Done {
        before: Vec<Value>,
        after: Vec<Value>,
    },
    /// A finding was recorded, or a limit of the run was reached.
    Broken,
    /// The provider refused the action with a 4xx status.
    Refused(Response),
}

impl<'s> ActionRunner<'s> {
    pub(super) fn new(
        session: &'s Session,
        manifest: &'s DeclaredManifest,
        samples: &'s Samples,
        settings: &'s Settings,
    ) -> Self {
        Self {
            session,
            manifest,
            samples,
            reading: Reading::new(session, manifest, settings),
            pool: SubscriptionPool::new(samples),
            is_unread: false,
            last: None,
            earlier: None,
            reached: HashSet::new(),
            has_hit: None,
        }
    }

    pub(super) async fn carry_out(&mut self, attempt: &Attempt) -> Execution {
        let Some(before) = self.read_before(&attempt.target).await else {
            return Execution::Broken;
        };
        self.pool.mark_used(&attempt.target, attempt.module);
        let request = attempt.request();
        let Some(response) = self.session.exchange(attempt.module, &request).await else {
            self.record_side_effects(&attempt.target, attempt.module, &before)
                .await;
            return Execution::Broken;
        };
        match StatusCode::from_u16(response.status) {
            Ok(StatusCode::OK) => self.session.pass(&check::STATUS, attempt.module),
            Ok(status) if status.is_client_error() => {
                self.record_side_effects(&attempt.target, attempt.module, &before)
                    .await;
                return Execution::Refused(response);
            }
            _ => {
                self.record_side_effects(&attempt.target, attempt.module, &before)
                    .await;
                let check = &check::STATUS;
                let fault = Fault::status(check, attempt.module, "200", &request, &response);
                self.session.fail(fault);
                return Execution::Broken;
            }
        }
        self.empty(attempt.module, &request, &response);
        self.last = Some(attempt.clone());
        let Some(after) = self.read_after(attempt).await else {
            if self.session.stopped().is_some() {
                self.record_unread(attempt);
            }
            return Execution::Broken;
        };
        self.record_accepted(attempt, &before, &after);
        Execution::Done { before, after }
    }

    fn empty(&self, module: Module, request: &Request, response: &Response) {
        match response.body.trim_ascii().is_empty() {
            true => self.session.pass(&check::ACTION_BODY, module),
            false => {
                let found = format!("a body of {} bytes", response.body.len());
                let fault = Fault::new(&check::ACTION_BODY, module, "an empty body", found);
                self.session.fail(fault.request(request));
            }
        }
    }

    /// Sends a request that must be refused with a status for which `is_right` is true.
    ///
    /// Returns true if it was refused and nothing changed.
    pub(super) async fn must_refuse(
        &mut self,
        check: &'static Check,
        attempt: &Attempt,
        request: &Request,
        expected: &str,
        is_right: fn(u16) -> bool,
    ) -> bool {
        let requests = std::slice::from_ref(request);
        self.must_refuse_all(check, attempt, requests, expected, is_right)
            .await
    }

    /// Sends requests that must be refused, several at the same time, and reads the subscriptions
    /// before the first and after the last one.
    pub(super) async fn must_refuse_all(
        &mut self,
        check: &'static Check,
        attempt: &Attempt,
        requests: &[Request],
        expected: &str,
        is_right: fn(u16) -> bool,
    ) -> bool {
        let Some(before) = self.read_before(&attempt.target).await else {
            return false;
        };
        let (session, module) = (self.session, attempt.module);
        let mut sent = Vec::new();
        for request in requests {
            sent.push(session.exchange(module, request));
        }
        let responses = stream::iter(sent).buffered(session.jobs);
        let responses: Vec<_> = responses.collect().await;
        let mut worst: Option<(&Request, Response)> = None;
        for (request, response) in requests.iter().zip(responses) {
            let Some(response) = response else {
                return false;
            };
            // The first wrong response stands for all.
            if worst
                .as_ref()
                .is_none_or(|(_, worst)| is_right(worst.status))
            {
                worst = Some((request, response));
            }
        }
        let Some((request, response)) = worst else {
            return true;
        };
        let Some(after) = self.read(&attempt.target).await else {
            return false;
        };
        let changed = effect::differences(&before, &after);
        // An accepted option may take effect later.
        let is_accepted = check.name == check::ACTION_FEATURE.name && response.status < 300;
        if changed.is_some() || is_accepted {
            self.pool.close(&attempt.target);
        }
        if changed.is_some() {
            self.record_changes(attempt.module, &attempt.target, &before, &after);
        }
        if check.name == check::ACTION_TOKEN.name {
            self.without_token(attempt, request, &response, changed.as_deref());
            return changed.is_none();
        }
        let found = match (is_right(response.status), changed) {
            (true, None) => {
                self.session.pass(check, attempt.module);
                return true;
            }
            (false, None) => status(&response),
            (_, Some(what)) => format!("{}, and {what}", status(&response)),
        };
        let mut fault = Fault::new(check, attempt.module, expected, found).request(request);
        let is_annual = attempt.module == Module::Pause && before.iter().any(is_annual);
        if is_annual && check.name == check::ACTION_FEATURE.name {
            fault = fault.fix(
                "Refuse a pause of an annual subscription with 400, unless `allowAnnual` is true \
                 and the manifest switches it on.",
            );
        } else if response.status >= 500 {
            fault = fault.fix(format!(
                "{} A {} looks like an outage.",
                check.fix, response.status
            ));
        }
        self.session.fail(fault);
        false
    }

    /// Judges the response to an action without the token. The form of a refusal is checked for
    /// the requests that read.
    fn without_token(
        &self,
        attempt: &Attempt,
        request: &Request,
        response: &Response,
        changed: Option<&str>,
    ) {
        let is_open = response.status < 300 || response.status == 404 || changed.is_some();
        if !is_open {
            return self.session.pass(&check::ACTION_TOKEN, attempt.module);
        }
        let mut found = status(response);
        if let Some(what) = changed {
            found = format!("{found}, and {what}");
        }
        // Without any check of the token, every endpoint is open for one reason.
        let fault = match self.session.has_failed(&check::AUTH_MISSING, Module::Auth) {
            true => Fault::new(&check::AUTH_MISSING, Module::Auth, "401", found),
            false => Fault::new(&check::ACTION_TOKEN, attempt.module, "401", found),
        };
        self.session.fail(fault.request(request));
    }
}
