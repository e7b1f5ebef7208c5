//! The server: an HTTP/1.1 server for an integration, with its limits and its shutdown.

#[cfg(all(unix, feature = "systemd"))]
mod activation;
mod address;
mod announce;
mod connection;
mod environment;
mod files;
mod health;
mod listener;
mod notify;
mod reject;
mod run;
mod signals;
mod socket;
mod stream;

use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::IntoResponse;
use axum::routing::Route;
use tokio::sync::Semaphore;
use tower_layer::Layer;
use tower_service::Service;

pub use self::address::{InvalidListenAddress, ListenAddress};
pub use self::socket::ListenSocket;

use self::stream::Timeouts;
use crate::error::{Error, Result};
use crate::http::token::IntegrationToken;
use crate::integration::integration::{Integration, IntoIntegration};
use crate::provider::Provider;

/// Serves an integration until SIGTERM or Ctrl-C.
///
/// Reads the environment:
///
/// | variable | meaning |
/// | --- | --- |
/// | `CK_INTEGRATION_TOKEN` | the token that Churnkey sends; required, unless there is a file |
/// | `CK_INTEGRATION_TOKEN_FILE` | a file that has the token, [read](IntegrationToken::from_file) again on SIGHUP |
/// | `CK_INTEGRATION_TOKEN_PREVIOUS` | the previous token, which is accepted until the time in `CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL`, such as `2026-12-01T00:00:00Z` |
/// | `CHURNKEY_ADDR` | the [address](ListenAddress) to listen on: `0.0.0.0:8080`, `localhost:8080`, `unix:/run/billing.sock`; `127.0.0.1:8080` if absent |
/// | `PORT` | without `CHURNKEY_ADDR`, a port to listen on at all IPv4 interfaces, as hosting platforms set it |
/// | `LISTEN_FDS` | a socket from systemd, which takes precedence over both (feature `systemd`) |
/// | `NOTIFY_SOCKET` | the socket of a service manager, which is notified of readiness and shutdown |
/// | `CHURNKEY_MAX_FAILURES_PER_MINUTE` | see [`Provider::max_failures_per_minute`]; 60 if absent |
/// | `CHURNKEY_TRUSTED_PROXIES` | see [`Provider::trusted_proxies`], such as `127.0.0.1, 10.0.0.0/8`; none if absent |
/// | `CHURNKEY_SHUTDOWN_DELAY` | see [`Server::shutdown_delay`], in seconds; 0 if absent |
/// | `CHURNKEY_MANIFEST_SPELLING` | see [`Provider::manifest_spelling`]: `camelCase`, `kebab-case` or `both`; `camelCase` if absent |
/// | `CK_API_KEY` | Churnkey's API key; if present, a changed manifest is verified again (feature `reverify`) |
/// | `CHURNKEY_VERIFIED_FILE` | a file that stores which manifest was verified last; without it every start verifies |
/// | `CHURNKEY_API_URL` | the URL of Churnkey's API, for tests |
///
/// # Errors
///
/// There is no token, or the address cannot be bound. The message names the correction.
///
/// # Shutdown
///
/// On SIGTERM or Ctrl-C the server shuts down as [`Server`] describes, and returns `Ok`. To set
/// these in code, or for other limits, see [`Server`].
pub fn serve<C: IntoIntegration>(context: C) -> Serving {
    let server = Server::<C::Integration>::from_env(context.into_shared());
    Serving(Box::pin(async { server?.run().await }))
}

/// The future of [`serve`], which does nothing unless it is awaited.
///
/// It has no type parameter, so that a context without the derive is reported once.
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Serving(Pin<Box<dyn Future<Output = Result<()>> + Send>>);

impl Future for Serving {
    type Output = Result<()>;

    fn poll(mut self: Pin<&mut Self>, context: &mut task::Context<'_>) -> Poll<Result<()>> {
        self.0.as_mut().poll(context)
    }
}

impl fmt::Debug for Serving {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Serving").finish_non_exhaustive()
    }
}

