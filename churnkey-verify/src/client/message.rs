//! Requests to the provider, and responses.

use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, Method, Uri, header};
use bytes::Bytes;
use churnkey_runtime::{Mode, Modes};
use serde_json::Value;

/// The `Authorization` header of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// `Bearer` and the integration token.
    #[default]
    Token,
    /// No header.
    None,
    /// A value that is not secret.
    Header(String),
    /// The integration token with another spelling of `Bearer`.
    Scheme(&'static str),
    /// A value similar to the right one, and the shell expression for it.
    Alike { value: String, shown: &'static str },
}

/// A request to the provider.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: Method,
    /// Path and query after the API root URL.
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    pub(crate) credentials: Credentials,
    /// Value of `X-Churnkey-Mode`, if it differs from the mode of the run.
    pub(crate) mode: Option<&'static str>,
    /// The last segment of the path is the e-mail address or phone number of a customer.
    pub(crate) is_personal: bool,
    /// The request is sent even after the run was stopped, to read the changes of an action.
    pub(crate) is_last_look: bool,
    /// A header beside those of every request, such as the time of a simulation.
    pub(crate) header: Option<(&'static str, String)>,
}

impl Request {
    /// A GET request under `/churnkey`.
    pub fn get(path: impl fmt::Display) -> Self {
        Self {
            method: Method::GET,
            path: format!("/churnkey{path}"),
            body: None,
            credentials: Credentials::Token,
            mode: None,
            is_personal: false,
            is_last_look: false,
            header: None,
        }
    }

    /// A POST request with JSON under `/churnkey`.
    pub fn post(path: impl fmt::Display, body: &Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body.to_string()),
            ..Self::get(path)
        }
    }

    /// A request that was recorded; `None` if its path cannot be sent.
    pub fn recorded(target: &str, body: Option<&str>) -> Option<Self> {
        let uri: Uri = target.parse().ok()?;
        let path = uri.path().strip_prefix("/churnkey/")?;
        let is_plain = uri.authority().is_none() && !path.split('/').any(|part| part == "..");
        is_plain.then(|| Self {
            method: match body {
                Some(_) => Method::POST,
                None => Method::GET,
            },
            path: target.to_owned(),
            body: body.map(str::to_owned),
            ..Self::get("")
        })
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.method
    }

    /// Path and query after the API root URL.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The body.
    pub fn text(&self) -> Option<&str> {
        self.body.as_deref()
    }

    /// The same request in live mode.
    pub fn in_live_mode(self) -> Self {
        self.mode(Mode::Live.as_str())
    }

    /// Replaces the body with these bytes.
    pub(crate) fn body(mut self, body: impl Into<String>) -> Self {
        self.body = Some(body.into());
        self
    }

    pub(crate) fn credentials(mut self, credentials: Credentials) -> Self {
        self.credentials = credentials;
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: String) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(crate) fn mode(mut self, mode: &'static str) -> Self {
        self.mode = Some(mode);
        self
    }
}

/// A complete response.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// The response is in live mode, so that a report must not quote its message.
    pub(crate) is_live: bool,
    /// The modes of an integration in process, with its manifest.
    pub(crate) modes: Option<Modes>,
}

impl Response {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value, NoJson> {
        let text = std::str::from_utf8(&self.body).map_err(|_| NoJson::NotUtf8)?;
        if text.trim().is_empty() {
            return Err(NoJson::Empty);
        }
        let value = serde_json::from_str(text).map(with_whole_numbers);
        value.map_err(|fault| {
            let (line, column) = (fault.line(), fault.column());
            let before = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
            let rest = before.get(column.saturating_sub(1)..).unwrap_or_default();
            match rest {
                _ if fault.is_eof() => NoJson::CutOff,
                _ if text.starts_with('\u{feff}') => NoJson::ByteOrderMark,
                _ if text.trim_start().starts_with('<') => NoJson::Markup,
                _ if rest.starts_with('\'') => NoJson::SingleQuotes,
                _ if ["N", "I", "-I"].iter().any(|word| rest.starts_with(word)) => {
                    NoJson::NotANumber
                }
                _ => NoJson::Malformed { line, column },
            }
        })
    }

