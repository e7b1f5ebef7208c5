//! A reverse proxy that records the calls to a provider in any language.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use churnkey_runtime::Error;
use churnkey_runtime::record::Recorder;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;

/// Time for the head of a request.
const HEAD_TIMEOUT: Duration = Duration::from_secs(30);
/// Connections at once; further ones wait.
const MAX_CONNECTIONS: usize = 512;
/// Headers that belong to one connection (RFC 9110, section 7.6.1). Lengths stay, so that a body
/// has the same framing on both sides.
const OF_CONNECTION: [&str; 8] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "proxy-authorization",
];

/// A proxy that listens.
pub(crate) struct Proxy {
    listener: TcpListener,
    router: Router,
}

#[derive(Clone)]
struct Upstream {
    root: String,
    client: reqwest::Client,
}

impl Proxy {
    /// Listens, and forwards to the provider at an API root URL.
    pub(crate) async fn bind(
        listen: SocketAddr,
        (root, client): (String, reqwest::Client),
        recorder: &Recorder,
    ) -> io::Result<Self> {
        let upstream = Upstream { root, client };
        let router = Router::new()
            .fallback(forward)
            .with_state(upstream)
            .layer(recorder.layer());
        Ok(Self {
            listener: TcpListener::bind(listen).await?,
            router,
        })
    }

    pub(crate) fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until it is dropped.
    pub(crate) async fn serve(self) {
        let connections = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        loop {
            let Ok(permit) = Arc::clone(&connections).acquire_owned().await else {
                return;
            };
            let Ok((stream, _)) = self.listener.accept().await else {
                // Usually there are no free file descriptors, which is temporary.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let service = TowerToHyperService::new(self.router.clone());
            tokio::spawn(async move {
                let connection = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEAD_TIMEOUT)
                    .serve_connection(TokioIo::new(stream), service);
                // A caller may close the connection at any time, so errors are ignored.
                let _ = connection.await;
                drop(permit);
            });
        }
    }
}

async fn forward(State(upstream): State<Upstream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let target = parts
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    let mut headers = parts.headers;
    remove_of_connection(&mut headers);
    headers.remove(header::HOST);
    let mut request = upstream
        .client
        .request(parts.method, format!("{}{target}", upstream.root))
        .headers(headers);
    if !body.is_end_stream() {
        request = request.body(reqwest::Body::wrap_stream(body.into_data_stream()));
    }
    match request.send().await {
        Ok(response) => {
            let status = response.status();
            let mut headers = response.headers().clone();
            remove_of_connection(&mut headers);
            (status, headers, Body::from_stream(response.bytes_stream())).into_response()
        }
        Err(_) => {
            Error::new(StatusCode::BAD_GATEWAY, "the provider cannot be reached").into_response()
        }
    }
}

fn remove_of_connection(headers: &mut HeaderMap) {
    for name in OF_CONNECTION {
        headers.remove(name);
    }
}
