//! Faults of responses: incomplete ones, and bodies that are not JSON.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::response::{IntoResponse as _, Redirect, Response};
use churnkey_verify::Verifier;
use futures_util::{StreamExt as _, stream};

use crate::broken::fault::Fault;
use crate::broken::provider::{Kind, ProviderRequest, Reply, Route};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            "the manifest has no response",
            "manifest.answer",
            instead(is_manifest, slow),
        )
        .with(hasty),
        row(
            "the manifest is HTML",
            "manifest.json",
            reply(is_manifest, html),
        ),
        row(
            "the manifest is empty",
            "manifest.json",
            reply(is_manifest, empty),
        ),
        row(
            "the manifest is text",
            "manifest.content-type",
            reply(is_manifest, text),
        ),
    ];
    for kind in Kind::ALL {
        let name = kind.name();
        let lists = move |request: &ProviderRequest| request.lists(kind);
        let mut add = |what: &str, check: &str, fault| {
            rows.push(row(
                format!("{name}: {what}"),
                format!("{name}.{check}"),
                fault,
            ));
        };
        add("the list is compressed", "answer", reply(lists, compressed));
        add("the list has no end", "answer", instead(lists, endless));
        add("the list is cut off", "answer", instead(lists, cut_off));
        add(
            "the function panics",
            "answer",
            instead(lists, |_| panic!("the fault of this provider")),
        );
        add("the list is a 500", "status", reply(lists, outage));
        add(
            "the list is a 201",
            "status",
            reply(lists, |_, reply| reply.status = 201),
        );
        add(
            "the list is a redirect",
            "status",
            instead(lists, elsewhere),
        );
        add("the list is HTML", "json", reply(lists, html));
        add("the list is empty", "json", reply(lists, empty));
        add("the list is not UTF-8", "json", reply(lists, latin));
        add(
            "the list has a number out of range",
            "json",
            reply(lists, immense),
        );
        add("the list is nested too deep", "json", reply(lists, deep));
        add("the list ends too early", "json", reply(lists, truncated));
        add(
            "the list has the content type of HTML",
            "content-type",
            reply(lists, text),
        );
        add(
            "the response to a retrieve has no content type",
            "content-type",
            reply(move |request| request.retrieves(kind), untyped),
        );
        let slow_list = row(
            format!("{name}: the list comes in drops"),
            format!("{name}.answer"),
            instead(lists, drip),
        );
        rows.push(slow_list.with(hasty));
    }
    rows
}

fn hasty(verifier: Verifier) -> Verifier {
    verifier.timeout(Duration::from_secs(1))
}

fn is_manifest(request: &ProviderRequest) -> bool {
    request.route == Route::Manifest
}

/// Another response to valid requests. Requests without the token are still refused.
fn reply(
    to: impl Fn(&ProviderRequest) -> bool + Send + Sync + 'static,
    edit: impl Fn(&ProviderRequest, &mut Reply) + Send + Sync + 'static,
) -> Fault {
    Fault::none().reply(move |request, reply| {
        if reply.status == 200 && to(request) {
            edit(request, reply);
        }
    })
}

fn instead(
    of: impl Fn(&ProviderRequest) -> bool + Send + Sync + 'static,
    answer: fn(&ProviderRequest) -> Response,
) -> Fault {
    Fault::none().instead(move |request| {
        let is_let_in = request.authorization.is_some();
        (is_let_in && of(request)).then(|| answer(request))
    })
}

fn compressed(_: &ProviderRequest, reply: &mut Reply) {
    reply.header(header::CONTENT_ENCODING, "gzip");
}

fn outage(_: &ProviderRequest, reply: &mut Reply) {
    *reply = Reply::error(500, "Internal Server Error");
}

fn html(request: &ProviderRequest, reply: &mut Reply) {
    text(request, reply);
    reply.raw("<!doctype html><title>Welcome</title>");
}

fn text(_: &ProviderRequest, reply: &mut Reply) {
    reply.header(header::CONTENT_TYPE, "text/html; charset=utf-8");
}

fn untyped(_: &ProviderRequest, reply: &mut Reply) {
    reply.headers.remove(header::CONTENT_TYPE);
}

fn empty(_: &ProviderRequest, reply: &mut Reply) {
    reply.raw("");
}

fn latin(_: &ProviderRequest, reply: &mut Reply) {
    reply.raw(b"{\"data\":[{\"id\":\"f\xfcr\"}]}");
}

fn immense(_: &ProviderRequest, reply: &mut Reply) {
    reply.raw(r#"{"data":[{"id":"one","amount":1e400}]}"#);
}

fn deep(_: &ProviderRequest, reply: &mut Reply) {
    reply.raw("[".repeat(100_000));
}

fn truncated(_: &ProviderRequest, reply: &mut Reply) {
    let whole = reply.value().to_string();
    reply.raw(&whole.as_bytes()[..whole.len() - 2]);
}

fn elsewhere(_: &ProviderRequest) -> Response {
    Redirect::temporary("http://127.0.0.1:1/login").into_response()
}

fn slow(_: &ProviderRequest) -> Response {
    Response::new(Body::from_stream(stream::pending::<Result<Bytes, String>>()))
}

fn drip(_: &ProviderRequest) -> Response {
    let drops = stream::repeat(()).then(|()| async {
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok::<_, String>(Bytes::from_static(b" "))
    });
    Response::new(Body::from_stream(drops))
}

fn endless(_: &ProviderRequest) -> Response {
    let spaces = Bytes::from(vec![b' '; 1 << 16]);
    let body = stream::repeat_with(move || Ok::<_, String>(spaces.clone()));
    Response::new(Body::from_stream(body))
}

fn cut_off(_: &ProviderRequest) -> Response {
    let parts = [
        Ok(Bytes::from_static(b"{\"data\":[")),
        Err("the connection is gone"),
    ];
    Response::new(Body::from_stream(stream::iter(parts)))
}
