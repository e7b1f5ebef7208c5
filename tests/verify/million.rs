//! Tests with a million customers: memory stays flat, and a sample takes few requests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fmt::Write as _;

use axum::Router;
use axum::extract::{Path, Query, Request};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use churnkey_verify::{Module, Report, check};
use serde_json::Value;

const TOKEN: &str = "integration-token-of-the-tests";

#[cfg(target_os = "linux")]
#[tokio::test]
async fn memory_stays_flat_on_many_customers() {
    assert_memory_stays_flat(200_000).await;
}

#[cfg(target_os = "linux")]
#[tokio::test]
#[ignore = "it takes a minute in a build without optimisation: `cargo test -p verify --test million -- --ignored`"]
async fn memory_stays_flat_on_a_million_customers() {
    assert_memory_stays_flat(1_000_000).await;
}

#[tokio::test]
async fn a_sample_of_a_million_customers_takes_few_requests() {
    let report = verified(1_000_000, Some(50)).await;
    assert_good(&report);
    assert!(items(&report, Module::Customers) <= 100);
    assert!(report.requests < 500, "{} requests", report.requests);
}

#[cfg(target_os = "linux")]
async fn assert_memory_stays_flat(customers: u64) {
    // The first run allocates the memory that does not depend on the number of customers.
    verified(1_000, None).await;
    let before = resident_bytes();
    let report = verified(customers, None).await;
    let grown = peak_bytes().saturating_sub(before);

    assert_good(&report);
    assert_eq!(items(&report, Module::Customers), customers);
    // The documents of all customers are several times as large.
    assert!(grown < 32 << 20, "{grown} bytes more");
}

async fn verified(customers: u64, sample: Option<u64>) -> Report {
    let verifier = check(provider(customers)).token(TOKEN);
    let verifier = match sample {
        Some(items) => verifier.sample(items),
        None => verifier,
    };
    verifier.run().await.unwrap()
}

fn assert_good(report: &Report) {
    assert!(report.findings.is_empty(), "{:#?}", report.findings);
    assert!(report.complete, "{report}");
}

fn items(report: &Report, module: Module) -> u64 {
    let mut modules = report.modules.iter();
    let report = modules.find(|report| report.module == module);
    report.map_or(0, |report| report.items)
}

#[cfg(target_os = "linux")]
fn resident_bytes() -> u64 {
    status("VmRSS:")
}

#[cfg(target_os = "linux")]
fn peak_bytes() -> u64 {
    status("VmHWM:")
}

#[cfg(target_os = "linux")]
fn status(name: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap();
    let kilobytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kilobytes << 10
}

/// A provider that generates a customer with one subscription for each request.
fn provider(customers: u64) -> Router {
    let customer = move |id: &str| number_of(id, customers).map(customer);
    let subscription = move |of: &str| number_of(of, customers).map(subscription);
    Router::new()
        .route("/churnkey/features", get(async || json(FEATURES)))
        .route(
            "/churnkey/customers",
            get(async move |query| page(&query, customers, self::customer)),
        )
        .route(
            "/churnkey/customers/{id}",
            get(async move |Path(id): Path<String>| found(customer(&id))),
        )
        .route(
            "/churnkey/customers/{id}/subscriptions",
            get(
                async move |Path(of): Path<String>, query| match number_of(&of, customers) {
                    Some(number) => page(&query, 1, |_| self::subscription(number)),
                    None => found(None),
                },
            ),
        )
        .route(
            "/churnkey/customers/{of}/subscriptions/{id}",
            get(async move |Path((of, id)): Path<(String, String)>| {
                found(subscription(&of).filter(|_| id == format!("sub_{of}")))
            }),
        )
        .route(
            "/churnkey/prices",
            get(async |query| page(&query, 1, |_| PRICE.to_owned())),
        )
        .route(
            "/churnkey/prices/{id}",
            get(async |Path(id): Path<String>| found((id == "monthly").then(|| PRICE.to_owned()))),
        )
        .fallback(async || found(None))
        .layer(from_fn(admitted))
}

