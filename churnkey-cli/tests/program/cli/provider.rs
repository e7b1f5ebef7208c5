//! A provider without the library `churnkey`, so that it can have any fault.

use std::collections::BTreeMap;
use std::thread;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

/// The provider's integration token.
pub(crate) const TOKEN: &str = "tok-5ecret-of-the-provider";

/// Serves a correct provider. If `instead` returns a response, that is sent instead. Returns the
/// URL.
pub(crate) fn serve<F>(instead: F) -> String
where
    F: Fn(&Request) -> Option<Response> + Clone + Send + Sync + 'static,
{
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    listener.set_nonblocking(true).unwrap();
    let router = Router::new().fallback(async move |request: Request| {
        instead(&request).unwrap_or_else(|| answer(&request))
    });
    thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            axum::serve(listener, router).await.unwrap();
        });
    });
    url
}

pub(crate) fn good() -> String {
    serve(|_| None)
}

pub(crate) fn respond(status: StatusCode, body: &Value) -> Response {
    Response::builder()
        .status(status)
        .header(CONTENT_TYPE, "application/json")
        .body(Body::from(body.to_string()))
        .unwrap()
}

pub(crate) fn error(status: StatusCode, message: &str) -> Response {
    respond(
        status,
        &json!({ "code": status.as_u16(), "message": message }),
    )
}

fn not_found() -> Response {
    error(StatusCode::NOT_FOUND, "not found")
}

/// True if a request has the token.
pub(crate) fn has_token(request: &Request) -> bool {
    let authorization = header(request, AUTHORIZATION.as_str()).unwrap_or_default();
    match authorization.split_once(' ') {
        Some((scheme, token)) => scheme.eq_ignore_ascii_case("bearer") && token == TOKEN,
        None => false,
    }
}

fn header<'r>(request: &'r Request, name: &str) -> Option<&'r str> {
    let value = request.headers().get(name)?;
    Some(value.to_str().unwrap())
}

fn answer(request: &Request) -> Response {
    if !has_token(request) {
        return error(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    let mode = header(request, "x-churnkey-mode");
    if mode.is_some_and(|mode| mode != "test" && mode != "live") {
        return error(StatusCode::BAD_REQUEST, "there is no such mode");
    }
    // The customers of the modes have nothing in common.
    let prefix = match mode {
        Some("live") => "live-",
        _ => "",
    };
    let path = request.uri().path().trim_start_matches("/churnkey/");
    let segments: Vec<String> = path.split('/').map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let query = query(request.uri().query().unwrap_or_default());
    match segments[..] {
        ["features"] => respond(StatusCode::OK, &features()),
        ["customers"] => page(customers(prefix), &query),
        ["customers", "email", email] => first(customers(prefix), "email", email),
        ["customers", "phone", phone] => first(customers(prefix), "phone", phone),
        ["customers", id] => first(customers(prefix), "id", id),
        ["customers", customer, "subscriptions"] => page(subscriptions(prefix, customer), &query),
        ["customers", customer, "subscriptions", id] => {
            first(subscriptions(prefix, customer), "id", id)
        }
        ["prices"] => page(prices(), &query),
        ["prices", id] => first(prices(), "id", id),
        _ => not_found(),
    }
}

fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

fn query(query: &str) -> BTreeMap<&str, String> {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name, decoded(value))).collect()
}

fn first(items: Vec<Value>, field: &str, value: &str) -> Response {
    let item = items.iter().find(|item| item[field] == value);
    item.map_or_else(not_found, |item| respond(StatusCode::OK, item))
}

/// A page of a list. The cursor is the index of the next item.
fn page(items: Vec<Value>, query: &BTreeMap<&str, String>) -> Response {
    let bad = |what| error(StatusCode::BAD_REQUEST, what);
    let limit = match query
        .get("limit")
        .map_or(Ok(10), |limit| limit.parse::<usize>())
    {
        Ok(limit) if limit > 0 => limit.min(100),
        _ => return bad("`limit` must be a number from 1"),
    };
    let from = match query
        .get("cursor")
        .map_or(Ok(0), |cursor| cursor.parse::<usize>())
    {
        Ok(from) if from <= items.len() => from,
        _ => return bad("`cursor` is unknown"),
    };
    let to = items.len().min(from + limit);
    let mut page = json!({ "data": items[from..to] });
    if to < items.len() {
        page["next"] = json!(to.to_string());
    }
    respond(StatusCode::OK, &page)
}

pub(crate) fn features() -> Value {
    json!({
        "controllers": {
            "customers": true,
            "prices": { "enabled": true, "type": "standalone" },
            "subscriptions": true,
        },
        "actions": {},
    })
}

fn customers(prefix: &str) -> Vec<Value> {
    let customer = |number: u32| {
        json!({
            "id": format!("{prefix}customer-{number}"),
            "name": format!("Person {number}"),
            "email": format!("person{number}@example.com"),
            "phone": format!("+4930123456{number}"),
        })
    };
    (1..=3).map(customer).collect()
}

fn prices() -> Vec<Value> {
    let price = |number: u32| {
        json!({
            "id": format!("price-{number}"),
            "type": "standalone",
            "name": format!("Plan {number}"),
            "duration": { "amount": 1, "unit": "month" },
            "amount": { "model": "fixed", "currency": "USD", "unit": number * 100 },
        })
    };
    (1..=12).map(price).collect()
}

fn subscriptions(prefix: &str, customer: &str) -> Vec<Value> {
    if !customers(prefix).iter().any(|one| one["id"] == customer) {
        return Vec::new();
    }
    let subscription = |number: u32| {
        let period =
            json!({ "start": "2026-05-01T00:00:00.000Z", "end": "2026-06-01T00:00:00.000Z" });
        json!({
            "id": format!("{customer}-subscription-{number}"),
            "customerId": customer,
            "status": { "name": "active", "currentPeriod": period },
            "start": "2026-05-01T00:00:00.000Z",
            "duration": { "amount": 1, "unit": "month" },
            "items": [{ "id": "item", "price": prices()[0], "quantity": 1 }],
        })
    };
    (1..=2).map(subscription).collect()
}
