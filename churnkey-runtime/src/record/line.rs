//! One line of the file.

use std::time::Duration;

use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use churnkey_protocol::{FEATURES_PATH, Operation, ROOT};
use serde_json::{Map, Value, json};

use super::body::{Copied, Rest};
use super::reduce::{DROPPED, Pseudonyms, shape};
use super::shared::{Shared, VERSION};
use crate::action::keys::is_name;
use crate::model::timestamp::Timestamp;

/// Names of headers and of query parameters of one call.
const MOST_NAMES: usize = 64;
/// The first line of a file.
pub(super) fn header(full: bool) -> String {
    let header = json!({
        "churnkeyRecording": VERSION,
        "began": Timestamp::now(),
        "full": full,
    });
    header.to_string()
}

/// The head of a request.
pub(super) struct Head {
    time: Timestamp,
    method: String,
    /// From `/churnkey` on.
    path: String,
    query: String,
    headers: Vec<String>,
    mode: Value,
    scheme: &'static str,
    token: String,
    content_type: String,
}

impl Head {
    pub(super) fn of(parts: &Parts) -> Option<Self> {
        let path = parts.uri.path();
        let begin = path.find(ROOT)?;
        let path = &path[begin..];
        if !matches!(path.as_bytes().get(ROOT.len()), None | Some(b'/')) {
            return None;
        }
        let (scheme, token) = credential(&parts.headers);
        Some(Self {
            time: Timestamp::now(),
            method: parts.method.as_str().to_owned(),
            path: path.to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: names(parts.headers.keys().map(|name| name.as_str())),
            mode: mode(&parts.headers),
            scheme,
            token,
            content_type: content_type(&parts.headers),
        })
    }

    /// The line. A call that was refused with 401 has no query and no bodies: its caller may be
    /// anyone.
    pub(super) fn line(&self, shared: &Shared, rest: &Rest, elapsed: Duration) -> String {
        let is_refused = rest.status == Some(StatusCode::UNAUTHORIZED);
        if !is_refused && rest.status.is_some() {
            shared.tokens.add(&self.token);
        }
        let method = match self.method.as_str() {
            known @ ("GET" | "POST" | "HEAD" | "PUT" | "PATCH" | "DELETE" | "OPTIONS") => known,
            _ => "other",
        };
        let status = rest.status.map(|status| status.as_u16());
        let ms = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX);
        let mut fields = Map::from_iter([
            ("time".to_owned(), json!(self.time)),
            ("method".to_owned(), json!(method)),
            ("headers".to_owned(), json!(self.headers)),
            ("mode".to_owned(), self.mode.clone()),
            ("authorization".to_owned(), json!(self.scheme)),
            ("status".to_owned(), json!(status)),
            ("ms".to_owned(), json!(ms)),
        ]);
        self.add_path(&mut fields, &shared.pseudonyms);
        if !is_refused {
            fields.insert("query".to_owned(), self.query().into());
            self.add_bodies(&mut fields, shared, rest);
        }
        shared.tokens.remove_from(Value::Object(fields).to_string())
    }

    fn add_bodies(&self, fields: &mut Map<String, Value>, shared: &Shared, rest: &Rest) {
        if self.method == "POST" {
            let body = reduced(&rest.request, &shared.pseudonyms);
            fields.insert("contentType".to_owned(), json!(self.content_type));
            fields.insert("body".to_owned(), body);
        }
        if let Some(response) = parsed(&rest.response) {
            fields.insert("shape".to_owned(), json!(shape(&response)));
        }
        if shared.full {
            let target = match self.query.as_str() {
                "" => self.path.clone(),
                query => format!("{}?{query}", self.path),
            };
            let whole = |copied: &Copied| match copied.is_cut {
                true => Value::Null,
                false => json!(String::from_utf8_lossy(&copied.bytes)),
            };
            let full = json!({
                "target": target,
                "body": whole(&rest.request),
                "response": whole(&rest.response),
            });
            fields.insert("full".to_owned(), full);
        }
    }

    /// Adds the template of the path with pseudonyms of its ids.
    fn add_path(&self, fields: &mut Map<String, Value>, pseudonyms: &Pseudonyms) {
        let operation = Operation::of_path(&self.path);
        let features = self.path == FEATURES_PATH;
        let template = match operation {
            Some(operation) => operation.path,
            None if features => FEATURES_PATH,
            None => "other",
        };
        fields.insert("path".to_owned(), json!(template));
        let mut parameters = Map::new();
        let segments = template.split('/').zip(self.path.split('/'));
        for (expected, given) in segments.filter(|(expected, _)| expected.starts_with('{')) {
            let name = expected.trim_matches(['{', '}']);
            let value = match name.ends_with("Id") {
                true => pseudonyms.of(&decoded(given)),
                false => DROPPED.to_owned(),
            };
            parameters.insert(name.to_owned(), json!(value));
        }
        fields.insert("parameters".to_owned(), parameters.into());
        if self.path.contains('%') {
            fields.insert("encoded".to_owned(), json!(true));
        }
    }

    /// The names of the query. Of the values only that of `limit` is kept.
    fn query(&self) -> Map<String, Value> {
        let pairs = form_urlencoded::parse(self.query.as_bytes());
        let mut query = Map::new();
        for (name, value) in pairs.take(MOST_NAMES).filter(|(name, _)| is_name(name)) {
            let is_number = value.len() <= 9 && value.bytes().all(|byte| byte.is_ascii_digit());
            let kept = if name == "limit" && is_number {
                &value
            } else {
                DROPPED
            };
            query.insert(name.into_owned(), json!(kept));
        }
        query
    }
}