async fn admitted(request: Request, next: Next) -> Response {
    let headers = request.headers();
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let given = header("authorization").unwrap_or_default();
    let scheme = given.get(.."Bearer ".len()).unwrap_or_default();
    if !scheme.eq_ignore_ascii_case("Bearer ") || given[scheme.len()..] != *TOKEN {
        return error(StatusCode::UNAUTHORIZED, "Unauthorized");
    }
    if !matches!(header("x-churnkey-mode"), None | Some("test" | "live")) {
        return error(StatusCode::BAD_REQUEST, "no such mode");
    }
    if header("x-churnkey-mode") == Some("live") && !request.uri().path().ends_with("/features") {
        return error(StatusCode::BAD_REQUEST, "there are only test data");
    }
    next.run(request).await
}

const FEATURES: &str = r#"{"controllers":{"customers":true,"prices":{"enabled":true,"type":"standalone"},"subscriptions":true},"actions":{}}"#;

const PRICE: &str = r#"{"id":"monthly","type":"standalone","name":"Monthly","duration":{"amount":1,"unit":"month"},"amount":{"model":"fixed","currency":"USD","unit":900}}"#;

fn customer(number: u64) -> String {
    format!(
        r#"{{"id":"{number}","name":"Ada","lastName":"Number {number}","email":"ada+{number}@example.test","addresses":[{{"country":"NL","city":"Amsterdam","postalCode":"1012 AB","line1":"Damrak {number}"}}],"currency":"USD","metadata":{{"note":"One of many customers, with as much to read as people have in such a record."}}}}"#
    )
}

fn subscription(of: u64) -> String {
    format!(
        r#"{{"id":"sub_{of}","customerId":"{of}","start":"2026-05-01T00:00:00.000Z","duration":{{"amount":1,"unit":"month"}},"status":{{"name":"active","currentPeriod":{{"start":"2026-05-01T00:00:00.000Z","end":"2026-06-01T00:00:00.000Z"}}}},"items":[{{"id":"item_{of}","price":{PRICE},"quantity":1}}]}}"#
    )
}

fn number_of(id: &str, customers: u64) -> Option<u64> {
    let number = id.parse().ok().filter(|number: &u64| *number < customers)?;
    (id == number.to_string()).then_some(number)
}

fn page(
    query: &Query<Vec<(String, String)>>,
    length: u64,
    item: impl Fn(u64) -> String,
) -> Response {
    let parameter = |name: &str| {
        let mut pairs = query.iter().filter(|(known, _)| known == name);
        pairs.next().map(|(_, value)| value.parse::<u64>())
    };
    let limit = parameter("limit").unwrap_or(Ok(10));
    let start = parameter("cursor").unwrap_or(Ok(0));
    let (Ok(limit @ 1..), Ok(start)) = (limit, start) else {
        return error(StatusCode::BAD_REQUEST, "no such page");
    };
    let end = length.min(start.saturating_add(limit.min(100)));
    let mut body = r#"{"data":["#.to_owned();
    for number in start..end {
        let comma = if number == start { "" } else { "," };
        write!(body, "{comma}{}", item(number)).unwrap();
    }
    match end < length {
        true => write!(body, r#"],"next":{end}}}"#).unwrap(),
        false => body.push_str("]}"),
    }
    json(body)
}

fn found(item: Option<String>) -> Response {
    match item {
        Some(item) => json(item),
        None => error(StatusCode::NOT_FOUND, "Not Found"),
    }
}

fn error(status: StatusCode, message: &str) -> Response {
    let code = status.as_u16();
    let error: Value = serde_json::json!({ "code": code, "message": message });
    (status, json(error.to_string())).into_response()
}

fn json(body: impl Into<String>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.into()).into_response()
}
