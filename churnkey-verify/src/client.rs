//! The HTTP client of a run: over a socket or in process, with limits.

use std::future::pending;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use axum::http::{self, HeaderValue, Method, header};
use churnkey_runtime::Mode;
use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, Either, Shared, select};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use tower::ServiceExt as _;

use crate::error::CannotRun;

mod message;
mod observe;
mod secret;
#[cfg(feature = "http")]
mod socket;

pub(crate) use message::Credentials;
pub(crate) use message::NoJson;
pub use message::{Request, Response, TransportError};
use observe::Observer;
pub(crate) use observe::OnSent;
pub use observe::Sent;
#[cfg(feature = "http")]
pub(crate) use socket::Socket;
#[cfg(feature = "http")]
pub use socket::upstream;

/// Characters of a path segment that are percent-encoded: all but the unreserved ones of RFC 3986.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Percent-encodes a string for a segment of a path or a value of a query.
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, SEGMENT).to_string()
}

/// Connection to the provider.
#[derive(Clone, Debug)]
pub(crate) enum Transport {
    /// An application, and the base path of the provider in it.
    Router(Router, String),
    #[cfg(feature = "http")]
    Socket(Socket),
}

impl Transport {
    /// Sets the base path of the provider.
    pub(crate) fn at(self, base: &str) -> Result<Self, CannotRun> {
        let base = base.trim_end_matches('/');
        let is_path = base.is_empty()
            || base
                .parse::<http::Uri>()
                .is_ok_and(|uri| uri.path() == base && base.starts_with('/'));
        match self {
            Self::Router(router, _) if is_path => Ok(Self::Router(router, base.to_owned())),
            Self::Router(..) => CannotRun::because(
                "the base path must be percent-encoded and begin with a slash, such as /integrations",
            ),
            #[cfg(feature = "http")]
            Self::Socket(_) => {
                CannotRun::because("the base path of a provider behind a URL is a part of that URL")
            }
        }
    }
}

/// Number of times that a request is sent again, if the provider limits the rate.
const MAX_WAITS: u32 = 3;
/// The longest time to wait before a request is sent again.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Limits of a run.
#[derive(Clone, Debug)]
pub(crate) struct Bounds {
    pub(crate) timeout: Duration,
    pub(crate) max_time: Duration,
    pub(crate) max_requests: u64,
    pub(crate) max_body_bytes: usize,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            max_time: Duration::from_secs(15 * 60),
            max_requests: 100_000,
            max_body_bytes: 8 << 20,
        }
    }
}

/// Resolves when the run is stopped.
pub(crate) type Stop = Shared<BoxFuture<'static, ()>>;

/// Sends requests to the provider.
#[derive(Debug)]
pub struct Client {
    transport: Transport,
    token: String,
    mode: Mode,
    bounds: Bounds,
    stop: Stop,
    begun: Instant,
    sent: AtomicU64,
    /// Number of requests so far that can change data.
    posted: AtomicU64,
    /// The header has the token without `Bearer`, as in the sample of the integration guide.
    is_bare: AtomicBool,
    observer: Observer,
}

impl Client {
    pub(crate) fn new(transport: Transport, token: String, mode: Mode, bounds: Bounds) -> Self {
        Self {
            transport,
            token,
            mode,
            bounds,
            stop: never(),
            begun: Instant::now(),
            sent: AtomicU64::new(0),
            posted: AtomicU64::new(0),
            is_bare: AtomicBool::new(false),
            observer: Observer::default(),
        }
    }

    /// Creates a client for the provider at an API root URL.
    ///
    /// Each request has a timeout. The number of requests and the total time are unlimited.
    ///
    /// # Errors
    ///
    /// The URL or the token is invalid.
    #[cfg(feature = "http")]
    pub fn of_url(url: &str, token: Option<String>, mode: Mode) -> Result<Self, CannotRun> {
        let socket = Socket::new(url)?;
        let bounds = Bounds {
            max_time: Duration::MAX,
            max_requests: u64::MAX,
            ..Bounds::default()
        };
        let token = usable_token(token)?;
        Ok(Self::new(Transport::Socket(socket), token, mode, bounds))
    }

    /// Sends no more requests after this future has ended.
    pub(crate) fn until(mut self, stop: Stop) -> Self {
        self.stop = stop;
        self
    }

