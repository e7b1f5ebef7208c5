//! Server setup of the native peers.

use std::future::Future;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;

/// Runs a peer on one worker thread, because it is pinned to one core.
pub fn on_one_worker<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    runtime.expect("a runtime").block_on(work)
}

/// Reads the address of a peer from the environment.
pub fn address() -> SocketAddr {
    let port = std::env::var("PORT")
        .ok()
        .and_then(|port| port.parse().ok());
    SocketAddr::from(([127, 0, 0, 1], port.expect("PORT is the port to listen on")))
}

/// Serves a router with axum's own server.
pub async fn router(router: Router) -> std::io::Result<()> {
    let listener = TcpListener::bind(address()).await?.tap_io(|stream| {
        let _unset = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await
}
