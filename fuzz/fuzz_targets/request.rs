//! Any HTTP request, written as text, through the complete router. [`Host::send`] checks every
//! response.

#![no_main]

use churnkey::axum::body::Body;
use churnkey::http::{HeaderName, HeaderValue, Method, Request, Uri, header};
use libfuzzer_sys::{Corpus, fuzz_target};
use support::client::{Host, Reply, TOKEN, decode_segment, is_ours};
use support::provider::{Answer, Everything, Given, Sparing};
use support::{Kind, check};

thread_local! {
    static EVERYTHING: Host<Everything> = Host::default();
    static SPARING: Host<Sparing> = Host::default();
}

fuzz_target!(|bytes: &[u8]| -> Corpus {
    let Some(of_everything) = request(bytes) else {
        return Corpus::Reject;
    };
    let admitted = carries_token(&of_everything);
    let mode = of_everything.headers().get("x-churnkey-mode").cloned();
    let path = of_everything.uri().path().to_owned();
    let bodiless = of_everything.method() != Method::GET;

    let reply = EVERYTHING.with(|host| host.send(of_everything));
    check_admission(&reply, admitted, &path);
    check_mode(&reply, mode);
    check_texts(&reply, &path);
    if reply.status == 200 && !bodiless && path != "/churnkey/features" {
        check_document(&reply);
    }

    let of_sparing = request(bytes).expect("the input was parsed above");
    let reply = SPARING.with(|host| host.send(of_sparing));
    check_admission(&reply, admitted, &path);
    Corpus::Keep
});

/// Parses `GET /path`, one header per line, an empty line and the body. Returns `None` if the HTTP
/// library rejects the input, because it would not reach the router.
fn request(bytes: &[u8]) -> Option<Request<Body>> {
    let (head, body) = match bytes.windows(2).position(|pair| pair == b"\n\n") {
        Some(end) => (&bytes[..end], &bytes[end + 2..]),
        None => (bytes, &b""[..]),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = Method::from_bytes(&first[..space]).ok()?;
    *request.uri_mut() = Uri::try_from(&first[space + 1..]).ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    Some(request)
}

/// Checks that the only `Authorization` header of a request ends with the token.
fn carries_token(request: &Request<Body>) -> bool {
    let mut given = request.headers().get_all(header::AUTHORIZATION).iter();
    match (given.next(), given.next()) {
        (Some(value), None) => value
            .as_bytes()
            .trim_ascii_end()
            .ends_with(TOKEN.as_bytes()),
        _ => false,
    }
}

fn check_admission(reply: &Reply, admitted: bool, path: &str) {
    if !admitted {
        assert!(reply.calls.is_empty(), "{reply:?}");
        // 429 is the response after too many failed attempts.
        let rejected = reply.status == 401 || reply.status == 429;
        assert!(rejected || !is_ours(path), "{reply:?}");
    }
}

fn check_mode(reply: &Reply, header: Option<HeaderValue>) {
    for call in &reply.calls {
        if let Given::Read { mode, .. } = &call.given {
            let expected = header
                .as_ref()
                .map_or("live".as_bytes(), |value| value.as_bytes());
            let same = expected.eq_ignore_ascii_case(mode.as_str().as_bytes());
            assert!(same, "{reply:?}");
        }
    }
}

/// Checks that a controller received decoded segments of the path, and that all of them are valid.
fn check_texts(reply: &Reply, path: &str) {
    for call in &reply.calls {
        if let Given::Read { texts, .. } = &call.given
            && !path.starts_with("/churnkey/actions/")
        {
            let segments: Option<Vec<_>> = path.split('/').map(decode_segment).collect();
            let segments = segments.expect("a path with an invalid encoding reaches no function");
            assert!(
                texts.iter().all(|text| segments.contains(text)),
                "{reply:?}"
            );
        }
    }
}

/// Checks that the response of a controller conforms to the protocol.
fn check_document(reply: &Reply) {
    let call = reply.call();
    assert_eq!(call.answer, Answer::Found);
    let kind = match call.operation.module() {
        "customers" => Kind::Customer,
        "prices" => Kind::Price,
        "subscriptions" => Kind::Subscription,
        "coupons" => Kind::Coupon,
        "products" => Kind::Product,
        "families" => Kind::Family,
        other => panic!("a GET called {other}"),
    };
    let document = reply.document();
    let types = ("product", "family");
    if call.operation.name() != "list" {
        return check(kind, &document, types);
    }
    let Given::Read {
        page: Some((limit, _)),
        ..
    } = &call.given
    else {
        panic!("a list without a limit: {reply:?}");
    };
    let rows = document["data"].as_array().expect("a page has data");
    assert!((1..=100).contains(limit) && rows.len() <= *limit as usize);
    for row in rows {
        check(kind, row, types);
    }
}
