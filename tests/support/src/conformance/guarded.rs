//! A provider whose data must not change.

use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::Value;

use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::manifest::Manifest;
use crate::conformance::snapshot::Snapshot;
use crate::conformance::{Instance, Start};
use crate::{Request, encoded};

/// A provider, and its complete data before the first invalid request.
pub(crate) struct Guarded {
    pub(crate) process: Instance,
    pub(crate) manifest: Manifest,
    pub(crate) before: Snapshot,
}

impl Guarded {
    pub(crate) fn start(start: Start) -> Self {
        let process = start();
        let manifest = Manifest::of(&process);
        let before = Snapshot::take(&process, &manifest);
        Self {
            process,
            manifest,
            before,
        }
    }

    /// Returns the provider that all concurrent tests share if they must not change data, because
    /// reading all data takes a second. If one of them changes data, the others fail as well, but
    /// only its own message has the request.
    pub(crate) fn shared(start: Start) -> Arc<Self> {
        static SHARED: Mutex<Weak<Guarded>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::start(start));
            *shared = Arc::downgrade(&started);
            started
        })
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

    pub(crate) fn assert_unchanged(&self) {
        let after = Snapshot::take(&self.process, &self.manifest);
        let changes = self.before.changes(&after);
        assert!(changes.is_empty(), "{changes:#?}");
    }
}
