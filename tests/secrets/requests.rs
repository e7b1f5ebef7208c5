//! Every operation and every kind of error, with sentinels in every part of the requests.

use serde_json::{Value, json};

use test_support::Request;

use crate::sentinels::*;

/// A request, and the statuses that are allowed for the response.
pub(crate) type Case = (Request, &'static [u16]);

const OK: &[u16] = &[200];
const BAD: &[u16] = &[400];
const NOT_FOUND: &[u16] = &[404];
const FAILED: &[u16] = &[500];
/// After too many failures the status is 429.
const UNAUTHORIZED: &[u16] = &[401, 429];

/// The behaviors of a function, and the resulting status of each.
const SCENES: [(&str, &[u16]); 5] = [
    ("good", OK),
    ("fails", FAILED),
    ("refuses", &[409]),
    ("is unavailable", &[503]),
    ("panics", FAILED),
];

pub(crate) fn with_token(method: &str, target: impl AsRef<[u8]>) -> Request {
    without_token(method, target).header("Authorization", format!("Bearer {TOKEN}"))
}

fn without_token(method: &str, target: impl AsRef<[u8]>) -> Request {
    Request::new(method, target).header("Connection", "close")
}

/// Returns a GET with the token, and with headers that the provider does not read.
fn get(path: &str) -> Request {
    under(with_token("GET", format!("/churnkey{path}")))
}

fn post(path: &str, body: impl AsRef<[u8]>) -> Request {
    under(with_token("POST", format!("/churnkey/actions{path}"))).content("application/json", body)
}

fn under(request: Request) -> Request {
    request
        .header("Cookie", format!("session={COOKIE}"))
        .header("X-Forwarded-For", HEADER)
}

fn models() -> Vec<String> {
    vec![
        format!("/customers/{CUSTOMER_ID}"),
        format!("/customers/email/{EMAIL}%40example.test"),
        format!("/customers/phone/%2B{PHONE}"),
        format!("/prices/{PRICE_ID}"),
        format!("/customers/{CUSTOMER_ID}/subscriptions/{SUBSCRIPTION_ID}"),
        format!("/coupons/{COUPON_ID}"),
        format!("/products/{PRODUCT_ID}"),
        format!("/families/{FAMILY_ID}"),
    ]
}

pub(crate) fn lists() -> Vec<String> {
    vec![
        "/customers".to_owned(),
        "/prices".to_owned(),
        format!("/customers/{CUSTOMER_ID}/subscriptions"),
        "/coupons".to_owned(),
        "/products".to_owned(),
        "/families".to_owned(),
    ]
}

/// Returns the actions, each with a body that has all its fields.
fn actions() -> Vec<(&'static str, Value)> {
    let period = json!({ "type": "period", "amount": 2, "unit": "month" });
    vec![
        (
            "/subscription/cancel",
            json!({ "customerId": CUSTOMER_ID, "subscriptionId": SUBSCRIPTION_ID, "scheduledAt": "immediate", "unpause": true }),
        ),
        (
            "/customer/cancel",
            json!({ "customerId": CUSTOMER_ID, "scheduledAt": "end-of-period", "unpause": true }),
        ),
        (
            "/subscription/pause",
            json!({ "customerId": CUSTOMER_ID, "subscriptionId": SUBSCRIPTION_ID, "startAt": "immediate", "duration": period,
                    "allowAnnual": true }),
        ),
        (
            "/customer/pause",
            json!({ "customerId": CUSTOMER_ID, "startAt": "end-of-period", "duration": period, "allowAnnual": false }),
        ),
        (
            "/subscription/apply-coupon",
            json!({ "customerId": CUSTOMER_ID, "subscriptionId": SUBSCRIPTION_ID, "id": COUPON_ID }),
        ),
        (
            "/subscription/change-price",
            json!({ "customerId": CUSTOMER_ID, "subscriptionId": SUBSCRIPTION_ID, "id": PRICE_ID, "scheduledAt": "immediate",
                    "prorate": true }),
        ),
        (
            "/subscription/extend-trial",
            json!({ "customerId": CUSTOMER_ID, "subscriptionId": SUBSCRIPTION_ID, "duration": period }),
        ),
    ]
}

/// Returns all reads. A response of 200 contains the requested data.
pub(crate) fn reads(cursor: &str) -> Vec<Case> {
    let mut asks = Vec::new();
    for path in models() {
        let scenes = [("none", NOT_FOUND), ("bad", FAILED)];
        for (scene, status) in SCENES.into_iter().chain(scenes) {
            asks.push((get(&path).header("X-Scene", scene), status));
        }
    }
    let of_another = format!("/customers/{CUSTOMER_ID}/subscriptions/{SUBSCRIPTION_ID}");
    asks.push((get(&of_another).header("X-Scene", "of another"), NOT_FOUND));
    for path in lists() {
        let scenes = [
            ("bad", FAILED),
            ("long cursor", FAILED),
            ("long page", FAILED),
        ];
        for (scene, status) in SCENES.into_iter().chain(scenes) {
            let page = format!("{path}?limit=2&other={QUERY}");
            asks.push((get(&page).header("X-Scene", scene), status));
        }
        let again = format!("{path}?cursor={CURSOR}");
        asks.push((get(&again).header("X-Scene", "same cursor"), FAILED));
        for query in bad_queries() {
            asks.push((get(&format!("{path}?{query}")), BAD));
        }
        // The cursor from the list of customers.
        let status = if path == "/customers" { OK } else { BAD };
        asks.push((get(&format!("{path}?cursor={cursor}")), status));
        asks.push((get(&format!("{path}?cursor={cursor}{CURSOR}")), BAD));
    }
    asks
}

fn bad_queries() -> Vec<String> {
    vec![
        format!("limit={QUERY}"),
        format!("limit=-1{QUERY}"),
        format!("limit=1&limit={QUERY}"),
        format!("cursor={CURSOR}"),
        format!("cursor={CURSOR}&cursor={QUERY}"),
        format!("cursor={}", CURSOR.repeat(200)),
        format!("cursor=%{CURSOR}%ff"),
    ]
}

/// Returns every action, successful and failing, and with each invalid value of each field.
pub(crate) fn action_cases() -> Vec<Case> {
    let mut asks = Vec::new();
    for (path, body) in actions() {
        let mut body = body;
        body[FIELD] = VALUE.into();
        for (scene, status) in SCENES {
            asks.push((
                post(path, body.to_string()).header("X-Scene", scene),
                status,
            ));
        }
        for (field, value) in body.as_object().into_iter().flatten() {
            if field == FIELD {
                continue;
            }
            let with = |wrong: Value| {
                let mut body = body.clone();
                body[field] = wrong;
                (post(path, body.to_string()), BAD)
            };
            asks.push(with(json!({ FIELD: VALUE })));
            asks.push(with(json!([VALUE])));
            if field.ends_with("At") || !value.is_string() {
                asks.push(with(VALUE.into()));
            }
            if field == "duration" {
                asks.push(with(json!({ "type": VALUE })));
                asks.push(with(json!({ "type": "date", "date": VALUE })));
                asks.push(with(
                    json!({ "type": "period", "amount": VALUE, "unit": "day" }),
                ));
                asks.push(with(
                    json!({ "type": "period", "amount": 1, "unit": VALUE }),
                ));
                asks.push(with(json!({ FIELD: VALUE, "amount": 1 })));
            }
        }
        for malformed in malformed(&body.to_string()) {
            asks.push((post(path, malformed), BAD));
        }
        let large = json!({ "customerId": VALUE.repeat(10_000) });
        asks.push((post(path, large.to_string()), &[413]));
        let as_text = with_token("POST", format!("/churnkey/actions{path}"))
            .header("Content-Type", format!("text/{VALUE}"))
            .body(body.to_string());
        asks.push((as_text, OK));
    }
    asks
}

fn malformed(body: &str) -> Vec<Vec<u8>> {
    vec![
        body[..body.len() - 1].into(),
        format!("{body}{VALUE}").into(),
        format!("{VALUE}{body}").into(),
        [b"{\"customerId\": \"\xff", VALUE.as_bytes(), b"\"}"].concat(),
        format!("[\"{VALUE}\"]").into(),
        format!("\"{VALUE}\"").into(),
        format!("{{\"{FIELD}\": \\{VALUE}}}").into(),
        Vec::new(),
    ]
}

/// Returns requests that reach no function: invalid paths, methods, modes and encodings.
pub(crate) fn invalid_requests() -> Vec<Case> {
    let mut asks = vec![
        (get(&format!("/{PATH}")), NOT_FOUND),
        (
            get(&format!("/customers/{CUSTOMER_ID}/{PATH}?q={QUERY}")),
            NOT_FOUND,
        ),
        (get("/customers/"), NOT_FOUND),
        (
            get(&format!("/customers//subscriptions/{SUBSCRIPTION_ID}")),
            NOT_FOUND,
        ),
        (get(&format!("/customers/%zz{PATH}")), BAD),
        (get(&format!("/customers/{PATH}%")), BAD),
        (get(&format!("/customers/%ff{PATH}")), BAD),
        (get(&format!("/customers/email/{EMAIL}%c3%28")), BAD),
        (with_token("GET", format!("/{PATH}?q={QUERY}")), NOT_FOUND),
        (
            without_token("POST", format!("/{PATH}")).body(VALUE),
            NOT_FOUND,
        ),
        (
            get("/prices/none")
                .header("X-Scene", "none")
                .header("X-Request-Id", format!("{EMAIL}@example.test")),
            NOT_FOUND,
        ),
    ];
    for path in models()
        .into_iter()
        .chain(lists())
        .chain(["/features".to_owned()])
    {
        for method in ["POST", "DELETE", METHOD] {
            let request = with_token(method, format!("/churnkey{path}?q={QUERY}"));
            asks.push((under(request).json(VALUE), &[405]));
        }
        asks.push((get(&path).header("X-Churnkey-Mode", VALUE), BAD));
        let twice = get(&path).header("X-Churnkey-Mode", "live");
        asks.push((twice.header("X-Churnkey-Mode", VALUE), BAD));
    }
    for (path, body) in actions() {
        for method in ["GET", "PUT", METHOD] {
            let request = with_token(method, format!("/churnkey/actions{path}?q={QUERY}"));
            asks.push((under(request).json(body.to_string()), &[405]));
        }
        let request = post(path, body.to_string());
        asks.push((request.header("X-Churnkey-Mode", VALUE), BAD));
    }
    asks
}

/// Returns requests without the token, or with the token in a wrong place.
pub(crate) fn unauthenticated_requests() -> Vec<Case> {
    let with = |credential: String| {
        move |request: Request| request.header("Authorization", credential.clone())
    };
    let credentials = [
        format!("Bearer {WRONG_TOKEN}"),
        format!("bearer {TOKEN}{WRONG_TOKEN}"),
        format!("Bearer {TOKEN} {WRONG_TOKEN}"),
        format!("Bearer {}", &TOKEN[..TOKEN.len() - 1]),
        format!("Basic {TOKEN}"),
        format!("Digest username=\"{EMAIL}\", response=\"{TOKEN}\""),
        format!("{TOKEN}\u{e9}"),
        WRONG_TOKEN.to_owned(),
        String::new(),
    ];
    let mut asks = Vec::new();
    let targets = [
        (
            "GET",
            format!("/churnkey/customers/{CUSTOMER_ID}?token={TOKEN}"),
        ),
        ("GET", format!("/churnkey/features?{QUERY}")),
        ("GET", format!("/churnkey/{PATH}")),
        (
            "POST",
            format!("/churnkey/actions/subscription/cancel?{QUERY}"),
        ),
        (METHOD, format!("/churnkey/prices?{QUERY}")),
    ];
    for (method, target) in targets {
        let request =
            under(without_token(method, target)).json(format!("{{\"{FIELD}\": \"{VALUE}\"}}"));
        asks.push((request.clone(), UNAUTHORIZED));
        let twice = request
            .clone()
            .header("Authorization", format!("Bearer {TOKEN}"));
        asks.push((twice.header("Authorization", TOKEN), UNAUTHORIZED));
        for credential in &credentials {
            asks.push((with(credential.clone())(request.clone()), UNAUTHORIZED));
        }
    }
    // The previous token is still valid, and it is a secret like the current one.
    let features = without_token("GET", format!("/churnkey/features?q={QUERY}"));
    let previous = with(format!("Bearer {PREVIOUS_TOKEN}"));
    asks.push((previous(features), &[200]));
    asks
}

/// Returns bytes that are not a request, or end within one.
pub(crate) fn garbage() -> Vec<Vec<u8>> {
    let get = format!("GET /churnkey/{PATH} HTTP/1.1\r\nHost: {VALUE}.test\r\n");
    let post = format!(
        "POST /churnkey/actions/subscription/cancel HTTP/1.1\r\nHost: {VALUE}.test\r\nAuthorization: Bearer {TOKEN}\r\n"
    );
    let cancel = format!("{{\"customerId\": \"{CUSTOMER_ID}\"");
    let texts = [
        format!("{PATH}\r\n\r\n"),
        PATH.to_owned(),
        format!("GET /{PATH} HTTP/9.9\r\n\r\n"),
        format!("GET /{PATH} FTP/1.1\r\nAuthorization: {TOKEN}\r\n\r\n"),
        format!("GET {PATH} HTTP/1.1\r\n\r\n"),
        format!("GET /{PATH}\u{1} HTTP/1.1\r\n\r\n"),
        format!("GET /{PATH}?{} HTTP/1.1\r\n\r\n", QUERY.repeat(20_000)),
        format!(
            "GET http://{EMAIL}:{PASSWORD}@{PATH}/churnkey/features HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"
        ),
        format!("CONNECT {PATH}:443 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"),
        format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{VALUE}"),
        format!("{get}{HEADER}\r\n\r\n"),
        format!("{get}{HEADER} : {TOKEN}\r\n\r\n"),
        format!("{get}X: {HEADER}\u{0}\r\n\r\n"),
        format!("{get}Authorization: {TOKEN}\u{1}\r\n\r\n"),
        format!("{get}Authorization: {}\r\n\r\n", TOKEN.repeat(20_000)),
        format!("{get}{}\r\n", format!("X: {HEADER}\r\n").repeat(300)),
        format!("{get}Authorization: Bearer {TOKEN}"),
        format!("{post}Content-Length: {VALUE}\r\n\r\n{cancel}"),
        format!("{post}Content-Length: 5\r\nContent-Length: 6{VALUE}\r\n\r\n{cancel}"),
        format!("{post}Content-Length: 2000\r\n\r\n{cancel}"),
        format!("{post}Transfer-Encoding: {VALUE}\r\n\r\n{cancel}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n{VALUE}\r\n{cancel}"),
        format!("{post}Transfer-Encoding: chunked\r\n\r\n20\r\n{cancel}"),
        format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n{VALUE}"),
        format!("{post}Expect: {VALUE}\r\nContent-Length: 2000\r\n\r\n{cancel}"),
        format!("{post}\n\n{cancel}").replace("\r\n", "\n"),
    ];
    let mut garbage: Vec<_> = texts.into_iter().map(String::into_bytes).collect();
    let hello = [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        PATH.as_bytes(),
    ];
    garbage.push(hello.concat());
    garbage.push([b"\x00\xff\x00".as_slice(), VALUE.as_bytes()].concat());
    garbage
}
