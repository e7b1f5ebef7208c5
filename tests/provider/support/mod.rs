//! Shared by the tests: a provider with every module, a server on a free port, a client that sends
//! any bytes, and the log.

mod billing;
mod call;

use std::net::SocketAddr;
use std::sync::{Arc, LazyLock};

use churnkey::axum::{self, Router};
use churnkey::{Integration, Provider};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;

pub(crate) use billing::{Billing, Write, at};
pub(crate) use call::Call;
pub(crate) use test_support::{Peer, Reply, log_of};

/// The integration token of every test.
pub(crate) const TOKEN: &str = "tok_9fQ2-secret";

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().unwrap());

/// A server on a free port of the loopback interface. It runs until the test process ends.
#[derive(Clone, Copy)]
pub(crate) struct Host {
    address: SocketAddr,
}

impl Host {
    pub(crate) fn of(router: Router) -> Self {
        test_support::log::install();
        let listener = RUNTIME
            .block_on(TcpListener::bind(("127.0.0.1", 0)))
            .unwrap();
        let address = listener.local_addr().unwrap();
        RUNTIME.spawn(async move { axum::serve(listener, router).await });
        Self { address }
    }

    pub(crate) fn serving<T: Integration>(context: impl Into<Arc<T>>) -> Self {
        Self::of(T::router(context, TOKEN))
    }

    pub(crate) fn address(self) -> SocketAddr {
        self.address
    }

    /// Builds a request with the token and no other headers.
    pub(crate) fn call(self, method: &str, path: impl AsRef<[u8]>) -> Call {
        Call::new(self.address, method, path.as_ref()).header("Authorization", bearer())
    }

    /// Sends a GET of a path under `/churnkey`.
    pub(crate) fn get(self, path: &str) -> Reply {
        self.call("GET", format!("/churnkey{path}")).send()
    }

    /// Sends a POST of JSON to an action.
    pub(crate) fn act(self, action: &str, body: impl ToString) -> Reply {
        self.call("POST", format!("/churnkey/actions{action}"))
            .json(body)
            .send()
    }
}

pub(crate) fn bearer() -> String {
    format!("Bearer {TOKEN}")
}

/// Starts a server for the provider with every module.
pub(crate) fn billing() -> (Arc<Billing>, Host) {
    let billing = Arc::new(Billing::new());
    let host = Host::serving::<Billing>(Arc::clone(&billing));
    (billing, host)
}

/// Does the same with these limits.
pub(crate) fn billing_with(limits: impl FnOnce(Provider<Billing>) -> Provider<Billing>) -> Host {
    Host::of(limits(Provider::new(Billing::new(), TOKEN)).router())
}
