//! How a run speaks to the provider: over a socket or in process, one request at a time, each with bounds.

use std::fmt;
use std::future::pending;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{self, HeaderMap, Method, header};
use bytes::Bytes;
use churnkey_runtime::Mode;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either, Shared, select};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tower::ServiceExt as _;

mod secret;
#[cfg(feature = "cli")]
mod socket;

#[cfg(feature = "cli")]
pub(crate) use socket::Socket;

/// What may stand in a segment of a path as it is, by RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A text as one segment of a path or one value of a query.
pub(crate) fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

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
pub(crate) struct Request {
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
}

impl Request {
    /// A GET under `/churnkey`.
    pub(crate) fn get(path: impl fmt::Display) -> Self {
        Self {
            method: Method::GET,
            path: format!("/churnkey{path}"),
            body: None,
            credentials: Credentials::Token,
            mode: None,
            is_personal: false,
            is_last_look: false,
        }
    }

    /// A POST of JSON under `/churnkey`.
    pub(crate) fn post(path: impl fmt::Display, body: &Value) -> Self {
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

    pub(crate) fn mode(mut self, mode: &'static str) -> Self {
        self.mode = Some(mode);
        self
    }
}

/// A whole answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether it is about real customers, so that what it says is not for a report.
    pub(crate) is_live: bool,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Result<Value, NoJson> {
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
    pub(crate) fn media_type(&self) -> Option<&str> {
        let value = self.headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        Some(value.split(';').next().unwrap_or_default().trim())
    }
}

/// Why a body is no JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NoJson {
    Empty,
    NotUtf8,
    CutOff,
    Markup,
    Malformed { line: usize, column: usize },
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
pub(crate) enum Trouble {
    /// No connection could be made.
    #[cfg_attr(
        not(feature = "cli"),
        expect(dead_code, reason = "a router is always there")
    )]
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

impl Trouble {
    /// Whether the run is over, and it is no fault of the provider.
    pub(crate) fn is_limit(&self) -> bool {
        matches!(
            self,
            Self::OutOfRequests(_) | Self::OutOfTime(_) | Self::Stopped
        )
    }
}

impl fmt::Display for Trouble {
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

/// Where the provider is.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    Router(Router),
    #[cfg(feature = "cli")]
    Socket(Socket),
}

/// The bounds of a run.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) timeout: Duration,
    pub(crate) max_time: Duration,
    pub(crate) max_requests: u64,
    pub(crate) max_body_bytes: usize,
}

/// Is there once somebody has ended the run.
pub(crate) type Stop = Shared<BoxFuture<'static, ()>>;

/// Sends requests to the provider.
#[derive(Debug)]
pub(crate) struct Client {
    target: Target,
    token: String,
    mode: Mode,
    bounds: Bounds,
    stop: Stop,
    begun: Instant,
    sent: AtomicU64,
}

impl Client {
    pub(crate) fn new(target: Target, token: String, mode: Mode, bounds: Bounds) -> Self {
        Self {
            target,
            token,
            mode,
            bounds,
            stop: never(),
            begun: Instant::now(),
            sent: AtomicU64::new(0),
        }
    }

