//! A client that sends requests as Churnkey does: with token and mode, and with pages read to the
//! end.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::conformance::Instance;
use crate::{Connection, Reply, Request, encoded};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mode {
    Test,
    Live,
}

impl Mode {
    pub const BOTH: [Self; 2] = [Self::Test, Self::Live];

    pub fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    pub fn other(self) -> Self {
        match self {
            Self::Test => Self::Live,
            Self::Live => Self::Test,
        }
    }
}

pub struct Client<'p> {
    pub process: &'p Instance,
    pub mode: Mode,
    connection: Connection,
}

pub struct Page {
    pub data: Vec<Value>,
    pub next: Option<String>,
}

impl<'p> Client<'p> {
    pub fn new(process: &'p Instance, mode: Mode) -> Self {
        Self {
            process,
            mode,
            connection: Connection::new(process.address),
        }
    }

    /// Builds a request. `path` is relative to `/churnkey`.
    pub fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, format!("/churnkey{path}"))
            .header("authorization", format!("Bearer {}", self.process.token))
            .header("x-churnkey-mode", self.mode.word())
    }

    pub fn send(&mut self, request: &Request) -> Reply {
        self.process.requests.fetch_add(1, Ordering::Relaxed);
        self.connection
            .send(request)
            .unwrap_or_else(|cause| panic!("{cause}, after {}", request))
    }

    pub fn get(&mut self, path: &str) -> Reply {
        self.send(&self.request("GET", path))
    }

    pub fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.send(&self.request("POST", path).json(body))
    }

    pub fn row(&mut self, path: &str) -> Value {
        let response = self.get(path);
        assert_eq!(response.status, 200, "GET {path}: {}", response.text());
        response.json()
    }

    pub fn page(&mut self, list: &str, limit: Option<u32>, cursor: Option<&str>) -> Page {
        let limit = limit.map(|limit| format!("limit={limit}"));
        let cursor = cursor.map(|cursor| format!("cursor={}", encoded(cursor)));
        let query: Vec<_> = [limit, cursor].into_iter().flatten().collect();
        let path = match query.as_slice() {
            [] => list.to_owned(),
            query => format!("{list}?{}", query.join("&")),
        };
        page(&path, &self.row(&path))
    }

    /// Reads a whole list. Asserts that it ends, repeats no row and has no page above the limit.
    pub fn walk(&mut self, list: &str, limit: Option<u32>) -> Vec<Value> {
        let most = limit.unwrap_or(10).min(100) as usize;
        let mut rows = Vec::new();
        let mut ids = BTreeSet::new();
        let mut cursors = BTreeSet::new();
        let mut cursor = None;
        loop {
            let page = self.page(list, limit, cursor.as_deref());
            assert!(
                page.data.len() <= most,
                "{list} answers {} rows to limit {limit:?}",
                page.data.len()
            );
            for row in &page.data {
                let id = id_of(row);
                assert!(ids.insert(id.clone()), "{list} repeats {id} with {limit:?}");
            }
            rows.extend(page.data);
            match page.next {
                None => return rows,
                Some(next) => {
                    assert!(cursors.insert(next.clone()), "{list} goes in circles");
                    cursor = Some(next);
                }
            }
        }
    }
}

/// Parses a page in the form of the protocol: `data`, and `next` as a string or a number, except on
/// the last page.
pub fn page(path: &str, body: &Value) -> Page {
    let fields = body
        .as_object()
        .unwrap_or_else(|| panic!("{path} is no page: {body}"));
    for field in fields.keys() {
        assert!(
            matches!(field.as_str(), "data" | "next"),
            "{path} has a field `{field}`"
        );
    }
    let data = fields
        .get("data")
        .and_then(Value::as_array)
        .unwrap_or_else(|| panic!("{path} has no `data` list"));
    let next = fields.get("next").map(|next| match next {
        Value::String(text) => {
            assert!(text.len() <= 1024, "{path}: `next` is over 1 KiB");
            text.clone()
        }
        Value::Number(number) => number.to_string(),
        _ => panic!("{path}: `next` is neither a string nor a number: {next}"),
    });
    Page {
        data: data.clone(),
        next,
    }
}

pub fn id_of(row: &Value) -> String {
    text_of(row, "id")
}

pub fn text_of(row: &Value, field: &str) -> String {
    row[field]
        .as_str()
        .unwrap_or_else(|| panic!("no string in `{field}`: {row}"))
        .to_owned()
}

pub fn subscriptions_of(customer: &str) -> String {
    format!("/customers/{}/subscriptions", encoded(customer))
}
