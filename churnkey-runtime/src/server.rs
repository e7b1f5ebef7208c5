//! The server for those who have none.

mod connection;
mod environment;
mod gate;
mod head;
mod health;
mod refusal;
mod signals;
mod wire;

use std::borrow::Cow;
use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use self::connection::Connections;
use self::gate::Gate;
use self::head::HeadLimits;
use self::signals::Signal;
use self::wire::Timeouts;
use crate::error::{Error, Result};
use crate::http::token::{IntegrationToken, TokenHandle};
use crate::integration::integration::Integration;
use crate::provider::Provider;

/// Serves an integration until the process is told to end.
///
/// Reads the environment:
///
/// | variable | meaning |
/// | --- | --- |
/// | `CK_INTEGRATION_TOKEN` | the token that Churnkey sends; required, unless there is a file |
/// | `CK_INTEGRATION_TOKEN_FILE` | a file that has the token, and is [read](IntegrationToken::from_file) again on SIGHUP |
/// | `CK_INTEGRATION_TOKEN_PREVIOUS` | the token before, which passes as well until the moment in `CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL`, such as `2026-12-01T00:00:00Z` |
/// | `CHURNKEY_ADDR` | the address to listen on; `127.0.0.1:8080` if absent |
/// | `CHURNKEY_MAX_FAILURES_PER_MINUTE` | how many requests without the token one peer may send in a minute: see [`Provider::max_failures_per_minute`]; 60 if absent |
/// | `CK_API_KEY` | Churnkey's API key; if present, a changed manifest is verified anew (feature `reverify`) |
/// | `CHURNKEY_VERIFIED_FILE` | a file that remembers which manifest was verified last; without it every start verifies |
/// | `CHURNKEY_API_URL` | where Churnkey's API is, for tests |
///
/// # Errors
///
/// Refuses to start without a token or with an address that cannot be bound, and says what to do. On SIGTERM or Ctrl-C it stops
/// accepting, lets the actions under way end, and the requests under way if that takes less than 10 seconds, and returns `Ok`. To set these in code, or to have other limits, see [`Server`].
pub async fn serve<T: Integration>(context: impl Into<Arc<T>>) -> Result<()> {
    Server::from_env(context)?.run().await
}

/// A server for an integration; [`serve`] is the short way.
///
/// It speaks HTTP/1.1 and answers under `/churnkey`, and at two paths for load balancers and orchestrators that need no token: `/healthz` is a 200 while the process
/// lives, `/readyz` a 200 while it can serve (see [`ready`](Self::ready)) and a 503 otherwise, and once it is told to end.
///
/// Put a proxy in front that speaks TLS, and bind to loopback or a private network, as by default.
///
/// # Limits
///
/// What is not a request that can be answered is refused in the shape of every other error, and its connection closed.
///
/// | limit | by default | beyond it | why |
/// | --- | --- | --- | --- |
/// | [`header_timeout`](Self::header_timeout) | 10 s | 408, or closed if nothing came | a head is one packet; a stranger who sends nothing is not waited for any longer |
/// | [`idle_timeout`](Self::idle_timeout) | 75 s | closed | a proxy keeps connections for 60 s as a rule, and should be the one to close them |
/// | [`write_timeout`](Self::write_timeout) | 30 s | closed | a page is at most some hundred kilobytes |
/// | [`max_connections`](Self::max_connections) | 512 | 503 with `Retry-After` | half of the 1024 files that a process may have open by default; the rest is for the database |
/// | [`max_head_bytes`](Self::max_head_bytes) | 16 KiB, of which 8 KiB the request line | 431, 414 | a cursor has at most 1 KiB, and proxies add a few headers |
/// | headers | 100 | 431 | the most that hyper takes; a caller sends about ten |
/// | [`Provider::max_body_bytes`] | 64 KiB | 413 | the largest body of the protocol is well under one |
/// | [`Provider::body_timeout`] | 10 s | 408 | a body is one packet too |
/// | [`Provider::request_timeout`] | 30 s | 503 with `Retry-After` | nothing is published of how long Churnkey waits, and a customer waits behind it |
/// | [`Provider::max_actions`] | 1024 | 503 with `Retry-After` | far more than a pool of connections serves, far fewer than fill the memory |
/// | [`Provider::max_failures_per_minute`] | 60 for each peer | 429 with `Retry-After` | enough for a person who tries the wrong tokens at hand |
pub struct Server<T> {
    provider: Provider<T>,
    address: SocketAddr,
    token_file: Option<PathBuf>,
    ready: Option<health::Ask>,
    limits: HeadLimits,
    timeouts: Timeouts,
    max_connections: usize,
    shutdown_delay: Duration,
    shutdown_timeout: Duration,
    #[cfg(feature = "reverify")]
    verification: Option<crate::reverify::Verification>,
}