    /// Sets a callback for every request, after its response.
    pub fn on_sent(mut self, on_sent: impl Fn(&Sent<'_>) + Send + Sync + 'static) -> Self {
        self.observer = Observer(Some(Arc::new(on_sent)));
        self
    }

    /// Sets the callback for every request, if there is one.
    pub(crate) fn observed(mut self, on_sent: Option<OnSent>) -> Self {
        self.observer = Observer(on_sent);
        self
    }

    /// The mode of its requests.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The integration token.
    pub fn token(&self) -> &str {
        &self.token
    }

    /// Number of requests so far.
    pub(crate) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Number of requests so far that can change data.
    pub(crate) fn posted(&self) -> u64 {
        self.posted.load(Ordering::Relaxed)
    }

    /// Sends the token without `Bearer` from now on.
    pub(crate) fn use_bare_token(&self) {
        self.is_bare.store(true, Ordering::Relaxed);
    }

    /// The beginning of a right header, before the token.
    pub(crate) fn scheme(&self) -> &'static str {
        match self.is_bare.load(Ordering::Relaxed) {
            true => "",
            false => "Bearer ",
        }
    }

    pub(crate) fn elapsed(&self) -> Duration {
        self.begun.elapsed()
    }

    /// True if the provider is a router, and not behind a URL.
    pub(crate) fn is_in_process(&self) -> bool {
        matches!(self.transport, Transport::Router(..))
    }

    /// The API root URL, or `in process`.
    pub fn target(&self) -> String {
        match &self.transport {
            Transport::Router(_, base) if base.is_empty() => "in process".to_owned(),
            Transport::Router(_, base) => format!("in process, at {base}"),
            #[cfg(feature = "http")]
            Transport::Socket(socket) => socket.root().to_owned(),
        }
    }

    /// The same provider at another API root URL; `None` in process.
    #[cfg_attr(not(feature = "http"), expect(unused_variables))]
    pub(crate) fn at_root(&self, root: &str) -> Option<Self> {
        match &self.transport {
            Transport::Router(..) => None,
            #[cfg(feature = "http")]
            Transport::Socket(socket) => Some(Self {
                transport: Transport::Socket(socket.at(root)),
                token: self.token.clone(),
                mode: self.mode,
                bounds: self.bounds.clone(),
                stop: self.stop.clone(),
                begun: self.begun,
                sent: AtomicU64::new(0),
                posted: AtomicU64::new(0),
                is_bare: AtomicBool::new(false),
                observer: self.observer.clone(),
            }),
        }
    }

