//! Requests to the provider, and what comes back.

use std::fmt;
use std::time::Duration;

use axum::http::{HeaderMap, Method, header};
use bytes::Bytes;
use serde_json::Value;

/// How a request says who sends it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Credentials {
    /// `Authorization: Bearer`, and the token.
    #[default]
    Token,
    /// No such header.
    None,
    /// A header of this value, which is no secret.
    Header(String),
    /// The token under another scheme than `Bearer` as it is usually written.
    Scheme(&'static str),
    /// A token like the right one: the header's value, and how a shell would make it.
    Alike { value: String, shown: &'static str },
}

/// A request to the provider.
#[derive(Clone, Debug)]
pub struct Request {
    pub(crate) method: Method,
    /// From the API root URL on, with the query.
    pub(crate) path: String,
    pub(crate) body: Option<String>,
    pub(crate) credentials: Credentials,
    /// The value of `X-Churnkey-Mode`, if it is not that of the run.
    pub(crate) mode: Option<&'static str>,
    /// Whether the last segment of the path is somebody's e-mail address or phone number.
    pub(crate) is_personal: bool,
    /// Whether it is sent also when somebody has ended the run: to see what an action has changed.
    pub(crate) is_last_look: bool,
    /// A header beside those of every request, such as the time of a simulation.
    pub(crate) header: Option<(&'static str, String)>,
}

impl Request {
    /// A GET under `/churnkey`.
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

    /// A POST of JSON under `/churnkey`.
    pub fn post(path: impl fmt::Display, body: &Value) -> Self {
        Self {
            method: Method::POST,
            body: Some(body.to_string()),
            ..Self::get(path)
        }
    }

    /// With a body as it is.
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

/// A whole answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Its status.
    pub status: u16,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
    /// Whether it is about real customers, so that what it says is not for a report.
    pub(crate) is_live: bool,
}

impl Response {
    /// The body as JSON.
    pub fn json(&self) -> Result<Value, NoJson> {
        let text = std::str::from_utf8(&self.body).map_err(|_| NoJson::NotUtf8)?;
        if text.trim().is_empty() {
            return Err(NoJson::Empty);
        }
        serde_json::from_str(text).map_err(|fault| match fault.is_eof() {
            true => NoJson::CutOff,
            false if text.trim_start().starts_with('<') => NoJson::Markup,
            false => NoJson::Malformed {
                line: fault.line(),
                column: fault.column(),
            },
        })
    }

    /// The media type, without parameters.
    pub fn media_type(&self) -> Option<&str> {
        let value = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or_default().trim())
    }
}

/// Why a body is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoJson {
    /// It is empty.
    Empty,
    /// It is not UTF-8.
    NotUtf8,
    /// It ends too early.
    CutOff,
    /// It is markup, such as HTML.
    Markup,
    /// It is something else.
    Malformed {
        /// The line of the first fault.
        line: usize,
        /// The column of the first fault.
        column: usize,
    },
}

impl fmt::Display for NoJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("an empty body"),
            Self::NotUtf8 => f.write_str("a body that is not UTF-8"),
            Self::CutOff => f.write_str("JSON that ends too early"),
            Self::Markup => f.write_str("markup, such as HTML"),
            Self::Malformed { line, column } => {
                write!(f, "no JSON, from line {line} column {column} on")
            }
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransportError {
    /// No connection could be made.
    Unreachable(String),
    /// The answer is no HTTP, or ended before it was whole.
    Broken,
    /// The answer did not come, or not whole, in time.
    Slow(Duration),
    /// The body is longer than this many bytes.
    Large(usize),
    /// The body has a content encoding that was not asked for.
    Encoded,
    /// The function in process panicked.
    Panicked,
    /// The run may not send any more requests.
    OutOfRequests(u64),
    /// The run may not take any more time.
    OutOfTime(Duration),
    /// Somebody has ended the run.
    Stopped,
}

impl TransportError {
    /// Whether the run is over, and it is no fault of the provider.
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
            Self::Broken => f.write_str("an answer that broke off or is no HTTP"),
            Self::Slow(limit) => write!(f, "no whole answer within {limit:?}"),
            Self::Large(limit) => write!(f, "a body of more than {limit} bytes"),
            Self::Encoded => f.write_str("a body in a content encoding that was not asked for"),
            Self::Panicked => f.write_str("a panic"),
            Self::OutOfRequests(limit) => {
                write!(f, "the run's limit of {limit} requests was reached")
            }
            Self::OutOfTime(limit) => write!(f, "the run's limit of {limit:?} was reached"),
            Self::Stopped => f.write_str("the run was stopped"),
        }
    }
}