impl<T: Integration> Server<T> {
    /// A server on `127.0.0.1:8080`.
    pub fn new(provider: Provider<T>) -> Self {
        Self {
            provider,
            address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            token_file: None,
            ready: None,
            limits: HeadLimits {
                head_bytes: 16 * 1024,
                request_line_bytes: 8 * 1024,
            },
            timeouts: Timeouts {
                header: Duration::from_secs(10),
                idle: Duration::from_secs(75),
                write: Duration::from_secs(30),
            },
            max_connections: 512,
            shutdown_delay: Duration::ZERO,
            shutdown_timeout: Duration::from_secs(10),
            #[cfg(feature = "reverify")]
            verification: None,
        }
    }

    /// Asks Churnkey to verify the manifest once the server listens, if it has changed.
    #[cfg(feature = "reverify")]
    #[must_use]
    pub fn verification(mut self, verification: crate::reverify::Verification) -> Self {
        self.verification = Some(verification);
        self
    }

    /// The address to listen on; port 0 takes a free one.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Takes the token from a [file](IntegrationToken::from_file), now and again on each SIGHUP. A file that has become unreadable or wrong changes nothing and is logged as
    /// an error: the tokens read last stay.
    ///
    /// # Errors
    ///
    /// The file cannot be read, or does not have what it must. The message says which.
    pub fn token_file(mut self, path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        self.provider
            .token_handle()
            .replace(IntegrationToken::from_file(&path)?);
        self.token_file = Some(path);
        Ok(self)
    }

    /// What `/readyz` asks: whether the database answers, for one. `Err` is a 503, and its cause is logged.
    ///
    /// It is asked at most once a second, however many ask the server, and has four seconds to answer.
    ///
    /// ```no_run
    /// # use churnkey_runtime as churnkey;
    /// # async fn ping<T>(_: &T) -> std::io::Result<()> { Ok(()) }
    /// # async fn example<T: churnkey::Integration + Send + Sync>(server: churnkey::Server<T>) -> churnkey::Result<()> {
    /// server.ready(|billing| async move { Ok(ping(&billing).await?) }).run().await
    /// # }
    /// ```
    #[must_use]
    pub fn ready<F>(mut self, ask: impl Fn(Arc<T>) -> F + Send + Sync + 'static) -> Self
    where
        T: Send + Sync,
        F: Future<Output = Result<()>> + Send + 'static,
    {
        let context = Arc::clone(&self.provider.context);
        self.ready = Some(Arc::new(move || Box::pin(ask(Arc::clone(&context)))));
        self
    }

    /// How long a request's head may take to arrive, and a connection that has not had the token may be idle; 10 seconds by default.
    #[must_use]
    pub fn header_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.header = timeout;
        self
    }