    /// Sends no more requests once this future has ended.
    pub(crate) fn until(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    pub(crate) fn mode(&self) -> Mode {
        self.mode
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    /// How many requests have been sent.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// The API root URL, or `in process`.
    pub(crate) fn target(&self) -> String {
        match &self.target {
            Target::Router(_) => "in process".to_owned(),
            #[cfg(feature = "cli")]
            Target::Socket(socket) => socket.root().to_owned(),
        }
    }

    /// Sends a request and reads the whole answer.
    pub(crate) async fn send(&self, request: &Request) -> Result<Answer, Trouble> {
        let stopped = self.stop.clone();
        if !request.is_last_look && stopped.clone().now_or_never().is_some() {
            return Err(Trouble::Stopped);
        }
        let answer = pin!(self.send_in_time(request));
        // What may change something is waited for, so that what it did can be told.
        if request.is_last_look || request.method != Method::GET {
            return answer.await;
        }
        match select(answer, stopped).await {
            Either::Left((answer, _)) => answer,
            Either::Right(_) => Err(Trouble::Stopped),
        }
    }

    async fn send_in_time(&self, request: &Request) -> Result<Answer, Trouble> {
        let limit = self.bounds.max_requests;
        if self.sent.fetch_add(1, Ordering::Relaxed) >= limit {
            self.sent.fetch_sub(1, Ordering::Relaxed);
            return Err(Trouble::OutOfRequests(limit));
        }
        let left = self.bounds.max_time.saturating_sub(self.elapsed());
        if left.is_zero() {
            return Err(Trouble::OutOfTime(self.bounds.max_time));
        }
        let answer = async {
            match &self.target {
                Target::Router(router) => self.call(router, request).await,
                #[cfg(feature = "cli")]
                Target::Socket(socket) => {
                    let request = self.http(request);
                    let answer = socket.send(request, self.bounds.max_body_bytes).await?;
                    Ok(Answer {
                        is_live: self.mode == Mode::Live,
                        ..answer
                    })
                }
            }
        };
        let patience = self.bounds.timeout.min(left);
        let answer = tokio::time::timeout(patience, answer).await;
        let mut answer = answer.map_err(|_| match patience < self.bounds.timeout {
            true => Trouble::OutOfTime(self.bounds.max_time),
            false => Trouble::Slow(self.bounds.timeout),
        })??;
        if answer.status >= 400 {
            answer.body = secret::without(&self.token, answer.body);
        }
        match answer.headers.get(header::CONTENT_ENCODING) {
            Some(encoding) if encoding != "identity" => Err(Trouble::Encoded),
            _ => Ok(answer),
        }
    }

    async fn call(&self, router: &Router, request: &Request) -> Result<Answer, Trouble> {
        let request = self.http(request).map(|body| match body {
            Some(body) => Body::from(body),
            None => Body::empty(),
        });
        let limit = self.bounds.max_body_bytes;
        let answer = async {
            // A router cannot fail; what its handlers cannot do they answer.
            let Ok(response) = router.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, limit).collect().await;
            let body = body.map_err(|fault| match fault.is::<LengthLimitError>() {
                true => Trouble::Large(limit),
                false => Trouble::Broken,
            })?;
            Ok(Answer {
                status: parts.status.as_u16(),
                headers: parts.headers,
                body: body.to_bytes(),
                is_live: self.mode == Mode::Live,
            })
        };
        // Over a socket a panic of the provider would be a connection cut off, and not the end of the run.
        std::panic::AssertUnwindSafe(answer)
            .catch_unwind()
            .await
            .unwrap_or(Err(Trouble::Panicked))
    }

    fn http(&self, request: &Request) -> http::Request<Option<String>> {
        let mut http = http::Request::builder()
            .method(request.method.clone())
            .uri(&request.path)
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, "application/json")
            .header(
                "x-churnkey-mode",
                request.mode.unwrap_or(self.mode.as_str()),
            );
        let authorization = match &request.credentials {
            Credentials::Token => Some(format!("Bearer {}", self.token)),
            Credentials::None => None,
            Credentials::Header(value) | Credentials::Alike { value, .. } => Some(value.clone()),
            Credentials::Scheme(scheme) => Some(format!("{scheme} {}", self.token)),
        };
        if let Some(value) = authorization {
            http = http.header(header::AUTHORIZATION, value);
        }
        if request.body.is_some() {
            http = http.header(header::CONTENT_TYPE, "application/json");
        }
        http.body(request.body.clone())
            .expect("paths are encoded and the token was checked")
    }

    /// The request as a line for the shell, without the token, and in live mode without an address that is somebody's.
    pub(crate) fn curl(&self, request: &Request) -> String {
        let root = match &self.target {
            Target::Router(_) => "http://localhost:8080",
            #[cfg(feature = "cli")]
            Target::Socket(socket) => socket.root(),
        };
        let mut line = "curl -i".to_owned();
        let mut option = |name: &str, value: &str| {
            line.push_str(&format!(" {name} {}", quoted(value)));
        };
        if request.method != Method::GET && request.body.is_none() {
            option("-X", request.method.as_str());
        }
        let mode = request.mode.unwrap_or(self.mode.as_str());
        option("-H", &format!("X-Churnkey-Mode: {mode}"));
        if let Credentials::Header(value) = &request.credentials {
            option("-H", &format!("Authorization: {value}"));
        }
        if let Some(body) = &request.body {
            option("-H", "Content-Type: application/json");
            option("-d", body);
        }
        let secret = match &request.credentials {
            Credentials::Token => Some("Bearer $CK_INTEGRATION_TOKEN".to_owned()),
            Credentials::Scheme(scheme) => Some(format!("{scheme} $CK_INTEGRATION_TOKEN")),
            Credentials::Alike { shown, .. } => Some((*shown).to_owned()),
            Credentials::None | Credentials::Header(_) => None,
        };
        if let Some(secret) = secret {
            line.push_str(&format!(" -H \"Authorization: {secret}\""));
        }
        let path = match request.path.rsplit_once('/') {
            Some((path, _)) if request.is_personal && self.mode == Mode::Live => {
                format!("{path}/[redacted]")
            }
            _ => request.path.clone(),
        };
        format!("{line} {}", quoted(&format!("{root}{path}")))
    }
}

/// Nobody ends the run.
pub(crate) fn never() -> Stop {
    pending().boxed().shared()
}

fn quoted(text: &str) -> String {
    // Only a NUL cannot be quoted, and none gets this far: paths are encoded and JSON escapes it.
    shlex::try_quote(text).map_or_else(|_| "''".to_owned(), |text| text.into_owned())
}
