//! The fixes that depend on the wrong value, for the docs.

use axum::http::{HeaderMap, HeaderValue, header};
use bytes::Bytes;
use serde_json::{Value, json};

use crate::client::{Request, Response};
use crate::manifest::DeclaredManifest;
use crate::model::flaws;
use crate::module::Module::{self, Coupons, Customers, Prices, Products, Subscriptions};
use crate::session::fix;

/// A table of wrong responses and values, each with its fix.
pub(super) fn table() -> String {
    let mut rows = of_responses();
    rows.extend(of_bodies());
    rows.extend(of_manifests());
    rows.extend(of_values());
    let mut table = "| response or value | fix |\n| --- | --- |\n".to_owned();
    for (what, fix) in rows {
        let [what, fix] = [what, fix].map(|text| text.replace('|', "\\|"));
        table.push_str(&format!("| {what} | {fix} |\n"));
    }
    table
}

fn response(status: u16, location: Option<&'static str>, body: &'static [u8]) -> Response {
    let mut headers = HeaderMap::new();
    if let Some(location) = location {
        headers.insert(header::LOCATION, HeaderValue::from_static(location));
    }
    Response {
        status,
        headers,
        body: Bytes::from_static(body),
        is_live: false,
        modes: None,
    }
}

fn of_responses() -> Vec<(String, String)> {
    let read = Request::get("/prices");
    let action = Request::post("/actions/subscription/cancel", &Value::Null);
    let mut rows = Vec::new();
    for (request, name) in [(&read, "a request that reads"), (&action, "an action")] {
        for status in [201, 400, 401, 403, 404, 415, 500, 502] {
            let fix = fix::of_status(request, &response(status, None, b""));
            rows.push((format!("{status} for {name}"), fix.unwrap()));
        }
    }
    for location in ["/churnkey/prices/", "/login"] {
        let fix = fix::of_status(&read, &response(302, Some(location), b""));
        let what = format!("a redirect from `/churnkey/prices` to `{location}`");
        rows.push((what, fix.unwrap()));
    }
    rows
}

fn of_bodies() -> Vec<(String, String)> {
    let bodies: [&'static [u8]; 8] = [
        b"",
        b"<!doctype html>",
        b"\xef\xbb\xbf{}",
        b"{\"name\":\"Zo\xeb\"}",
        b"{'data': []}",
        b"{\"unit\": NaN}",
        b"{\"data\": [",
        b"{} {}",
    ];
    let of_body = |body| {
        let no_json = response(200, None, body).json().unwrap_err();
        (no_json.to_string(), fix::of_json(&no_json).to_owned())
    };
    bodies.into_iter().map(of_body).collect()
}

fn of_manifests() -> Vec<(String, String)> {
    let with = |actions: Value| json!({ "controllers": {}, "actions": actions });
    let manifests = [
        json!({ "data": { "controllers": {} } }),
        json!({ "customers": true, "cancel": {} }),
        json!({ "controllers": { "customers": "yes" } }),
        json!({ "controllers": { "prices": { "type": "products" } } }),
        with(json!({ "cancel": { "schedules": ["immediate"] } })),
        with(json!({ "cancel": { "schedules": { "immediate": true, "end_of_period": true } } })),
        with(json!({ "applyCoupons": { "enabled": true } })),
        with(json!({ "applyCoupon": { "enabled": 1 } })),
    ];
    let of_manifest = |manifest: Value| {
        let (_, flaws) = DeclaredManifest::read(&manifest);
        let fix = flaws.into_iter().find_map(|flaw| flaw.fix).unwrap();
        (format!("the manifest `{manifest}`"), fix)
    };
    manifests.into_iter().map(of_manifest).collect()
}