    /// How long a connection may be idle between requests; 75 seconds by default.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.idle = timeout;
        self
    }

    /// How long a peer may take to read an answer that it does not read at once; 30 seconds by default.
    #[must_use]
    pub fn write_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.write = timeout;
        self
    }

    /// The most connections at once; 512 by default, at least 1. A process may have 1024 files open by default (`ulimit -n`), and needs some of them for the database.
    #[must_use]
    pub fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// The most bytes that a request's head may have, half of them for its first line; 16 KiB by default, and between 1 and 256 KiB.
    #[must_use]
    pub fn max_head_bytes(mut self, bytes: usize) -> Self {
        let head_bytes = bytes.clamp(1024, 256 * 1024);
        self.limits = HeadLimits {
            head_bytes,
            request_line_bytes: head_bytes / 2,
        };
        self
    }

    /// How long the server goes on taking connections once the process is told to end, while `/readyz` says 503 already; not at all by default.
    ///
    /// Where a load balancer goes on sending requests until it has noticed, as Kubernetes does, give it the time to: a few seconds more than it takes between two of its
    /// questions. Told to end a second time, the server waits no longer.
    #[must_use]
    pub fn shutdown_delay(mut self, delay: Duration) -> Self {
        self.shutdown_delay = delay;
        self
    }

    /// How long callers are waited for once the server takes no more connections; 10 seconds by default. Actions that were accepted are waited for however long they take.
    #[must_use]
    pub fn shutdown_timeout(mut self, timeout: Duration) -> Self {
        self.shutdown_timeout = timeout;
        self
    }

    /// Serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// The address cannot be bound.
    pub async fn run(self) -> Result<()> {
        let listener = TcpListener::bind(self.address).await.map_err(|cause| {
            refusal(format!(
                "cannot listen on {}: set CHURNKEY_ADDR to another address",
                self.address
            ))
            .with_cause(cause)
        })?;
        self.run_on(listener).await
    }

    /// Serves on a listener of your own until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// The listener has no address.
    pub async fn run_on(self, listener: TcpListener) -> Result<()> {
        let (mut terminate, mut hangup) = (Signal::terminate(), Signal::hangup());
        let manifest = T::MANIFEST.to_json();
        announce(&format!(
            "{} listens on http://{}/churnkey",
            T::NAME,
            listener.local_addr()?
        ));
        announce(&format!(
            "{} supports {}",
            T::NAME,
            String::from_utf8_lossy(&manifest)
        ));
        if !tracing::dispatcher::has_been_set() {
            announce(
                "requests are logged through `tracing`: install a subscriber, such as tracing_subscriber::fmt::init(), to see them",
            );
        }
        #[cfg(feature = "reverify")]
        let _verifying = self.verification.map(|verification| {
            let verifying = tokio::spawn(async move { verification.keep(&manifest).await });
            tokio_util::task::AbortOnDropHandle::new(verifying)
        });
        let (draining, ending) = (CancellationToken::new(), CancellationToken::new());
        let in_flight = self.provider.in_flight.clone();
        let token = self.provider.token_handle();
        let connections = Connections {
            router: health::router(self.ready, draining.clone())
                .merge(self.provider.router())
                .fallback(outside),
            limits: self.limits,
            timeouts: self.timeouts,
            ending: ending.clone(),
        };
        let gate = Gate::new(connections, self.max_connections);
        let mut told_to_end = async || {
            tokio::select! {
                () = signals::interrupt() => {}
                () = terminate.next() => {}
            }
        };
        let reloading = async {
            loop {
                hangup.next().await;
                reload(&token, self.token_file.clone()).await;
            }
        };
        {
            let mut serving = pin!(async { tokio::join!(gate.accept(&listener), reloading) });
            tokio::select! {
                _ = &mut serving => {}
                () = told_to_end() => {}
            }
            draining.cancel();
            if !self.shutdown_delay.is_zero() {
                announce("told to end: requests are still taken for a while");
                // Whoever says it twice means at once.
                tokio::select! {
                    _ = timeout(self.shutdown_delay, &mut serving) => {}
                    () = told_to_end() => {}
                }
            }
        }
        drop(listener);
        ending.cancel();
        gate.end(self.shutdown_timeout, &in_flight).await;
        announce(&format!("{} has stopped", T::NAME));
        Ok(())
    }
}

impl<T> fmt::Debug for Server<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("provider", &self.provider)
            .field("address", &self.address)
            .finish_non_exhaustive()
    }
}

/// Reads the token again. What cannot be read changes nothing: the wrong file must not lock Churnkey out.
async fn reload(token: &TokenHandle, file: Option<PathBuf>) {
    let Some(file) = file else {
        announce("SIGHUP: there is nothing to read again, as the token did not come from a file");
        return;
    };
    let read = tokio::task::spawn_blocking(move || IntegrationToken::from_file(file));
    match read.await {
        Ok(Ok(new)) => {
            token.replace(new);
            announce("SIGHUP: the token file has been read again");
        }
        Ok(Err(error)) => announce_error(&format!("SIGHUP: {error}; the tokens stay as they were")),
        Err(_) => {
            announce_error("SIGHUP: reading the token file failed; the tokens stay as they were")
        }
    }
}

/// What is not under `/churnkey` says nothing about the provider and needs no token.
async fn outside() -> Error {
    Error::not_found("Not Found")
}

/// To the log; to standard error where there is no log yet, so that a first run is not silent.
fn announce(message: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::info!("{message}");
    } else {
        eprintln!("{message}");
    }
}

fn announce_error(message: &str) {
    if tracing::dispatcher::has_been_set() {
        tracing::error!("{message}");
    } else {
        eprintln!("{message}");
    }
}

fn refusal(message: impl Into<Cow<'static, str>>) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}