    /// The media type in lowercase, without parameters.
    pub fn media_type(&self) -> Option<String> {
        let value = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let essence = value.split(';').next().unwrap_or_default().trim();
        Some(essence.to_ascii_lowercase())
    }

    /// The time to wait before the request is sent again, if the provider limits the rate.
    pub(crate) fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(header::RETRY_AFTER)?;
        // A date is possible as well. The requests that follow get the same response until then.
        let seconds = value
            .to_str()
            .ok()
            .and_then(|text| text.trim().parse().ok());
        (self.status == 429).then(|| Duration::from_secs(seconds.unwrap_or(1)))
    }
}

/// Writes each number without a fraction as an integer: `12.0` is 12 in JSON.
fn with_whole_numbers(value: Value) -> Value {
    /// Larger numbers are not exact.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    match value {
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            Some(float) if float.fract() == 0.0 && float.abs() <= EXACT => {
                Value::from(float as i64)
            }
            _ => Value::Number(number),
        },
        Value::Array(items) => items.into_iter().map(with_whole_numbers).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| (name, with_whole_numbers(value)))
            .collect(),
        other => other,
    }
}

/// The reason why a body is not JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoJson {
    /// The body is empty.
    Empty,
    /// The body is not UTF-8.
    NotUtf8,
    /// The body begins with a byte order mark.
    ByteOrderMark,
    /// The document has strings in single quotation marks.
    SingleQuotes,
    /// The document has `NaN` or `Infinity`.
    NotANumber,
    /// The document is incomplete.
    CutOff,
    /// The body is markup, such as HTML.
    Markup,
    /// The document has a syntax error.
    Malformed {
        /// Line of the first error.
        line: usize,
        /// Column of the first error.
        column: usize,
    },
}

impl fmt::Display for NoJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty body"),
            Self::NotUtf8 => f.write_str("a body that is not UTF-8"),
            Self::ByteOrderMark => f.write_str("a byte order mark before the JSON"),
            Self::SingleQuotes => f.write_str("a string in single quotation marks"),
            Self::NotANumber => f.write_str("a value such as NaN or Infinity"),
            Self::CutOff => f.write_str("incomplete JSON"),
            Self::Markup => f.write_str("markup, such as HTML"),
            Self::Malformed { line, column } => {
                write!(f, "invalid JSON at line {line}, column {column}")
            }
        }
    }
}

/// The reason why there is no response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// The connection failed.
    Unreachable(String),
    /// The response is not HTTP, or is incomplete.
    Broken,
    /// The response was not complete within this timeout.
    Slow(Duration),
    /// The body is longer than this many bytes.
    Large(usize),
    /// The body has a content encoding that was not requested.
    Encoded,
    /// The provider panicked, in process.
    Panicked,
    /// The limit of requests of the run was reached.
    OutOfRequests(u64),
    /// The time limit of the run was reached.
    OutOfTime(Duration),
    /// The run was stopped.
    Stopped,
}

impl TransportError {
    /// Returns true if a limit of the run was reached, which is no fault of the provider.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::OutOfRequests(_) | Self::OutOfTime(_) | Self::Stopped
        )
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(why) => write!(f, "no connection: {why}"),
            Self::Broken => f.write_str("a response that is incomplete or not HTTP"),
            Self::Slow(limit) => write!(f, "no complete response within {limit:?}"),
            Self::Large(limit) => write!(f, "a body of more than {limit} bytes"),
            Self::Encoded => f.write_str("a body with a content encoding that was not requested"),
            Self::Panicked => f.write_str("a panic"),
            Self::OutOfRequests(limit) => {
                write!(f, "the run's limit of {limit} requests was reached")
            }
            Self::OutOfTime(limit) => write!(f, "the run's limit of {limit:?} was reached"),
            Self::Stopped => f.write_str("the run was stopped"),
        }
    }
}
