//! State of a run of the actions, and its basic steps.

use axum::http::StatusCode;
use serde_json::Value;

use super::attempt::Attempt;
use super::effect;
use super::pool::SubscriptionPool;
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
    /// The last accepted attempt.
    pub(super) last: Option<Attempt>,
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
                let fault = Fault::new(&check::STATUS, attempt.module, "200", status(&response));
                self.session.fail(fault.request(&request));
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
        let Some(before) = self.read_before(&attempt.target).await else {
            return false;
        };
        let Some(response) = self.session.exchange(attempt.module, request).await else {
            return false;
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
