//! What Churnkey would send: requests with token and mode, pages followed to their end.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::http::{Connection, Request, Response, encoded};
use crate::process::Process;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mode {
    Test,
    Live,
}

impl Mode {
    pub(crate) const BOTH: [Self; 2] = [Self::Test, Self::Live];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    pub(crate) fn other(self) -> Self {
        match self {
            Self::Test => Self::Live,
            Self::Live => Self::Test,
        }
    }
}

pub(crate) struct Client<'p> {
    pub(crate) process: &'p Process,
    pub(crate) mode: Mode,
    connection: Connection,
}

pub(crate) struct Page {
    pub(crate) data: Vec<Value>,
    pub(crate) next: Option<String>,
}

impl<'p> Client<'p> {
    pub(crate) fn new(process: &'p Process, mode: Mode) -> Self {
        Self {
            process,
            mode,
            connection: Connection::new(process.address),
        }
    }

    /// `path` stands below `/churnkey`.
    pub(crate) fn request(&self, method: &str, path: &str) -> Request {
        Request::new(method, format!("/churnkey{path}"))
            .header("authorization", format!("Bearer {}", self.process.token))
            .header("x-churnkey-mode", self.mode.word())
    }

    pub(crate) fn send(&mut self, request: &Request) -> Response {
        self.process.requests.fetch_add(1, Ordering::Relaxed);
        self.connection
            .send(request)
            .unwrap_or_else(|cause| panic!("{cause}, after {}", request.shown()))
    }

    pub(crate) fn get(&mut self, path: &str) -> Response {
        self.send(&self.request("GET", path))
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Response {
        self.send(&self.request("POST", path).json(body))
    }

    pub(crate) fn row(&mut self, path: &str) -> Value {
        let response = self.get(path);
        assert_eq!(response.status, 200, "GET {path}: {}", response.text());
        response.json()
    }

    pub(crate) fn page(&mut self, list: &str, limit: Option<u32>, cursor: Option<&str>) -> Page {
        let limit = limit.map(|limit| format!("limit={limit}"));
        let cursor = cursor.map(|cursor| format!("cursor={}", encoded(cursor)));
        let query: Vec<_> = [limit, cursor].into_iter().flatten().collect();
        let path = match query.as_slice() {
            [] => list.to_owned(),
            query => format!("{list}?{}", query.join("&")),
        };
        page(&path, &self.row(&path))
    }

    /// The whole list, and that it ends, repeats nothing and never sends more than was asked for.
    pub(crate) fn walk(&mut self, list: &str, limit: Option<u32>) -> Vec<Value> {
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

/// A page in the protocol's form: `data`, and `next` as a string or a number unless it is the last.
pub(crate) fn page(path: &str, body: &Value) -> Page {
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

pub(crate) fn id_of(row: &Value) -> String {
    text_of(row, "id")
}

pub(crate) fn text_of(row: &Value, field: &str) -> String {
    row[field]
        .as_str()
        .unwrap_or_else(|| panic!("no text in `{field}`: {row}"))
        .to_owned()
}

pub(crate) fn subscriptions_of(customer: &str) -> String {
    format!("/customers/{}/subscriptions", encoded(customer))
}
