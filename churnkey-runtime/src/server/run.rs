//! The run of a server, from the socket to the end of the shutdown.

use std::path::PathBuf;
use std::pin::pin;

use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::announce::{announce, announce_error, startup_error};
use super::connection::Connections;
use super::listener::Listener;
use super::notify::notify;
use super::signals::Signal;
use super::socket::ListenSocket;
use super::{Server, Source, health};
use crate::error::{Result, ResultExt as _};
use crate::http::token::{IntegrationToken, TokenHandle};
use crate::integration::integration::Integration;

impl<T: Integration> Server<T> {
    /// Serves until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// The address cannot be bound.
    pub async fn run(mut self) -> Result<()> {
        let socket = self.source.take().unwrap_or_default().listen().await?;
        self.run_on(socket).await
    }

    /// Serves on a socket of your own until SIGTERM or Ctrl-C.
    ///
    /// # Errors
    ///
    /// The socket has no address.
    pub async fn run_on(self, socket: impl Into<ListenSocket>) -> Result<()> {
        let socket = socket.into();
        let (mut interrupt, mut terminate) = (Signal::interrupt(), Signal::terminate());
        let mut hangup = Signal::hangup();
        let manifest = T::MANIFEST.to_json(self.provider.spelling);
        announce(&format!(
            "{} listens on {}",
            T::NAME,
            socket.place().or_internal()?
        ));
        announce(&format!(
            "{} supports {}",
            T::NAME,
            String::from_utf8_lossy(&manifest)
        ));
        if !tracing::dispatcher::has_been_set() {
            announce(
                "requests are logged through `tracing`: install a subscriber, such as \
                 tracing_subscriber::fmt::init(), to see them",
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
        let health = health::router(self.ready, draining.clone());
        let routes = self.provider.router().merge(health).merge(self.routes);
        let routes = self
            .layers
            .into_iter()
            .fold(routes, |routes, add| add(routes));
        let connections = Connections::new(
            // `with_state` completes the routes, which axum would otherwise do for each request.
            routes.with_state(()),
            self.max_head_bytes,
            self.timeouts,
            draining.clone(),
            ending.clone(),
        );
        let connections = Listener::new(connections, self.max_connections);
        let mut shutdown_signal = async || {
            tokio::select! {
                () = interrupt.next() => {}
                () = terminate.next() => {}
            }
        };
        let reloading = async {
            loop {
                hangup.next().await;
                reload(&token, self.token_file.clone()).await;
            }
        };
        notify("READY=1");
        {
            let mut serving = pin!(async { tokio::join!(connections.accept(&socket), reloading) });
            tokio::select! {
                _ = &mut serving => {}
                () = shutdown_signal() => {}
            }
            notify("STOPPING=1");
            draining.cancel();
            if !self.shutdown_delay.is_zero() {
                announce(&format!(
                    "shutting down: accepting requests for another {:?}",
                    self.shutdown_delay
                ));
                tokio::select! {
                    _ = timeout(self.shutdown_delay, &mut serving) => {}
                    () = shutdown_signal() => {}
                }
            }
        }
        drop(socket);
        ending.cancel();
        connections.drain(self.shutdown_timeout, &in_flight).await;
        announce(&format!("{} has stopped", T::NAME));
        Ok(())
    }
}

impl Source {
    async fn listen(self) -> Result<ListenSocket> {
        match self {
            Self::Address(address) => address.bind().await.map_err(|cause| {
                startup_error(format!(
                    "cannot listen on {address}: set CHURNKEY_ADDR to another address"
                ))
                .with_cause(cause)
            }),
            #[cfg(all(unix, feature = "systemd"))]
            Self::Passed(socket) => Ok(socket.listen().or_internal()?),
        }
    }
}

/// Reads the token file again. On an error the tokens stay, because an invalid file must not lock
/// Churnkey out.
async fn reload(token: &TokenHandle, file: Option<PathBuf>) {
    let Some(file) = file else {
        announce("SIGHUP: nothing to read again, because the token is not from a file");
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