fn names<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let names = names.filter(|name| is_name(name)).take(MOST_NAMES);
    let mut names: Vec<_> = names.map(str::to_owned).collect();
    names.sort();
    names.dedup();
    names
}

/// The mode as it was written, if it is one.
fn mode(headers: &HeaderMap) -> Value {
    let word = headers.get("x-churnkey-mode").map(|value| value.to_str());
    match word {
        None => Value::Null,
        Some(Ok(word))
            if word.eq_ignore_ascii_case("test") || word.eq_ignore_ascii_case("live") =>
        {
            json!(word)
        }
        Some(_) => json!("other"),
    }
}

/// The scheme of `Authorization`, and the token behind it.
fn credential(headers: &HeaderMap) -> (&'static str, String) {
    let Some(value) = headers.get(header::AUTHORIZATION) else {
        return ("none", String::new());
    };
    let value = String::from_utf8_lossy(value.as_bytes());
    let value = value.trim();
    match value.split_once(' ') {
        None => ("bare", value.to_owned()),
        Some(("Bearer", token)) => ("Bearer", token.trim().to_owned()),
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            ("bearer", token.trim().to_owned())
        }
        Some(_) => ("other", value.to_owned()),
    }
}

/// The media type if it is a usual one, and the presence of a charset.
fn content_type(headers: &HeaderMap) -> String {
    const USUAL: [&str; 5] = [
        "application/json",
        "text/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/octet-stream",
    ];
    let Some(value) = headers.get(header::CONTENT_TYPE) else {
        return "none".to_owned();
    };
    let value = String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase();
    let (essence, parameters) = value.split_once(';').unwrap_or((&value, ""));
    let usual = USUAL.into_iter().find(|usual| *usual == essence.trim());
    let charset = match parameters.contains("charset") {
        true => "; charset",
        false => "",
    };
    format!("{}{charset}", usual.unwrap_or("other"))
}

fn parsed(copied: &Copied) -> Option<Value> {
    match copied.is_cut {
        true => None,
        false => serde_json::from_slice(&copied.bytes).ok(),
    }
}

/// The reduced body, or the reason why there is none.
fn reduced(copied: &Copied, pseudonyms: &Pseudonyms) -> Value {
    match parsed(copied) {
        Some(value) => pseudonyms.reduce(&value),
        None if copied.is_cut => json!("too long"),
        None if copied.bytes.is_empty() => json!("empty"),
        None => json!("not JSON"),
    }
}

/// A segment of a path, percent-decoded, as the functions are given it.
fn decoded(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let Some((first, others)) = rest.split_first() {
        let digits = others
            .get(..2)
            .and_then(|digits| str::from_utf8(digits).ok());
        let escaped = digits.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match (first, escaped) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &others[2..];
            }
            _ => {
                bytes.push(*first);
                rest = others;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
