//! Where connections come in, and how they are seen off.

use std::io::{Error, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::announce;
use super::connection::{self, Connections};
use super::refusal::Refusal;
use crate::actions_in_flight::InFlight;
use crate::telemetry::{self, OpenConnection};

/// The connections of a server.
pub(super) struct Gate {
    connections: Connections,
    places: Arc<Semaphore>,
    farewells: Arc<Semaphore>,
    open: TaskTracker,
    /// Cancelled when connections are waited for no longer.
    left_behind: CancellationToken,
}

/// How many that find no place are told so at once. The rest of a flood is closed without a word.
const MAX_FAREWELLS: usize = 64;

impl Gate {
    pub(super) fn new(connections: Connections, max_connections: usize) -> Self {
        Self {
            connections,
            places: Arc::new(Semaphore::new(max_connections)),
            farewells: Arc::new(Semaphore::new(MAX_FAREWELLS)),
            open: TaskTracker::new(),
            left_behind: CancellationToken::new(),
        }
    }

    /// Takes connections for ever.
    pub(super) async fn accept(&self, listener: &TcpListener) {
        loop {
            match listener.accept().await {
                Ok((stream, peer)) => self.admit(stream, peer),
                Err(error) if is_of_one_connection(&error) => {}
                Err(error) => {
                    // Out of files or memory: whoever has some gives it back sooner or later.
                    tracing::error!(%error, "cannot accept connections");
                    telemetry::refused("accept");
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
    }

    fn admit(&self, stream: TcpStream, peer: SocketAddr) {
        // Answers are written whole: waiting to fill a packet only delays them. A socket that has gone is found out by reading it.
        let _unset = stream.set_nodelay(true);
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else {
            telemetry::refused("connections");
            if let Ok(farewell) = Arc::clone(&self.farewells).try_acquire_owned() {
                let patience = self.connections.timeouts.write;
                self.spawn(async move {
                    let full = Refusal::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
                    connection::refuse(stream, &full, patience).await;
                    drop(farewell);
                });
            }
            return;
        };
        let connections = self.connections.clone();
        self.spawn(async move {
            let _counted = OpenConnection::count();
            connections.serve(stream, peer).await;
            drop(place);
        });
    }

    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let left_behind = self.left_behind.clone();
        self.open.spawn(async move {
            let _ended = left_behind.run_until_cancelled(work).await;
        });
    }

    /// Waits for the connections to end, which have been told to, and for the actions. Whoever still waits for an action then is given its outcome.
    pub(super) async fn end(&self, patience: Duration, in_flight: &InFlight) {
        const TO_ANSWER: Duration = Duration::from_secs(1);
        self.open.close();
        if timeout(patience, self.open.wait()).await.is_err() {
            see_off(in_flight).await;
            if timeout(TO_ANSWER, self.open.wait()).await.is_err() {
                announce(
                    "a caller has still not sent its request or read its answer, and is left behind",
                );
            }
        }
        self.left_behind.cancel();
        self.open.wait().await;
        // Those that were accepted meanwhile.
        see_off(in_flight).await;
    }
}

/// Whether accepting failed for the one connection that was to be accepted, which has gone.
fn is_of_one_connection(error: &Error) -> bool {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

/// Waits for the actions that were accepted, and says so while it does.
async fn see_off(in_flight: &InFlight) {
    const EVERY: Duration = Duration::from_secs(10);
    while in_flight.len() > 0 {
        announce(&format!(
            "waiting for the actions under way ({})",
            in_flight.len()
        ));
        if timeout(EVERY, in_flight.end()).await.is_ok() {
            return;
        }
    }
}
