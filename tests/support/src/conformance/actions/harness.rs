//! A provider on which actions have only the effects that a test expects.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::conformance::checker::{self, Kind};
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::manifest::TYPES;
use crate::conformance::moment;
use crate::conformance::shared::Shared;
use crate::conformance::snapshot::{Key, Snapshot};
use crate::conformance::{Instance, Start};
use crate::encoded;

/// A provider and its expected data. The drop asserts that both modes have no other change.
pub(super) struct Harness {
    pub(super) process: Instance,
    expected: Mutex<Expected>,
}

/// The data of a provider, and the customers that an action has named.
struct Expected {
    now: Snapshot,
    used: BTreeSet<String>,
}

/// An action: the times of its first request and its last response, and its subscriptions before
/// and after.
pub(super) struct Performed {
    sent: i64,
    answered: i64,
    pub(super) subscriptions: Vec<(Value, Value)>,
}

impl Harness {
    pub(super) fn start(start: Start) -> Self {
        let process = start();
        let now = Snapshot::take(&process);
        let expected = Mutex::new(Expected {
            now,
            used: BTreeSet::new(),
        });
        Self { process, expected }
    }

    /// Returns the shared provider of all tests whose actions change only the customers that they
    /// name, because reading all data takes a second. The last test reports another change. Run
    /// alone, each test reports its own.
    pub(super) fn shared(start: Start) -> Arc<Self> {
        static SHARED: Shared<Harness> = Shared::new();
        SHARED.get(|| Self::start(start))
    }

    fn expected(&self) -> MutexGuard<'_, Expected> {
        self.expected.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn list(&self, mode: Mode, list: &str) -> Vec<Value> {
        self.expected().now.list(mode, list).cloned().collect()
    }

    /// Returns all subscriptions of a customer that no action has named yet.
    pub(super) fn customer(&self, mode: Mode, wanted: impl Fn(&[&Value]) -> bool) -> Vec<Value> {
        let mut expected = self.expected();
        let Expected { now, used } = &mut *expected;
        let fresh = now
            .list(mode, "/customers")
            .filter(|row| !used.contains(&id_of(row)));
        let found = fresh
            .map(|customer| {
                now.list(mode, &subscriptions_of(&id_of(customer)))
                    .collect::<Vec<_>>()
            })
            .find(|subscriptions| wanted(subscriptions))
            .expect("a customer with such subscriptions");
        let found: Vec<Value> = found.into_iter().cloned().collect();
        used.insert(text_of(&found[0], "customerId"));
        found
    }

    /// Returns a subscription of a customer that no action has named yet.
    pub(super) fn subscription(&self, mode: Mode, status: &str, unit: &str) -> Value {
        let wanted =
            |row: &Value| row["status"]["name"] == status && row["duration"]["unit"] == unit;
        let all = self.customer(mode, |rows| rows.iter().any(|row| wanted(row)));
        all.into_iter().find(wanted).expect("just found")
    }

    /// Sends the action twice, and asserts that the second request changes nothing.
    pub(super) fn act(&self, mode: Mode, path: &str, body: &Value, named: &[Value]) -> Performed {
        let mut client = Client::new(&self.process, mode);
        let sent = moment::now();
        let first = act_once(&mut client, path, body, named);
        // A second effect would have a later time.
        thread::sleep(Duration::from_millis(50));
        let answered = moment::now();
        let second = act_once(&mut client, path, body, named);
        assert_eq!(first, second, "the second {path} of {body} had an effect");

        let mut subscriptions = Vec::new();
        for (row, after) in named.iter().zip(second) {
            checker::check(Kind::Subscription, &after, TYPES);
            self.process.saw_rows(1);
            subscriptions.push((self.expect(mode, row, after.clone()), after));
        }
        Performed {
            sent,
            answered,
            subscriptions,
        }
    }

    /// Does the same for one subscription, whose ids are added to the body.
    pub(super) fn act_on(
        &self,
        mode: Mode,
        path: &str,
        mut body: Value,
        named: &Value,
    ) -> (Performed, Value, Value) {
        body["customerId"] = named["customerId"].clone();
        body["subscriptionId"] = named["id"].clone();
        let done = self.act(mode, path, &body, std::slice::from_ref(named));
        let (before, after) = done.subscriptions[0].clone();
        (done, before, after)
    }

    /// Expects this subscription from now on, and returns the one that was expected before.
    pub(super) fn expect(&self, mode: Mode, named: &Value, after: Value) -> Value {
        let list = subscriptions_of(&text_of(named, "customerId"));
        let key: Key = (mode, list, id_of(named));
        let before = self.expected().now.rows.insert(key, after);
        before.expect("a row of the snapshot")
    }

    /// Expects one more redemption, if the provider counts them, in every copy of the coupon in
    /// this mode. All other fields must be unchanged.
    pub(super) fn expect_redemption(&self, mode: Mode, before: &Value, after: &Value) {
        let mut counted = before.clone();
        if let Some(current) = before["redemptions"]["current"].as_i64() {
            counted["redemptions"]["current"] = json!(current + 1);
        }
        assert_eq!(after, &counted);
        checker::check(Kind::Coupon, after, TYPES);
        for ((of, _, _), row) in &mut self.expected().now.rows {
            if *of == mode {
                replace(row, before, after);
            }
        }
    }
}

impl Drop for Harness {
    fn drop(&mut self) {
        if !thread::panicking() {
            let changes = self.expected().now.changes(&Snapshot::take(&self.process));
            assert!(changes.is_empty(), "the actions also changed {changes:#?}");
        }
    }
}

fn act_once(client: &mut Client<'_>, path: &str, body: &Value, named: &[Value]) -> Vec<Value> {
    let response = client.post(path, body);
    assert_eq!(
        response.status,
        200,
        "{path} of {body}: {}",
        response.text()
    );
    assert_eq!(response.text(), "", "{path} answers with a body");
    let paths = named.iter().map(|row| {
        let list = subscriptions_of(&text_of(row, "customerId"));
        format!("{list}/{}", encoded(&id_of(row)))
    });
    paths.map(|path| client.row(&path)).collect()
}

/// Replaces a value at any depth.
fn replace(row: &mut Value, old: &Value, new: &Value) {
    if row == old {
        row.clone_from(new);
        return;
    }
    match row {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, old, new)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| replace(field, old, new)),
        _ => (),
    }
}

/// Asserts that only these fields differ.
pub(super) fn assert_same_but(before: &Value, after: &Value, fields: &[&str]) {
    let without = |row: &Value| {
        let mut row = row.as_object().cloned().expect("a row is an object");
        row.retain(|field, _| !fields.contains(&field.as_str()));
        row
    };
    assert_eq!(without(before), without(after));
}

pub(super) fn moment_at(row: &Value, pointer: &str) -> i64 {
    let text = row.pointer(pointer).and_then(Value::as_str);
    let read = text.and_then(moment::read);
    read.unwrap_or_else(|| panic!("no date at {pointer}: {row}"))
}

impl Performed {
    pub(super) fn assert_now(&self, row: &Value, pointer: &str) {
        let moment = moment_at(row, pointer);
        let span = self.sent..=self.answered;
        assert!(
            span.contains(&moment),
            "{pointer} is not the moment of the request {span:?}: {row}"
        );
    }

    pub(super) fn assert_canceled(&self, before: &Value, after: &Value) {
        assert_same_but(before, after, &["status"]);
        assert_eq!(after["status"]["name"], "canceled", "{after}");
        if before["status"]["name"] != "canceled" {
            self.assert_now(after, "/status/canceledAt");
        } else {
            assert_eq!(before, after, "canceled twice");
        }
    }
}
