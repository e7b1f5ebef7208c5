//! Layers and routes of the user, around and next to those of the server.

use churnkey::axum::body::{Body, Bytes};
use churnkey::axum::extract::Request;
use churnkey::axum::http::{HeaderValue, StatusCode, header};
use churnkey::axum::middleware::{Next, from_fn};
use churnkey::axum::response::Response;
use churnkey::axum::routing::{get as reads, post as writes};
use churnkey::axum::{Router, http};
use http_body_util::channel::Channel;

use crate::support::{Host, SHORT, TOKEN, cancel, get};

const HEALTHY: &str = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
const READY: &str = "GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n";
const METRICS: &str = "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n";
const NOWHERE: &str = "GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n";

async fn mark(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let mark = HeaderValue::from_static("inner");
    response.headers_mut().append("x-mark", mark);
    response
}

async fn mark_outside(request: Request, next: Next) -> Response {
    let shown = format!("{:?}", request.headers());
    assert!(!shown.contains(TOKEN), "a layer printed the token");
    let mut response = next.run(request).await;
    // Values of an inner layer can be read and replaced.
    let inner = response.headers_mut().remove("x-mark");
    assert_eq!(inner, Some(HeaderValue::from_static("inner")));
    let mark = HeaderValue::from_static("outer");
    response.headers_mut().append("x-mark", mark);
    response
}

#[test]
fn layer_wraps_every_route() {
    let host = Host::with_server(|server| {
        let metrics = Router::new().route("/metrics", reads(async || "up 1\n"));
        server
            .merge(metrics)
            .layer(from_fn(mark))
            .layer(from_fn(mark_outside))
    });
    let unauthorized = get("/features").replace(TOKEN, "other");
    for (request, status) in [
        (HEALTHY, 200),
        (READY, 200),
        (METRICS, 200),
        (NOWHERE, 404),
        (&get("/features"), 200),
        (&get("/customers/c"), 200),
        (&get("/nothing"), 404),
        (&cancel("s"), 200),
        (&unauthorized, 401),
    ] {
        let reply = host.ask(request);
        assert_eq!(reply.status, status, "{request}");
        assert_eq!(reply.header("x-mark"), Some("outer"), "{request}");
    }
}

#[test]
fn layer_can_respond_without_the_provider() {
    async fn close_for_business(_: Request, _: Next) -> StatusCode {
        StatusCode::IM_A_TEAPOT
    }
    let host = Host::with_server(|server| server.layer(from_fn(close_for_business)));
    let mut peer = host.peer();
    for request in [READY, &get("/customers/c")] {
        assert_eq!(peer.ask(request).status, 418);
    }
    // The unread body of an action ends the connection.
    let reply = peer.ask(cancel("s"));
    assert_eq!(
        (reply.status, reply.header("connection")),
        (418, Some("close"))
    );
    peer.is_closed();
    assert_eq!(host.billing.begun(), 0);
}

#[test]
fn merged_routes_need_no_token() {
    let host = Host::with_server(|server| {
        server
            .merge(Router::new().route("/metrics", reads(async || "up 1\n")))
            .merge(Router::new().route("/echo", writes(async |body: Bytes| body)))
    });
    let mut peer = host.peer();
    assert_eq!(peer.ask(METRICS).text(), "up 1\n");
    let echo = "POST /echo HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nbody";
    assert_eq!(peer.ask(echo).text(), "body");
    assert_eq!(peer.ask(READY).status, 200);
    assert_eq!(peer.ask(NOWHERE).error(404), "Not Found");
    assert_eq!(peer.ask(get("/customers/c")).document()["id"], "c");
}

#[test]
fn timeouts_include_layers_and_merged_routes() {
    let host = Host::with_server(|server| {
        server
            .header_timeout(SHORT)
            .idle_timeout(SHORT)
            .merge(Router::new().route("/metrics", reads(async || "up 1\n")))
            .layer(from_fn(mark))
    });
    let mut half = host.peer();
    half.send("GET /metrics HTTP/1.1\r\n");
    let mut idle = host.peer();
    assert_eq!(idle.ask(METRICS).status, 200);
    half.reply().refusal(408);
    half.is_closed();
    idle.is_closed();
}

/// Returns a body that begins immediately and ends later.
fn slow_body() -> Body {
    let (mut sender, body) = Channel::<Bytes>::new(1);
    tokio::spawn(async move {
        let _sent = sender.send_data(Bytes::from_static(b"begins, ")).await;
        tokio::time::sleep(4 * SHORT).await;
        let _sent = sender.send_data(Bytes::from_static(b"ends")).await;
    });
    Body::new(body)
}

#[test]
fn streamed_response_is_not_idle() {
    let host = Host::with_server(|server| {
        let slow = || async {
            http::Response::builder()
                .header(header::CONTENT_LENGTH, 12)
                .body(slow_body())
                .unwrap()
        };
        server
            .header_timeout(SHORT)
            .idle_timeout(SHORT)
            .merge(Router::new().route("/slow", reads(slow)))
    });
    let mut peer = host.peer();
    // The head timeout does not apply to bytes that arrive while the response is streamed.
    peer.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\nGET /healthz");
    assert_eq!(peer.reply().text(), "begins, ends");
    peer.send(&HEALTHY["GET /healthz".len()..]);
    assert_eq!(peer.reply().status, 200);
    peer.is_closed();
}

#[test]
fn no_reply_may_be_stored() {
    let host = Host::with_server(|server| server.max_connections(1));
    let mut peer = host.peer();
    let unauthorized = get("/features").replace(TOKEN, "other");
    for request in [
        HEALTHY,
        READY,
        NOWHERE,
        &get("/features"),
        &get("/customers/c"),
        &get("/customers/missing"),
        &get("/customers/broken"),
        &get("/customers/busy"),
        &get("/customers/email/a@b"),
        &get("/customers/c/subscriptions/s"),
        &get("/prices"),
        &get("/nothing"),
        &get("/customers/c").replacen("GET", "DELETE", 1),
        &cancel("s"),
        &cancel("broken"),
        &unauthorized,
    ] {
        let reply = peer.ask(request);
        assert_eq!(reply.header("cache-control"), Some("no-store"), "{request}");
        if reply.header("connection").is_some() {
            drop(peer);
            std::thread::sleep(SHORT);
            peer = host.peer();
        }
    }
    let surplus = host.peer().reply();
    assert_eq!(surplus.header("cache-control"), Some("no-store"));
}

#[test]
fn panic_outside_of_a_function_is_a_500() {
    async fn panics(request: Request, next: Next) -> Response {
        assert!(!request.headers().contains_key("x-panic"), "test panic");
        let response = next.run(request).await;
        assert_ne!(response.status(), StatusCode::NOT_FOUND, "test panic");
        response
    }
    async fn metrics() -> &'static str {
        panic!("test panic")
    }
    let host = Host::with_server(|server| {
        let metrics = Router::new().route("/metrics", reads(metrics));
        server.merge(metrics).layer(from_fn(panics))
    });
    let mut peer = host.peer();
    let marked = get("/customers/c").replacen("\r\n", "\r\nX-Panic: 1\r\n", 1);
    for request in [METRICS, NOWHERE, &marked] {
        assert_eq!(peer.ask(request).error(500), "Internal Server Error");
        assert_eq!(peer.ask(HEALTHY).status, 200);
    }
}