/// A server for an integration; [`serve`] is the short form.
///
/// It speaks HTTP/1.1. The provider is under `/churnkey`. Two paths for load balancers and
/// orchestrators need no token: `/healthz` is a 200 while the process lives, `/readyz` a 200 while
/// it can serve (see [`ready`](Self::ready)) and a 503 otherwise, and from the start of a shutdown.
///
/// Put a proxy in front that terminates TLS, and bind to loopback, as by default, or to a private
/// network.
///
/// # Limits
///
/// | limit | by default | beyond it | why |
/// | --- | --- | --- | --- |
/// | [`header_timeout`](Self::header_timeout) | 10 s | 408, or closed if nothing arrived | a head is one packet |
/// | [`idle_timeout`](Self::idle_timeout) | 75 s | closed | a proxy commonly keeps connections for 60 s, and should be the one to close them |
/// | [`max_connection_age`](Self::max_connection_age) | 600 s | the next answer is the last | balancers spread their connections again |
/// | [`write_timeout`](Self::write_timeout) | 30 s | closed | a page is at most some hundred kilobytes |
/// | [`max_connections`](Self::max_connections) | 512 | 503 with `Retry-After` | half of the 1024 files that a process may have open by default; the rest is for the database |
/// | [`max_head_bytes`](Self::max_head_bytes) | 16 KiB | 431 | a cursor has at most 1 KiB, and proxies add a few headers |
/// | headers | 100 | 431 | hyper's default; a caller sends about ten |
/// | [`Provider::max_body_bytes`] | 64 KiB | 413 | the largest body of the protocol is well under one |
/// | [`Provider::body_timeout`] | 10 s | 408 | a body is one packet too |
/// | [`Provider::request_timeout`] | 30 s | 503 with `Retry-After` | it is not published how long Churnkey waits, and a customer waits behind it |
/// | [`Provider::max_actions`] | 1024 | 503 with `Retry-After` | far more than a pool of connections serves, far fewer than fill the memory |
/// | [`Provider::max_actions_per_customer`] | 64 | 503 with `Retry-After` | one customer that hangs leaves room for others |
/// | [`Provider::max_reads`] | 256 | 503 with `Retry-After` | half of the connections |
/// | [`Provider::max_action_callers`] | 192 | 503 with `Retry-After` | three eighths of the connections, so that some are left for health checks |
/// | [`Provider::max_failures_per_minute`] | 60 for each peer | 429 with `Retry-After` | enough for a person who tries the wrong tokens by hand |
///
/// hyper parses HTTP. It answers what it cannot parse by itself, with a 400 or 431 and an empty
/// body. All other errors have the body of the protocol. A connection is closed after such a 400 or
/// 431, a late head, a 429, a body with chunks and a body that was not read to its end. The answer
/// says so by `Connection: close`.
///
/// # Shutdown
///
/// From SIGTERM or Ctrl-C on, every answer says `Connection: close`. After
/// [`shutdown_delay`](Self::shutdown_delay), the server stops accepting, serves the connections
/// that were waiting to be accepted, closes idle ones, and waits for the others up to
/// [`shutdown_timeout`](Self::shutdown_timeout) and for accepted actions however long they take, or
/// up to [`Provider::action_deadline`]. A second signal ends the process at once, with status 1,
/// and the log has the actions that it cut.
pub struct Server<T> {
    provider: Provider<T>,
    /// `None` is the default.
    source: Option<Source>,
    token_file: Option<PathBuf>,
    ready: Option<health::Check>,
    routes: Router,
    layers: Vec<AddLayer>,
    max_head_bytes: usize,
    timeouts: Timeouts,
    max_connections: usize,
    shutdown_delay: Duration,
    shutdown_timeout: Duration,
    #[cfg(feature = "reverify")]
    verification: Option<crate::reverify::Verification>,
}

/// The source of the socket.
enum Source {
    Address(ListenAddress),
    #[cfg(all(unix, feature = "systemd"))]
    Passed(activation::Passed),
}

impl Default for Source {
    fn default() -> Self {
        Self::Address(SocketAddr::from(([127, 0, 0, 1], 8080)).into())
    }
}

type AddLayer = Box<dyn FnOnce(Router) -> Router + Send + Sync>;

impl<T: Integration> Server<T> {
    /// A server on `127.0.0.1:8080`.
    pub fn new(provider: Provider<T>) -> Self {
        Self {
            provider,
            source: None,
            token_file: None,
            ready: None,
            routes: Router::new().fallback(not_found),
            layers: Vec::new(),
            max_head_bytes: 16 * 1024,
            timeouts: Timeouts {
                header: Duration::from_secs(10),
                idle: Duration::from_secs(75),
                write: Duration::from_secs(30),
                age: Duration::from_secs(600),
            },
            max_connections: 512,
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(10),
            #[cfg(feature = "reverify")]
            verification: None,
        }
    }

    /// Requests a verification from Churnkey after the server listens, if the manifest has changed.
    #[cfg(feature = "reverify")]
    #[must_use]
    pub fn verification(mut self, verification: crate::reverify::Verification) -> Self {
        self.verification = Some(verification);
        self
    }

    /// The address to listen on; port 0 takes a free one.
    #[must_use]
    pub fn address(mut self, address: impl Into<ListenAddress>) -> Self {
        self.source = Some(Source::Address(address.into()));
        self
    }

