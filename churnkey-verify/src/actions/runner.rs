//! State of a run of the actions, and its basic steps.

use axum::http::StatusCode;
use serde_json::Value;

use super::attempt::Attempt;
use super::effect;
use super::pool::SubscriptionPool;
use crate::check::{self, Check, Module};
use crate::client::{Request, Response};
use crate::manifest::DeclaredManifest;
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
    /// Whether the last reading came to nothing.
    pub(super) is_unread: bool,
}

/// What became of an action that was sent to what fits.
pub(super) enum Execution {
    /// It was done; so the subscriptions read before and after.
    Done {
        before: Vec<Value>,
        after: Vec<Value>,
    },
    /// There is a finding, or a limit of the run was reached.
    Broken,
    /// The provider has a reason not to do it.
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
        }
    }

    pub(super) async fn carry_out(&mut self, attempt: &Attempt) -> Execution {
        let Some(before) = self.read(&attempt.target).await else {
            return Execution::Broken;
        };
        self.pool.tried(&attempt.target, attempt.module);
        let request = attempt.request();
        let Some(response) = self.session.exchange(attempt.module, &request).await else {
            self.look(&attempt.target, attempt.module, &before).await;
            return Execution::Broken;
        };
        match StatusCode::from_u16(response.status) {
            Ok(StatusCode::OK) => self.session.pass(&check::STATUS, attempt.module),
            Ok(status) if status.is_client_error() => {
                self.look(&attempt.target, attempt.module, &before).await;
                return Execution::Refused(response);
            }
            _ => {
                self.look(&attempt.target, attempt.module, &before).await;
                let fault = Fault::new(&check::STATUS, attempt.module, "200", status(&response));
                self.session.fail(fault.request(&request));
                return Execution::Broken;
            }
        }
        self.empty(attempt.module, &request, &response);
        let Some(after) = self.read_after(attempt).await else {
            if self.session.stopped().is_some() {
                self.tell_unread(attempt);
            }
            return Execution::Broken;
        };
        self.tell_accepted(attempt, &before, &after);
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

    /// Sends what must be refused; whether it was, and nothing changed. Which refusals are right is the caller's to say.
    pub(super) async fn must_refuse(
        &mut self,
        check: &'static Check,
        attempt: &Attempt,
        request: &Request,
        expected: &str,
        is_right: fn(u16) -> bool,
    ) -> bool {
        let Some(before) = self.read(&attempt.target).await else {
            return false;
        };
        let Some(response) = self.session.exchange(attempt.module, request).await else {
            return false;
        };
        let Some(after) = self.read(&attempt.target).await else {
            return false;
        };
        let changed = effect::differences(&before, &after);
        // What is switched off may have been accepted for later.
        let is_accepted = check.name == check::ACTION_FEATURE.name && response.status < 300;
        if changed.is_some() || is_accepted {
            self.pool.close(&attempt.target);
        }
        if changed.is_some() {
            self.tell(attempt.module, &attempt.target, &before, &after);
        }
        let found = match (is_right(response.status), changed) {
            (true, None) => {
                self.session.pass(check, attempt.module);
                return true;
            }
            (false, None) => status(&response),
            (_, Some(what)) => format!("{}, and {what}", status(&response)),
        };
        self.session
            .fail(Fault::new(check, attempt.module, expected, found).request(request));
        false
    }
}
