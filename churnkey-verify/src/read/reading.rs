//! State of a run of the controllers.

use serde_json::Value;
use tokio::sync::OnceCell;

use super::lookups::Lookups;
use crate::client::{Request, Response};
use crate::manifest::DeclaredManifest;
use crate::session::Session;
use crate::settings::Settings;

/// Number of items of a list that are checked one by one.
pub(super) const MAX_SAMPLES: usize = 100;

/// State of a run of the controllers.
pub(crate) struct Reading<'s> {
    pub(crate) session: &'s Session,
    pub(crate) manifest: &'s DeclaredManifest,
    pub(crate) settings: &'s Settings,
    pub(super) lookups: Lookups,
    /// Status of the response to a GET request for an unknown path.
    unknown_path: OnceCell<Option<u16>>,
}

impl<'s> Reading<'s> {
    pub(crate) fn new(
        session: &'s Session,
        manifest: &'s DeclaredManifest,
        settings: &'s Settings,
    ) -> Self {
        Self {
            session,
            manifest,
            settings,
            lookups: Lookups::default(),
            unknown_path: OnceCell::new(),
        }
    }

    /// Returns true if a response is that of an optional endpoint which the provider lacks.
    ///
    /// A provider may check the request before it looks for the endpoint.
    pub(super) async fn is_absent(&self, response: &Response) -> bool {
        if matches!(response.status, 404 | 405 | 501) {
            return true;
        }
        let request = Request::get("/churnkey-verify-unknown/churnkey-verify-unknown?limit=100");
        let usual = self.unknown_path.get_or_init(async || {
            let response = self.session.send(&request).await.ok()?;
            Some(response.status)
        });
        // A refusal says nothing about the endpoint.
        let is_unspecific = matches!(response.status, 400 | 402 | 406..500);
        is_unspecific && *usual.await == Some(response.status)
    }

    pub(super) fn max_samples(&self) -> usize {
        let sample = self.settings.sample.unwrap_or(u64::MAX);
        MAX_SAMPLES.min(usize::try_from(sample).unwrap_or(usize::MAX))
    }
}

/// The id of an item, or nothing.
pub(crate) fn id(item: &Value) -> &str {
    item.get("id").and_then(Value::as_str).unwrap_or_default()
}
