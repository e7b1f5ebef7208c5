//! The accept loop: connection limit and graceful shutdown.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::announce::announce;
use super::connection::Connections;
use super::notify::notify;
use super::reject::reject;
use super::socket::{Connected, ListenSocket, is_connection_error};
use crate::actions_in_flight::InFlight;
use crate::events::emit;
use crate::telemetry::{self, OpenConnection};

/// The connections of a server.
pub(super) struct Listener {
    connections: Connections,
    permits: Arc<Semaphore>,
    reject_permits: Arc<Semaphore>,
    open: TaskTracker,
    /// Cancelled when shutdown no longer waits for connections.
    abort: CancellationToken,
}

/// The number of rejected connections that are sent a 503 concurrently. Further ones are closed
/// without a response.
pub(super) const MAX_REJECTING: usize = 64;

impl Listener {
    pub(super) fn new(connections: Connections, max_connections: usize) -> Self {
        Self {
            connections,
            permits: Arc::new(Semaphore::new(max_connections)),
            reject_permits: Arc::new(Semaphore::new(MAX_REJECTING)),
            open: TaskTracker::new(),
            abort: CancellationToken::new(),
        }
    }

    /// Accepts connections forever.
    pub(super) async fn accept(&self, socket: &ListenSocket) {
        loop {
            match socket.accept().await {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(error) if is_connection_error(&error) => {}
                Err(error) => {
                    // Out of files or memory. Accepting at once would fail again.
                    emit(|| tracing::error!(%error, "cannot accept connections"));
                    telemetry::refused("accept");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    /// Closes the socket, and accepts the connections that wait in its queue: the kernel has
    /// accepted them, so their callers do not try another server.
    pub(super) fn accept_queued(&self, socket: ListenSocket) {
        for (stream, peer) in socket.close() {
            self.admit(stream, peer);
        }
    }

    /// A function that returns the number of open connections.
    pub(super) fn count(&self) -> impl Fn() -> usize + Send + Sync + use<> {
        let open = self.open.clone();
        move || open.len()
    }

    fn admit(&self, stream: Connected, peer: Option<SocketAddr>) {
        let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else {
            telemetry::refused("connections");
            if let Ok(permit) = Arc::clone(&self.reject_permits).try_acquire_owned() {
                let write_timeout = self.connections.timeouts.write;
                self.spawn(async move {
                    let status = StatusCode::SERVICE_UNAVAILABLE;
                    reject(stream, status, "Service Unavailable", write_timeout).await;
                    drop(permit);
                });
            }
            return;
        };
        let connections = self.connections.clone();
        self.spawn(async move {
            let _counted = OpenConnection::count();
            connections.serve(stream, peer).await;
            drop(permit);
        });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let abort = self.abort.clone();
        self.open.spawn(async move {
            let _ended = abort.run_until_cancelled(work).await;
        });
    }

    /// Waits for the open connections, up to `shutdown_timeout`, and for all actions. Callers that
    /// still wait for an action are sent its outcome.
    pub(super) async fn drain(&self, shutdown_timeout: Duration, in_flight: &InFlight) {
        const TO_ANSWER: Duration = Duration::from_secs(1);
        self.open.close();
        if timeout(shutdown_timeout, self.open.wait()).await.is_err() {
            drain_actions(in_flight).await;
            if timeout(TO_ANSWER, self.open.wait()).await.is_err() {
                announce("closing connections that are still sending or reading");
            }
        }
        self.abort.cancel();
        self.open.wait().await;
        // Actions that were accepted in the meantime.
        drain_actions(in_flight).await;
    }
}

/// Waits for the accepted actions, and logs their number while it does. A service manager gets more
/// time, because it would otherwise kill the process.
async fn drain_actions(in_flight: &InFlight) {
    const EVERY: Duration = Duration::from_secs(10);
    while in_flight.len() > 0 {
        notify("EXTEND_TIMEOUT_USEC=30000000");
        announce(&format!(
            "waiting for the actions under way ({})",
            in_flight.len()
        ));
        if timeout(EVERY, in_flight.end()).await.is_ok() {
            return;
        }
    }
}
