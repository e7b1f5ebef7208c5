//! The run of a server, from the socket to the end of the shutdown.

use std::convert::Infallible;
use std::future::pending;
use std::path::PathBuf;
use std::pin::pin;
use std::thread;
use std::time::Duration;

use tokio::sync::{oneshot, watch};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

use super::announce::{announce, announce_error, startup_error};
use super::connection::Connections;
use super::listener::Listener;
use super::notify::notify;
use super::signals::Signals;
use super::socket::ListenSocket;
use super::{Server, Source, files, health};
use crate::error::{Result, ResultExt as _};
use crate::http::token::{IntegrationToken, TokenHandle};
use crate::integration::integration::Integration;
use crate::log_queue;

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
        let result = self.serve_on(socket.into()).await;
        log_queue::flush();
        result
    }

    async fn serve_on(mut self, socket: ListenSocket) -> Result<()> {
        let (draining, ending) = (CancellationToken::new(), CancellationToken::new());
        let in_flight = self.provider.in_flight.clone();
        let token = self.provider.token_handle();
        let manifest = T::MANIFEST.to_json(self.provider.spelling);
        self.provider.budgets.fit(self.max_connections);
        let load = health::Load {
            budgets: self.provider.budgets.clone(),
            in_flight: in_flight.clone(),
        };
        let health = health::router(self.ready, load, draining.clone());
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
        let signals = Signals::catch({
            let (in_flight, connections) = (in_flight.clone(), connections.count());
            move || {
                let (actions, connections) = (in_flight.names(), connections());
                format!(
                    "{} actions ({}) and {connections} connections",
                    actions.len(),
                    actions.join(", ")
                )
            }
        });
        files::check_limit(self.max_connections);
        announce_start::<T>(&socket, &manifest)?;
        #[cfg(feature = "reverify")]
        let _verifying = self.verification.map(|verification| {
            let verifying = tokio::spawn(async move { verification.keep(&manifest).await });
            tokio_util::task::AbortOnDropHandle::new(verifying)
        });
        notify("READY=1");
        {
            let reloading = reload_at(signals.hangups(), token, self.token_file);
            let mut serving = pin!(async { tokio::join!(connections.accept(&socket), reloading) });
            tokio::select! {
                _ = &mut serving => {}
                () = signals.shutdown() => {}
            }
            notify("STOPPING=1");
            draining.cancel();
            if !self.shutdown_delay.is_zero() {
                announce(&format!(
                    "shutting down: accepting requests for another {:?}",
                    self.shutdown_delay
                ));
                // The delay is over, or the impossible end of `serving`.
                let _over = timeout(self.shutdown_delay, &mut serving).await;
            }
        }
        connections.accept_queued(socket);
        ending.cancel();
        connections.drain(self.shutdown_timeout, &in_flight).await;
        announce(&format!("{} has stopped", T::NAME));
        Ok(())
    }
}

fn announce_start<T: Integration>(socket: &ListenSocket, manifest: &[u8]) -> Result<()> {
    let place = socket.place().or_internal()?;
    announce(&format!("{} listens on {place}", T::NAME));
    let manifest = String::from_utf8_lossy(manifest);
    announce(&format!("{} supports {manifest}", T::NAME));
    if !tracing::dispatcher::has_been_set() {
        announce(
            "requests are logged through `tracing`: install a subscriber to see them, such as \
             tracing_subscriber::fmt() with the writer of a churnkey::LogQueue",
        );
    }
    Ok(())
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

/// Reads the token file again at each SIGHUP. On an error the tokens stay, because an invalid file
/// must not lock Churnkey out.
async fn reload_at(
    mut hangups: watch::Receiver<u64>,
    token: TokenHandle,
    file: Option<PathBuf>,
) -> Infallible {
    loop {
        if hangups.changed().await.is_err() {
            // The sender is static.
            pending().await
        }
        match &file {
            None => announce("SIGHUP: nothing to read again, because the token is not from a file"),
            Some(file) => match read_token(file.clone()).await {
                Ok(new) => {
                    token.replace(new);
                    announce("SIGHUP: the token file has been read again");
                }
                Err(error) => {
                    announce_error(&format!("SIGHUP: {error}; the tokens stay as they were"));
                }
            },
        }
    }
}

/// Reads the token file on a thread of its own, because the file system may not answer, and the end
/// of the runtime would wait for a thread of its own.
async fn read_token(file: PathBuf) -> Result<IntegrationToken> {
    const TO_READ: Duration = Duration::from_secs(5);
    let (read, result) = oneshot::channel();
    let thread = thread::Builder::new().name("token".to_owned());
    let started = thread.spawn(move || {
        let _late = read.send(IntegrationToken::from_file(file));
    });
    started.or_internal()?;
    match timeout(TO_READ, result).await {
        Ok(Ok(token)) => token,
        Ok(Err(_)) => Err(startup_error("reading the token file failed")),
        Err(_) => Err(startup_error(
            "the token file cannot be read: no answer from its disk",
        )),
    }
}
