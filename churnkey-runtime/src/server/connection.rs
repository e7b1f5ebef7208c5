//! One connection: hyper, which parses HTTP, and the deadlines that hyper does not have.

use std::convert::Infallible;
use std::future::poll_fn;
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::pin::{Pin, pin};
use std::task::{Context, Poll, ready};

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use axum::response::IntoResponse as _;
use futures_util::FutureExt as _;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tower_service::Service as _;

use super::reject::{lingering_close, reject};
use super::stream::{Activity, Stream, Timeout, Timeouts};
use crate::error::Error;
use crate::events::emit;
use crate::telemetry;

/// State shared by all connections.
#[derive(Clone)]
pub(super) struct Connections {
    routes: Router,
    http: http1::Builder,
    pub(super) timeouts: Timeouts,
    /// Shutdown has begun: every answer is the last of its connection.
    draining: CancellationToken,
    /// Connections without a request are closed, new ones after a moment.
    ending: CancellationToken,
}

/// The end of a connection.
enum End {
    /// hyper is done: the peer closed, an answer was the last, or a request was invalid.
    Http(hyper::Result<()>),
    Timeout(Timeout),
}

impl Connections {
    pub(super) fn new(
        routes: Router,
        max_head_bytes: usize,
        timeouts: Timeouts,
        draining: CancellationToken,
        ending: CancellationToken,
    ) -> Self {
        let mut http = http1::Builder::new();
        // hyper's own header timeout also runs while a connection is idle, so it is not used.
        http.header_read_timeout(None)
            .max_header_size(max_head_bytes);
        Self {
            routes,
            http,
            timeouts,
            draining,
            ending,
        }
    }

    /// Serves a connection until it ends.
    pub(super) async fn serve<S>(&self, stream: S, peer: Option<SocketAddr>)
    where
        S: AsyncRead + AsyncWrite + Unpin,
    {
        let activity = Activity::new();
        let service = service_fn(|request| self.answer(request, peer, activity.clone()));
        let stream = TokioIo::new(Stream::new(stream, activity.clone()));
        let mut connection = self.http.serve_connection(stream, service);
        let end = self.drive(&mut connection, &activity).await;
        let stream = connection.into_parts().io.into_inner().into_inner();
        match end {
            End::Http(result) => {
                if let Err(error) = result
                    && error.is_parse()
                {
                    telemetry::refused("bad_request");
                    let peer = peer.map(tracing::field::display);
                    emit(|| tracing::debug!(peer, %error, "rejected an invalid request"));
                }
                lingering_close(stream).await;
            }
            End::Timeout(Timeout::Idle) => {}
            End::Timeout(Timeout::Reader) => telemetry::refused("slow_reader"),
            End::Timeout(Timeout::Head) => {
                telemetry::refused("bad_request");
                let peer = peer.map(tracing::field::display);
                emit(|| tracing::debug!(peer, "the request's head took too long"));
                let status = StatusCode::REQUEST_TIMEOUT;
                let message = "the request's head took too long";
                reject(stream, status, message, self.timeouts.write).await;
            }
        }
    }

    /// Drives hyper until the peer closes, the server shuts down, or a timeout expires.
    async fn drive<C>(&self, mut connection: C, activity: &Activity) -> End
    where
        C: Future<Output = hyper::Result<()>> + Unpin,
    {
        let mut ending = pin!(self.ending.cancelled());
        // Deadlines move with every request. The alarm is set again when it fires, and before only
        // if a deadline is earlier.
        let mut alarm = pin!(sleep_until(Instant::now() + self.timeouts.header));
        poll_fn(|cx| {
            // hyper first, so that a request that has arrived is answered.
            if let Poll::Ready(result) = Pin::new(&mut connection).poll(cx) {
                return Poll::Ready(End::Http(result));
            }
            let ending = ending.as_mut().poll(cx).is_ready();
            loop {
                let Some((deadline, timeout)) = activity.deadline(&self.timeouts, ending) else {
                    return Poll::Pending;
                };
                if deadline < alarm.deadline() {
                    alarm.as_mut().reset(deadline);
                }
                ready!(alarm.as_mut().poll(cx));
                if deadline <= Instant::now() {
                    return Poll::Ready(End::Timeout(timeout));
                }
                alarm.as_mut().reset(deadline);
            }
        })
        .await
    }

    async fn answer(
        &self,
        request: Request<Incoming>,
        peer: Option<SocketAddr>,
        activity: Activity,
    ) -> Result<Response<impl HttpBody<Data = Bytes, Error = axum::Error> + use<>>, Infallible>
    {
        activity.begin_answer();
        let chunked = request.headers().contains_key(header::TRANSFER_ENCODING);
        let mut request = request.map(|body| with_body(body, &activity));
        hide_token(request.headers_mut());
        if let Some(peer) = peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        let mut response = respond(self.routes.clone(), request).await;
        let last = self.draining.is_cancelled()
            // Another parser of the same bytes may find the end of the chunks elsewhere.
            || chunked
            // hyper closes in this case, and does not announce it.
            || activity.is_body_unread()
            || activity.age() >= self.timeouts.age
            || response.status() == StatusCode::TOO_MANY_REQUESTS;
        if last {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        Ok(response.map(|body| OnDrop {
            body,
            dropped: move |_: &Body| activity.end_answer(),
        }))
    }
}

/// A panic in a layer or a route of the user is a 500, as one in a function is.
async fn respond(mut routes: Router, request: Request<Body>) -> Response<Body> {
    let response = AssertUnwindSafe(async move { routes.call(request).await });
    match response.catch_unwind().await {
        Ok(Ok(response)) => response,
        Err(_) => {
            emit(|| tracing::error!("a layer or a route panicked"));
            Error::internal("a layer or a route panicked").into_response()
        }
    }
}

/// Wraps the body of a request, to record that it is dropped before its end.
fn with_body(body: Incoming, activity: &Activity) -> Body {
    if body.is_end_stream() {
        return Body::empty();
    }
    let activity = activity.clone();
    let dropped = move |body: &Incoming| {
        if !body.is_end_stream() {
            activity.leave_body_unread();
        }
    };
    Body::new(OnDrop { body, dropped })
}

/// Marks the token as sensitive, so that layers that print headers do not print it.
fn hide_token(headers: &mut HeaderMap) {
    if let header::Entry::Occupied(mut token) = headers.entry(header::AUTHORIZATION) {
        token.iter_mut().for_each(|value| value.set_sensitive(true));
    }
}

/// A body that calls a function when it is dropped.
struct OnDrop<B, F: FnMut(&B)> {
    body: B,
    dropped: F,
}

impl<B, F: FnMut(&B)> Drop for OnDrop<B, F> {
    fn drop(&mut self) {
        (self.dropped)(&self.body);
    }
}

impl<B: HttpBody + Unpin, F: FnMut(&B) + Unpin> HttpBody for OnDrop<B, F> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
