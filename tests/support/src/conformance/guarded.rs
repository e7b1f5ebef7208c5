//! A provider whose data must not change.

use std::sync::Arc;
use std::thread;

use serde_json::Value;

use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::shared::Shared;
use crate::conformance::snapshot::Snapshot;
use crate::conformance::{Instance, Start};
use crate::{Request, encoded};

/// A provider, and its complete data before the first invalid request. The drop asserts that the
/// data is unchanged.
pub(crate) struct Guarded {
    pub(crate) process: Instance,
    pub(crate) before: Snapshot,
}

impl Guarded {
    pub(crate) fn start(start: Start) -> Self {
        let process = start();
        let before = Snapshot::take(&process);
        Self { process, before }
    }

    /// Returns the shared provider of all tests that must not change data, because reading all data
    /// takes a second. The last test reports a change. Run alone, each test reports its own.
    pub(crate) fn shared(start: Start) -> Arc<Self> {
        static SHARED: Shared<Guarded> = Shared::new();
        SHARED.get(|| Self::start(start))
    }

    pub(crate) fn client(&self) -> Client<'_> {
        Client::new(&self.process, Mode::Test)
    }

    /// Returns a subscription that an action would change, so that a rejection is meaningful.
    pub(crate) fn subscription(&self, mode: Mode, status: &str, unit: &str) -> &Value {
        self.before
            .subscriptions(mode)
            .find(|row| row["status"]["name"] == status && row["duration"]["unit"] == unit)
            .unwrap_or_else(|| panic!("no {status} subscription with a cycle in {unit}s"))
    }

    /// Asserts immediately that a request did not change the customer it named. The rest is checked
    /// at the end.
    pub(crate) fn assert_kept(
        &self,
        client: &mut Client<'_>,
        subscription: &Value,
        request: &Request,
    ) {
        let list = subscriptions_of(&text_of(subscription, "customerId"));
        let path = format!("{list}/{}", encoded(&id_of(subscription)));
        assert_eq!(&client.row(&path), subscription, "changed by {}", request);
    }
}

impl Drop for Guarded {
    fn drop(&mut self) {
        if !thread::panicking() {
            let changes = self.before.changes(&Snapshot::take(&self.process));
            assert!(
                changes.is_empty(),
                "a rejected request changed {changes:#?}"
            );
        }
    }
}
