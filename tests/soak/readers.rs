//! Readers of data that no action changes, so every response is known in advance.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};

use crate::INITIAL_CUSTOMERS;
use crate::soak::{INSTANCES, KeptConnections, Pace, STABLE, Soak};
use test_support::{Connection, Reply, Request, encoded};

/// The number of concurrent readers.
pub(crate) const WORKERS: usize = 6;

/// Requests of each reader per second.
const PER_SECOND: u32 = 25;

/// Pages per second of the reader that pages through the lists.
const PAGES_PER_SECOND: u32 = 20;

/// The time for which a result of `/readyz` is cached, plus a margin for a slow machine.
const READINESS_TTL: Duration = Duration::from_millis(1500);

/// The responses before the first fault.
pub(crate) struct Expected {
    entries: Vec<Entry>,
    customers: usize,
}

struct Entry {
    mode: &'static str,
    path: String,
    status: u16,
    document: Value,
}

impl Expected {
    pub(crate) fn of(soak: &Soak, customers: usize) -> Self {
        let mut library = Self {
            entries: Vec::new(),
            customers,
        };
        let mut kept = KeptConnections::default();
        for mode in ["test", "live"] {
            let mut add = |path: String| library.add(soak, &mut kept, mode, path);
            add("/features".to_owned());
            for list in ["/prices", "/coupons", "/products", "/families"] {
                add(list.to_owned());
                let page = add(format!("{list}?limit=100"));
                for row in page["data"].as_array().expect("a page") {
                    add(format!("{list}/{}", encoded(text(row, "id"))));
                }
                add(format!("{list}/nothing"));
            }
            add("/customers/missing".to_owned());
            for number in (1..=INITIAL_CUSTOMERS).step_by(7) {
                let path = format!("/customers/cus_{mode}_{number:04}");
                let customer = add(path.clone());
                for way in ["email", "phone"] {
                    if let Some(value) = customer[way].as_str() {
                        add(format!("/customers/{way}/{}", encoded(value)));
                    }
                }
                add(format!("{path}/subscriptions/nothing"));
                let page = add(format!("{path}/subscriptions"));
                for row in page["data"].as_array().expect("a page") {
                    let id = encoded(text(row, "id"));
                    add(format!("{path}/subscriptions/{id}"));
                    add(format!("/customers/cus_{mode}_0008/subscriptions/{id}"));
                }
            }
        }
        library
    }

    fn add(
        &mut self,
        soak: &Soak,
        kept: &mut KeptConnections,
        mode: &'static str,
        path: String,
    ) -> Value {
        let request = soak.request("GET", &path, mode);
        let response = soak
            .send("read", STABLE, &request, Some(kept))
            .expect("a response before the first fault");
        let missing = path.ends_with("/nothing")
            || path.ends_with("/missing")
            || path.contains("_0008/subscriptions/");
        assert_eq!(response.status, if missing { 404 } else { 200 }, "{path}");
        let document = without_redemptions(response.json());
        self.entries.push(Entry {
            mode,
            path,
            status: response.status,
            document: document.clone(),
        });
        document
    }

    /// Reads one document after the other, from any instance.
    pub(crate) fn read_on(&self, soak: &Soak, number: usize) {
        let mut pace = Pace::per_second(PER_SECOND);
        let mut kept = KeptConnections::default();
        let mut turn = number * self.entries.len() / WORKERS;
        while pace.wait(soak) {
            turn += 1;
            let entry = &self.entries[turn % self.entries.len()];
            let request = soak.request("GET", &entry.path, entry.mode);
            let keep = (!turn.is_multiple_of(4)).then_some(&mut kept);
            if let Some(response) = soak.send("read", turn % INSTANCES.len(), &request, keep) {
                entry.compare(soak, &response);
            }
        }
    }

    /// Reads every list to its end, each page from another instance.
    pub(crate) fn walk_on(&self, soak: &Soak) {
        let mut pace = Pace::per_second(PAGES_PER_SECOND);
        loop {
            for mode in ["test", "live"] {
                for (list, limit, rows) in [
                    ("/customers", 100, self.customers),
                    ("/prices", 7, 30),
                    ("/coupons", 2, 9),
                    ("/products", 1, 4),
                    ("/families", 1, 2),
                    (&format!("/customers/cus_{mode}_0007/subscriptions"), 1, 3),
                ] {
                    if !walk(soak, &mut pace, mode, list, limit, rows) {
                        return;
                    }
                }
            }
        }
    }
}

impl Entry {
    fn compare(&self, soak: &Soak, response: &Reply) {
        let same = response.status == self.status
            && serde_json::from_slice(&response.body)
                .is_ok_and(|found: Value| without_redemptions(found) == self.document);
        if !same {
            soak.tally.violation(format!(
                "{} {}: {} {}",
                self.mode,
                self.path,
                response.status,
                response.text()
            ));
        }
    }
}

/// Reads one list. Returns `false` if the run is ending.
fn walk(soak: &Soak, pace: &mut Pace, mode: &str, list: &str, limit: usize, rows: usize) -> bool {
    let mut kept = KeptConnections::default();
    let mut ids = BTreeSet::new();
    let mut cursor = String::new();
    let mut turn = 0;
    loop {
        if !pace.wait(soak) {
            return false;
        }
        turn += 1;
        let path = format!("{list}?limit={limit}&cursor={}", encoded(&cursor));
        let request = soak.request("GET", &path, mode);
        let Some(response) = soak.send("page", turn % INSTANCES.len(), &request, Some(&mut kept))
        else {
            continue;
        };
        if response.status != 200 {
            soak.tally.violation(format!(
                "{mode} {path}: {} {}",
                response.status,
                response.text()
            ));
            return true;
        }
        let page = response.json();
        for row in page["data"].as_array().expect("a page") {
            if !ids.insert(text(row, "id").to_owned()) {
                soak.tally
                    .violation(format!("{mode} {list} repeats {}", text(row, "id")));
            }
        }
        match page["next"].as_str() {
            Some(next) => next.clone_into(&mut cursor),
            None => break,
        }
    }
    soak.tally.count("lists", "to the end of a list", 1);
    if ids.len() != rows {
        let found = ids.len();
        soak.tally
            .violation(format!("{mode} {list} has {rows} rows, and {found} came"));
    }
    true
}

/// Probes the health endpoints, like an orchestrator and a load balancer.
pub(crate) fn probe_health(soak: &Soak) {
    let mut pace = Pace::per_second(2);
    while pace.wait(soak) {
        for instance in INSTANCES {
            for (path, age, said) in [
                ("/healthz", Duration::ZERO, "ok"),
                ("/readyz", READINESS_TTL, "ready"),
            ] {
                let request = Request::new("GET", path).header("connection", "close");
                let answer = soak.exchange("health", instance, age, |at| {
                    Connection::new(at.address).send(&request)
                });
                if let Some(response) = answer
                    && (response.status != 200 || response.json() != json!({ "status": said }))
                {
                    soak.tally.violation(format!(
                        "{path}: {} {}",
                        response.status,
                        response.text()
                    ));
                }
            }
        }
    }
}

/// Removes the redemption counts: actions change them, and coupons are embedded in many documents.
fn without_redemptions(mut document: Value) -> Value {
    match &mut document {
        Value::Object(fields) => {
            fields.remove("redemptions");
            for value in fields.values_mut() {
                *value = without_redemptions(value.take());
            }
        }
        Value::Array(items) => {
            for item in items {
                *item = without_redemptions(item.take());
            }
        }
        _ => {}
    }
    document
}

fn text<'v>(row: &'v Value, field: &str) -> &'v str {
    row[field].as_str().expect("a text")
}
