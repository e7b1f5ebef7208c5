//! The server for those who have none.

use std::env;
use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::provider::{Integration, Provider, manifest_json};

use crate::{Error, IntegrationToken, Result};

/// Serves an integration until the process is told to end.
///
/// Reads the environment:
///
/// | variable | meaning |
/// | --- | --- |
/// | `CK_INTEGRATION_TOKEN` | the token that Churnkey sends; required |
/// | `CHURNKEY_ADDR` | the address to listen on; `127.0.0.1:8080` if absent |
/// | `CK_API_KEY` | Churnkey's API key; if present, a changed manifest is verified anew (feature `verify`) |
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
#[derive(Debug)]
pub struct Server<T> {
    provider: Provider<T>,
    address: SocketAddr,
    #[cfg(feature = "verify")]
    verification: Option<crate::Verification>,
}

impl<T: Integration> Server<T> {
    /// A server on `127.0.0.1:8080`.
    pub fn new(provider: Provider<T>) -> Self {
        Self {
            provider,
            address: SocketAddr::from(([127, 0, 0, 1], 8080)),
            #[cfg(feature = "verify")]
            verification: None,
        }
    }

    /// A server as the environment describes it: see [`serve`].
    ///
    /// # Errors
    ///
    /// A variable is missing or makes no sense. The message says what to do.
    pub fn from_env(context: impl Into<Arc<T>>) -> Result<Self> {
        let token = IntegrationToken::new(variable("CK_INTEGRATION_TOKEN")?.unwrap_or_default());
        if token.is_empty() {
            return Err(refusal(
                "CK_INTEGRATION_TOKEN is missing or empty. Take the integration token from the settings of your custom provider in \
                 Churnkey's dashboard and put it into the environment; to try things out on your own machine any text will do:\n\n    \
                 CK_INTEGRATION_TOKEN=local-token cargo run",
            ));
        }
        let mut server = Self::new(Provider::new(context, token));
        if let Some(address) = variable("CHURNKEY_ADDR")? {
            server.address = address.trim().parse().map_err(|_| {
                refusal("CHURNKEY_ADDR must be an IP address and a port, such as 127.0.0.1:8080 or [::]:8080")
            })?;
        }
        server.verify_from_env()
    }

    #[cfg(feature = "verify")]
    fn verify_from_env(self) -> Result<Self> {
        let Some(api_key) = variable("CK_API_KEY")?.filter(|key| !key.trim().is_empty()) else {
            return Ok(self);
        };
        let mut verification = crate::Verification::new(api_key)?;
        if let Some(url) = variable("CHURNKEY_API_URL")? {
            verification = verification.base_url(url)?;
        }
        if let Some(file) = env::var_os("CHURNKEY_VERIFIED_FILE") {
            verification = verification.remember_in(file);
        }
        Ok(self.verification(verification))
    }

    #[cfg(not(feature = "verify"))]
    fn verify_from_env(self) -> Result<Self> {
        if env::var_os("CK_API_KEY").is_some() {
            announce("CK_API_KEY has no effect: the feature `verify` of churnkey is off");
        }
        Ok(self)
    }

    /// Asks Churnkey to verify the manifest once the server listens, if it has changed.
    #[cfg(feature = "verify")]
    #[must_use]
    pub fn verification(mut self, verification: crate::Verification) -> Self {
        self.verification = Some(verification);
        self
    }

    /// The address to listen on; port 0 takes a free one.
    #[must_use]
    pub fn address(mut self, address: SocketAddr) -> Self {
        self.address = address;
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
            .because(cause)
        })?;
        self.run_on(listener).await
    }

    /// Serves on a listener of your own until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// The listener has no address.
    pub async fn run_on(self, listener: TcpListener) -> Result<()> {
        let manifest = manifest_json::<T>();
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
        #[cfg(feature = "verify")]
        let verifying = self
            .verification
            .map(|verification| tokio::spawn(async move { verification.keep(&manifest).await }));
        let actions = self.provider.in_flight.clone();
        let router = self.provider.router().fallback(outside);
        let ending = CancellationToken::new();
        let serving = axum::serve(listener, router).with_graceful_shutdown({
            let ending = ending.clone();
            async move {
                told_to_end().await;
                ending.cancel();
            }
        });
        let patience = async {
            ending.cancelled().await;
            tokio::time::sleep(PATIENCE).await;
        };
        tokio::select! {
            served = serving.into_future() => served?,
            () = patience => announce("a caller has still not sent its request or read its answer, and is left behind"),
        }
        #[cfg(feature = "verify")]
        if let Some(verifying) = verifying {
            verifying.abort();
        }
        if actions.len() > 0 {
            announce("waiting for the actions under way");
        }
        actions.end().await;
        announce(&format!("{} has stopped", T::NAME));
        Ok(())
    }
}

/// How long callers may keep the server from ending. An action that was accepted runs to its end, however long that takes.
const PATIENCE: Duration = Duration::from_secs(10);

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

async fn told_to_end() {
    let interrupt = async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending().await
        }
    };
    #[cfg(unix)]
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    #[cfg(not(unix))]
    let terminate = std::future::pending::<()>();
    tokio::select! {
        () = interrupt => {}
        () = terminate => {}
    }
}

fn variable(name: &str) -> Result<Option<String>> {
    match env::var(name) {
        Ok(value) => Ok(Some(value)),
        Err(env::VarError::NotPresent) => Ok(None),
        Err(env::VarError::NotUnicode(_)) => Err(refusal(format!("{name} must be UTF-8"))),
    }
}

fn refusal(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}
