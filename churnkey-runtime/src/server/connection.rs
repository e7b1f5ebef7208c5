//! One connection, from its first byte to its end.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::pin::pin;
use std::task::{Poll, ready};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, StatusCode, header};
use futures_util::future::BoxFuture;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::time::{Instant, sleep_until, timeout};
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use super::head::HeadLimits;
use super::refusal::Refusal;
use super::wire::{Late, Timeouts, Wire};
use crate::http::request_id::REQUEST_ID;
use crate::telemetry;

/// What all connections share.
#[derive(Clone)]
pub(super) struct Connections {
    /// The routes of the provider and of the server.
    pub(super) router: Router,
    pub(super) limits: HeadLimits,
    pub(super) timeouts: Timeouts,
    /// The server ends: no further request is taken.
    pub(super) ending: CancellationToken,
}

impl Connections {
    /// Serves a connection until it ends.
    pub(super) async fn serve<S>(&self, stream: S, peer: SocketAddr)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let wire = Wire::new(stream, self.limits);
        let late = self.drive(&wire, peer).await;
        let Some((stream, refusal, unread)) = wire.into_end() else {
            return;
        };
        let refusal = match late {
            Some(Late::Reader) => {
                telemetry::refused("slow_reader");
                return;
            }
            Some(Late::Head) => Some(Refusal::new(
                StatusCode::REQUEST_TIMEOUT,
                "the request's head took too long",
            )),
            Some(Late::Request) | None => refusal,
        };
        match refusal {
            Some(refusal) => {
                telemetry::refused("bad_request");
                tracing::debug!(%peer, status = refusal.status().as_u16(), "refused what is not a request");
                refuse(stream, &refusal, self.timeouts.write).await;
            }
            None if unread => part(stream).await,
            None => {}
        }
    }

    /// Lets hyper answer requests until the peer ends the connection, the server does, or patience does.
    async fn drive<S>(&self, wire: &Wire<S>, peer: SocketAddr) -> Option<Late>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let handler = Handler {
            router: self.router.clone(),
            wire: wire.clone(),
            peer,
        };
        let connection = http1::Builder::new()
            .header_read_timeout(None)
            .serve_connection(TokioIo::new(wire.clone()), handler);
        let mut connection = pin!(connection);
        let mut ending = pin!(self.ending.cancelled());
        let mut told = false;
        // Re-armed when it fires, and otherwise only if patience ends sooner than thought: deadlines move with every request.
        let mut alarm = pin!(sleep_until(Instant::now() + self.timeouts.header));
        poll_fn(|cx| {
            loop {
                // hyper's errors say that the peer has gone or has been refused, and both is known already.
                if connection.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(None);
                }
                if !told && (wire.is_refused() || ending.as_mut().poll(cx).is_ready()) {
                    told = true;
                    connection.as_mut().graceful_shutdown();
                    continue;
                }
                if told && wire.is_quiet() {
                    return Poll::Ready(None);
                }
                let Some((deadline, late)) = wire.deadline(&self.timeouts) else {
                    return Poll::Pending;
                };
                if deadline < alarm.deadline() {
                    alarm.as_mut().reset(deadline);
                }
                ready!(alarm.as_mut().poll(cx));
                if deadline <= Instant::now() {
                    return Poll::Ready(Some(late));
                }
                alarm.as_mut().reset(deadline);
            }
        })
        .await
    }
}

/// Says why, and closes.
pub(super) async fn refuse<S>(mut stream: S, refusal: &Refusal, patience: Duration)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let said = timeout(patience, stream.write_all(&refusal.to_bytes())).await;
    if matches!(said, Ok(Ok(()))) {
        part(stream).await;
    }
}

/// Closes so that the peer can still read what it was told: a socket that is closed with bytes unread resets the connection, and the answer may be lost with it.
async fn part<S>(mut stream: S)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    const LINGER: Duration = Duration::from_secs(1);
    const MOST: u64 = 256 * 1024;
    let goodbye = async {
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(MOST), &mut tokio::io::sink()).await
    };
    // Whether the peer listened is its own affair.
    let _ended = timeout(LINGER, goodbye).await;
}

/// Hands requests to the routes, and the progress of each to the wire.
struct Handler<S> {
    router: Router,
    wire: Wire<S>,
    peer: SocketAddr,
}

type Answer = Result<Response<Body>, Infallible>;

impl<S: Send + 'static> Service<Request<Incoming>> for Handler<S> {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<'static, Answer>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let last = self.wire.begin_answer();
        let wire = self.wire.clone();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        // So that no middleware prints the token when it prints the headers.
        if let header::Entry::Occupied(mut token) =
            request.headers_mut().entry(header::AUTHORIZATION)
        {
            token.iter_mut().for_each(|value| value.set_sensitive(true));
        }
        let answer = self.router.clone().call(request);
        Box::pin(async move {
            let Ok(response) = answer.await;
            finish(&wire, response, last)
        })
    }
}

/// Ends an answer, and tells the peer if it is the last of its connection.
fn finish<S>(wire: &Wire<S>, mut response: Response<Body>, last: bool) -> Answer {
    // Only those who have the token are told an id.
    let admitted = response.headers().contains_key(REQUEST_ID);
    let cut_off = wire.end_answer(admitted);
    let refused = matches!(
        response.status(),
        StatusCode::REQUEST_TIMEOUT | StatusCode::PAYLOAD_TOO_LARGE | StatusCode::TOO_MANY_REQUESTS
    );
    if last || cut_off || refused {
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(header::CONNECTION, close);
    }
    Ok(response)
}
