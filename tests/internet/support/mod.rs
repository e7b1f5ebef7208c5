//! Shared by the tests: a provider that is slow, faulty or large on request, servers for it, and
//! peers.

mod billing;
mod process;
mod sockets;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use churnkey::{Provider, Server};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) use billing::{Billing, LARGE};
pub(crate) use process::{server_of_environment, serving, start_child};
pub(crate) use sockets::{peer_from, peer_with_small_window};
pub(crate) use test_support::{Ended, Peer, Process, Reply, eventually, log_of};

/// The integration token of every test.
pub(crate) const TOKEN: &str = "tok_5Zx1-secret";

/// Longer than any step of a test takes on a working machine.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// A timeout that a test waits for.
pub(crate) const SHORT: Duration = Duration::from_millis(300);

pub(crate) static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A server on a free port of the loopback interface. It runs until the test process ends.
pub(crate) struct Host {
    pub(crate) address: SocketAddr,
    pub(crate) billing: Arc<Billing>,
}

impl Host {
    pub(crate) fn new() -> Self {
        Self::with(|provider| provider, |server| server)
    }

    /// Starts a server with these limits.
    pub(crate) fn with(
        provider: impl FnOnce(Provider<Billing>) -> Provider<Billing>,
        server: impl FnOnce(Server<Billing>) -> Server<Billing>,
    ) -> Self {
        test_support::log::install();
        let billing = Arc::new(Billing::default());
        let unlimited =
            Provider::new(Arc::clone(&billing), TOKEN).max_failures_per_minute(u32::MAX);
        let server = server(Server::new(provider(unlimited)));
        let listener = RUNTIME
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .unwrap();
        let address = listener.local_addr().unwrap();
        RUNTIME.spawn(server.run_on(listener));
        Self { address, billing }
    }

    pub(crate) fn with_server(server: impl FnOnce(Server<Billing>) -> Server<Billing>) -> Self {
        Self::with(|provider| provider, server)
    }

    pub(crate) fn with_provider(
        provider: impl FnOnce(Provider<Billing>) -> Provider<Billing>,
    ) -> Self {
        Self::with(provider, |server| server)
    }

    pub(crate) fn peer(&self) -> Peer {
        Peer::open(self.address)
    }

    /// Sends one request on a new connection and returns the reply.
    pub(crate) fn ask(&self, request: impl AsRef<[u8]>) -> Reply {
        self.peer().ask(request)
    }

    /// Asserts that a valid request with the token is served.
    #[track_caller]
    pub(crate) fn still_serves(&self) {
        assert_eq!(self.ask(get("/customers/c")).document()["id"], "c");
    }
}

/// Returns a GET of a path under `/churnkey`, with the token.
pub(crate) fn get(path: &str) -> String {
    format!("GET /churnkey{path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n\r\n")
}

/// Returns the document of a cancellation.
pub(crate) fn cancellation(subscription: &str) -> String {
    format!(r#"{{"customerId":"c","subscriptionId":"{subscription}","scheduledAt":"immediate"}}"#)
}

/// Returns the head of a cancellation, with the token and further lines, each with its CRLF.
pub(crate) fn cancel_head(lines: &str) -> String {
    format!(
        "POST /churnkey/actions/subscription/cancel HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {TOKEN}\r\n{lines}\r\n"
    )
}

/// Returns a whole cancellation.
pub(crate) fn cancel(subscription: &str) -> String {
    let body = cancellation(subscription);
    cancel_head(&format!("Content-Length: {}\r\n", body.len())) + &body
}