    /// Reads the token from a [file](IntegrationToken::from_file), now and again on each SIGHUP. If
    /// the file has become unreadable or invalid, or is not read within five seconds, the server
    /// logs an error and keeps the tokens it read last.
    ///
    /// # Errors
    ///
    /// The file cannot be read or is invalid. The message says which.
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        self.provider
            .token_handle()
            .replace(IntegrationToken::from_file(&path)?);
        self.token_file = Some(path);
        Ok(self)
    }

    /// The readiness check behind `/readyz`, for example of the database. `Err` is a 503, and its
    /// cause is logged.
    ///
    /// It runs at most once a second, however many probes arrive, and has four seconds.
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// # async fn ping<T>(_: &T) -> std::io::Result<()> { Ok(()) }
    /// # async fn example<T>(server: churnkey::Server<T>) -> churnkey::Result<()>
    /// # where T: churnkey::Integration + Send + Sync {
    /// # use churnkey::ResultExt as _;
    /// server.ready(|billing| async move { ping(&billing).await.or_internal() }).run().await
    /// # }
    /// ```
    #[must_use]
    pub fn ready<F>(mut self, check: impl Fn(Arc<T>) -> F + Send + Sync + 'static) -> Self
    where
        T: Send + Sync,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let context = Arc::clone(&self.provider.context);
        self.ready = Some(Arc::new(move || Box::pin(check(Arc::clone(&context)))));
        self
    }

    /// Adds routes beside those of the provider, such as `/metrics`.
    ///
    /// They are not protected by the integration token: restrict them in the proxy, or by a layer
    /// of their own. The limits of connections and heads apply to them, those of bodies and
    /// functions do not. Upgrades, such as WebSockets, are not supported.
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::axum::{Router, routing::get};
    ///
    /// # async fn example<T: churnkey::Integration>(server: churnkey::Server<T>)
    /// # -> churnkey::Result<()> {
    /// let metrics = Router::new().route("/metrics", get(async || "up 1\n"));
    /// server.merge(metrics).run().await
    /// # }
    /// ```
    ///
    /// # Panics
    ///
    /// Two merged routes have the same path, or `routes` has a fallback: the server has one. A path
    /// of the server or the provider panics in [`run`](Self::run).
    #[must_use]
    pub fn merge(mut self, routes: Router) -> Self {
        self.routes = self.routes.merge(routes);
        self
    }

    /// Adds a [`tower`](https://docs.rs/tower) layer around all routes: those of the provider,
    /// `/healthz`, `/readyz` and [merged](Self::merge) ones. The layer that is added last is the
    /// outermost. The deadlines of the server are outside of every layer.
    ///
    /// A layer sees requests before the token is checked. The `Authorization` header is marked as
    /// sensitive.
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::axum::{extract::Request, middleware, response::Response};
    /// use churnkey::axum::http::{HeaderValue, header};
    ///
    /// async fn name_server(request: Request, next: middleware::Next) -> Response {
    ///     let mut response = next.run(request).await;
    ///     let value = HeaderValue::from_static("billing");
    ///     response.headers_mut().insert(header::SERVER, value);
    ///     response
    /// }
    ///
    /// # async fn example<T: churnkey::Integration>(server: churnkey::Server<T>)
    /// # -> churnkey::Result<()> {
    /// server.layer(middleware::from_fn(name_server)).run().await
    /// # }
    /// ```
    #[must_use]
    pub fn layer<L>(mut self, layer: L) -> Self
    where
        L: Layer<Route> + Clone + Send + Sync + 'static,
        L::Service: Service<Request> + Clone + Send + Sync + 'static,
        <L::Service as Service<Request>>::Response: IntoResponse + 'static,
        <L::Service as Service<Request>>::Error: Into<Infallible> + 'static,
        <L::Service as Service<Request>>::Future: Send + 'static,
    {
        self.layers
            .push(Box::new(|routes: Router| routes.layer(layer)));
        self
    }

    /// The time for a request's head to arrive, and for the first request on a connection to begin;
    /// 10 seconds by default.
    #[must_use]
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.header = timeout;
        self
    }

    /// The time for which a connection may be idle after an answer; 75 seconds by default.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.idle = timeout;
        self
    }

    /// The time for a peer to read an answer that it does not read at once; 30 seconds by default.
    #[must_use]
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.write = timeout;
        self
    }

    /// The age from which the next answer is the last of its connection, and says so; ten minutes
    /// by default. A balancer that keeps connections then spreads them over instances that were
    /// added.
    #[must_use]
    pub fn max_connection_age(mut self, age: Duration) -> Self {
        self.timeouts.age = age;
        self
    }

    /// The maximum number of connections; 512 by default, at least 1. A process may have 1024 files
    /// open by default (`ulimit -n`), and needs some of them for the database.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// The maximum size of a request's head; 16 KiB by default, from 1 to 64 KiB. A longer path is
    /// one that hyper refuses in any case.
    #[must_use]
    pub fn max_head_bytes(mut self, bytes: usize) -> Self {
        self.max_head_bytes = bytes.clamp(1024, 64 * 1024);
        self
    }

    /// The time for which the server serves on after a shutdown signal, while `/readyz` already
    /// returns 503 and every answer says `Connection: close`. Zero by default.
    ///
    /// A load balancer sends requests until a probe reports that the server is not ready, as in
    /// Kubernetes, and on connections that it has kept. Set a few seconds more than the interval of
    /// its probes, and than the time for which it keeps idle connections. A second signal ends the
    /// process at once.
    #[must_use]
    pub fn shutdown_delay(mut self, delay: Duration) -> Self {
        self.shutdown_delay = delay;
        self
    }

    /// The time for open connections to finish after the server stopped accepting; 10 seconds by
    /// default. Accepted actions are waited for however long they take.
    #[must_use]
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }
}

impl<T> fmt::Debug for Server<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

/// The response outside `/churnkey`, which needs no token and reveals nothing about the provider.
async fn not_found() -> Error {
    Error::not_found("Not Found")
}