    /// Sends a request and reads the complete response.
    pub async fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let stopped = self.stop.clone();
        if !request.is_last_look && stopped.clone().now_or_never().is_some() {
            return Err(TransportError::Stopped);
        }
        let response = pin!(self.send_within_rate(request));
        // A request that can change data is not cancelled, so that its changes can be reported.
        if request.is_last_look || request.method != Method::GET {
            return response.await;
        }
        match select(response, stopped).await {
            Either::Left((response, _)) => response,
            Either::Right(_) => Err(TransportError::Stopped),
        }
    }

    /// Sends a request again if the provider limits the rate. Refused tokens are not sent again.
    async fn send_within_rate(&self, request: &Request) -> Result<Response, TransportError> {
        let mut response = self.send_in_time(request).await;
        for _ in 0..MAX_WAITS {
            let Some(wait) = response.as_ref().ok().and_then(Response::retry_after) else {
                break;
            };
            if wait > MAX_WAIT || request.credentials != Credentials::Token {
                break;
            }
            tokio::time::sleep(wait).await;
            response = self.send_in_time(request).await;
        }
        response
    }

    async fn send_in_time(&self, request: &Request) -> Result<Response, TransportError> {
        let limit = self.bounds.max_requests;
        if self.sent.fetch_add(1, Ordering::Relaxed) >= limit {
            self.sent.fetch_sub(1, Ordering::Relaxed);
            return Err(TransportError::OutOfRequests(limit));
        }
        if request.method != Method::GET {
            self.posted.fetch_add(1, Ordering::Relaxed);
        }
        let left = self.bounds.max_time.saturating_sub(self.elapsed());
        if left.is_zero() {
            return Err(TransportError::OutOfTime(self.bounds.max_time));
        }
        let pending = self.observer.begin(|| Sent {
            request,
            curl: self.curl(request),
            path: self.shown_path(request),
            mode: request.mode.unwrap_or(self.mode.as_str()),
            response: None,
            took: Duration::ZERO,
        });
        let response = self.exchange(request, left).await;
        pending.end(&response);
        response
    }

    /// Sends a request and reads the response, within the time that is left.
    async fn exchange(
        &self,
        request: &Request,
        left: Duration,
    ) -> Result<Response, TransportError> {
        let response = async {
            match &self.transport {
                Transport::Router(router, _) => self.call(router, request).await,
                #[cfg(feature = "http")]
                Transport::Socket(socket) => {
                    let request = self.http(request);
                    let response = socket.send(request, self.bounds.max_body_bytes).await?;
                    Ok(Response {
                        is_live: self.mode == Mode::Live,
                        ..response
                    })
                }
            }
        };
        let timeout = self.bounds.timeout.min(left);
        let response = tokio::time::timeout(timeout, response).await;
        let mut response = response.map_err(|_| match timeout < self.bounds.timeout {
            true => TransportError::OutOfTime(self.bounds.max_time),
            false => TransportError::Slow(self.bounds.timeout),
        })??;
        if response.status >= 400 {
            response.body = secret::without(&self.token, response.body);
        }
        match response.headers.get(header::CONTENT_ENCODING) {
            Some(encoding) if encoding != "identity" => Err(TransportError::Encoded),
            _ => Ok(response),
        }
    }

    async fn call(&self, router: &Router, request: &Request) -> Result<Response, TransportError> {
        let request = self.http(request).map(|body| match body {
            Some(body) => Body::from(body),
            None => Body::empty(),
        });
        let limit = self.bounds.max_body_bytes;
        let response = async {
            // The error type of a router is `Infallible`.
            let Ok(response) = router.clone().oneshot(request).await;
            let (parts, body) = response.into_parts();
            let body = Limited::new(body, limit).collect().await;
            let body = body.map_err(|fault| match fault.is::<LengthLimitError>() {
                true => TransportError::Large(limit),
                false => TransportError::Broken,
            })?;
            Ok(Response {
                status: parts.status.as_u16(),
                body: body.to_bytes(),
                modes: parts.extensions.get().copied(),
                headers: parts.headers,
                is_live: self.mode == Mode::Live,
            })
        };
        // Over a socket, a panic of the provider closes the connection and does not end the run.
        std::panic::AssertUnwindSafe(response)
            .catch_unwind()
            .await
            .unwrap_or(Err(TransportError::Panicked))
    }

    fn http(&self, request: &Request) -> http::Request<Option<String>> {
        let base = match &self.transport {
            Transport::Router(_, base) => base,
            #[cfg(feature = "http")]
            Transport::Socket(_) => "",
        };
        let mut http = http::Request::builder()
            .method(request.method.clone())
            .uri(format!("{base}{}", request.path))
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, "application/json")
            .header(
                "x-churnkey-mode",
                request.mode.unwrap_or(self.mode.as_str()),
            );
        let authorization = match &request.credentials {
            Credentials::Token => Some(format!("{}{}", self.scheme(), self.token)),
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
        if let Some((name, value)) = &request.header {
            http = http.header(*name, value);
        }
        http.body(request.body.clone())
            .expect("paths are encoded and the token was checked")
    }

    /// The request as a curl command, without the token, and in live mode without personal data.
    pub fn curl(&self, request: &Request) -> String {
        let root = match &self.transport {
            Transport::Router(_, base) => &format!("http://localhost:8080{base}"),
            #[cfg(feature = "http")]
            Transport::Socket(socket) => socket.root(),
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
        if let Some((name, value)) = &request.header {
            option("-H", &format!("{name}: {value}"));
        }
        if let Credentials::Header(value) = &request.credentials {
            option("-H", &format!("Authorization: {value}"));
        }
        if let Some(body) = &request.body {
            option("-H", "Content-Type: application/json");
            option("-d", body);
        }
        let secret = match &request.credentials {
            Credentials::Token => Some(format!("{}$CK_INTEGRATION_TOKEN", self.scheme())),
            Credentials::Scheme(scheme) => Some(format!("{scheme} $CK_INTEGRATION_TOKEN")),
            Credentials::Alike { shown, .. } => Some((*shown).to_owned()),
            Credentials::None | Credentials::Header(_) => None,
        };
        if let Some(secret) = secret {
            line.push_str(&format!(" -H \"Authorization: {secret}\""));
        }
        let path = self.shown_path(request);
        format!("{line} {}", quoted(&format!("{root}{path}")))
    }

    /// The path and query, in live mode without personal data.
    fn shown_path(&self, request: &Request) -> String {
        match request.path.rsplit_once('/') {
            Some((path, _)) if request.is_personal && self.mode == Mode::Live => {
                format!("{path}/[redacted]")
            }
            _ => request.path.clone(),
        }
    }
}

/// Never stops the run.
pub(crate) fn never() -> Stop {
    pending().boxed().shared()
}

/// Returns the token of the caller or of the environment, if a header can contain it.
pub(crate) fn usable_token(token: Option<String>) -> Result<String, CannotRun> {
    let token = token.or_else(|| std::env::var("CK_INTEGRATION_TOKEN").ok());
    let Some(token) = token.filter(|token| !token.is_empty()) else {
        return CannotRun::because("there is no token: pass one, or set CK_INTEGRATION_TOKEN");
    };
    if token.trim() != token || HeaderValue::from_str(&token).is_err() {
        return CannotRun::because(
            "the token begins or ends with a space, or has characters that a header cannot contain",
        );
    }
    Ok(token)
}

fn quoted(text: &str) -> String {
    // Only a NUL cannot be quoted. Paths and JSON escape it.
    shlex::try_quote(text).map_or_else(|_| "''".to_owned(), |text| text.into_owned())
}