fn of_values() -> Vec<(String, String)> {
    let price = json!({
        "id": "p", "type": "standalone", "duration": { "amount": 1, "unit": "month" },
        "amount": { "model": "fixed", "currency": "USD", "unit": 1900 },
    });
    let coupon = json!({
        "id": "c", "duration": { "type": "once" }, "value": { "type": "percentage", "percent": 20 },
    });
    let subscription = json!({
        "id": "s", "customerId": "c", "status": { "name": "active" },
        "start": "2026-05-01T00:00:00.000Z", "duration": { "amount": 1, "unit": "month" },
        "items": [{ "id": "i", "price": price, "quantity": 1 }],
    });
    let product = json!({ "id": "p", "type": "standalone", "name": "Gold" });
    let customer = json!({
        "id": "c", "email": "ada@example.com", "currency": "USD", "metadata": {},
        "addresses": [{ "country": "DE" }],
    });
    let cases: Vec<(Module, &Value, &str, Value)> = vec![
        (Prices, &price, "/amount/currency", json!("usd")),
        (Prices, &price, "/amount/unit", json!(19.5)),
        (Prices, &price, "/amount/unit", json!("19.00")),
        (Prices, &price, "/amount/unit", json!("1900")),
        (
            Prices,
            &price,
            "/amount",
            json!({ "model": "fixed", "currency": "USD", "unit_amount": 1 }),
        ),
        (Prices, &price, "/amount", json!(1900)),
        (Prices, &price, "/amount", Value::Null),
        (Prices, &price, "/duration", json!("month")),
        (Prices, &price, "/duration/unit", json!("months")),
        (Prices, &price, "/duration/unit", json!("week")),
        (
            Prices,
            &price,
            "/duration",
            json!({ "amount": 1, "interval": "month" }),
        ),
        (Prices, &price, "/id", json!(7)),
        (Prices, &price, "", json!({ "data": price })),
        (Prices, &price, "", json!([price])),
        (Coupons, &coupon, "/value/percent", json!("20%")),
        (
            Coupons,
            &coupon,
            "/value",
            json!({ "type": "percentage", "percent_off": 20 }),
        ),
        (Coupons, &coupon, "/duration/type", json!("repeating")),
        (Products, &product, "/type", json!("service")),
        (Products, &product, "/name", Value::Null),
        (Customers, &customer, "/email", json!("")),
        (
            Customers,
            &customer,
            "/addresses",
            json!({ "country": "DE" }),
        ),
        (Customers, &customer, "/addresses/0/country", json!("de")),
        (Customers, &customer, "/metadata", json!({ "orders": 3 })),
        (Customers, &customer, "/metadata", json!([])),
        (Subscriptions, &subscription, "/status", json!("active")),
        (
            Subscriptions,
            &subscription,
            "/status/name",
            json!("trialing"),
        ),
        (
            Subscriptions,
            &subscription,
            "/status/name",
            json!("past_due"),
        ),
        (Subscriptions, &subscription, "/start", json!(1_777_593_600)),
        (Subscriptions, &subscription, "/start", json!("2026-05-01")),
        (
            Subscriptions,
            &subscription,
            "/start",
            json!("2026-05-01T00:00:00"),
        ),
        (Subscriptions, &subscription, "/start", json!("1 May 2026")),
        (
            Subscriptions,
            &subscription,
            "/items",
            json!({ "data": [] }),
        ),
        (Subscriptions, &subscription, "/items/0/price", json!("p")),
    ];
    let of_case = |(module, item, pointer, value): (Module, &Value, &str, Value)| {
        let mut item = item.clone();
        *item.pointer_mut(pointer).unwrap() = value.clone();
        let mut fixes = flaws(module, &item).into_iter().filter_map(|flaw| flaw.fix);
        let fix = fixes
            .next_back()
            .unwrap_or_else(|| panic!("{pointer}: {value} has no fix"));
        let what = match pointer {
            "" if value.is_array() => format!("{module}: a list with the item"),
            "" => format!("{module}: an object with the item in `data`"),
            pointer => format!("{module}, `{pointer}`: `{value}`"),
        };
        (what, fix)
    };
    cases.into_iter().map(of_case).collect()
}
