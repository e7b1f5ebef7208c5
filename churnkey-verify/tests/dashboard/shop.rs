//! A shop with a few customers, in memory: a provider for the tests of the dashboard, which need one that changes. What is wrong with one can be
//! told beforehand.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration as Patience;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use churnkey_runtime::{Duration, TimeUnit, Timestamp};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "sentinel-integration-token-7f3a";

/// What is wrong with a shop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Flaw {
    #[default]
    None,
    /// An amount of money is a text.
    AmountsAreTexts,
    /// Subscriptions fail with 500.
    SubscriptionsFail,
    /// Every answer but the manifest is an error that has the token in it.
    TellsTheToken,
    /// A page of HTML, with 200, in the place of everything but the manifest.
    AnswersMarkup,
    /// Actions answer 200 and do nothing.
    DoesNothing,
    /// There are no lists of customers and of subscriptions, as there need not be.
    ListsNobody,
    /// A page of a list is the whole of it.
    IgnoresLimits,
}

/// A shop.
pub(crate) struct Shop {
    pub(crate) books: Mutex<Books>,
    flaw: Flaw,
    /// How long each answer takes.
    pace: Patience,
}

/// All that a shop knows.
pub(crate) struct Books {
    pub(crate) customers: Vec<Value>,
    pub(crate) subscriptions: Vec<Value>,
    prices: Vec<Value>,
    coupons: Vec<Value>,
    /// Actions that were asked for: paths and bodies.
    pub(crate) asked: Vec<(String, Value)>,
    /// Modes that requests had.
    pub(crate) modes: Vec<String>,
}

/// A moment so many days from now, at midnight.
pub(crate) fn day(days: i64) -> String {
    const DAY: i64 = 86_400_000;
    let today = Timestamp::now().unix_millis().div_euclid(DAY) * DAY;
    let moment = Timestamp::from_unix_millis(today + days * DAY);
    moment.expect("near the present").to_string()
}

fn price(id: &str, name: &str, unit: i64) -> Value {
    json!({
        "id": id, "type": "standalone", "name": name, "duration": { "amount": 1, "unit": "month" },
        "amount": { "model": "fixed", "currency": "USD", "unit": unit },
    })
}

fn customer(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "email": format!("{id}@example.test"), "phone": format!("+46 8 {id}") })
}

impl Books {
    fn new() -> Self {
        let prices = vec![
            price("pro", "Pro", 1900),
            price("basic", "Basic", 900),
            json!({
                "id": "seats", "type": "standalone", "name": "Seats", "duration": { "amount": 1, "unit": "year" },
                "amount": { "model": "tiered", "currency": "JPY", "mode": "graduated", "tiers": [
                    { "unit": 1200, "upTo": 10 }, { "unit": 900, "flat": 500 },
                ] },
            }),
        ];
        let coupons = vec![
            json!({ "id": "half", "name": "Half price", "code": "HALF", "duration": { "type": "recurring", "amount": 3, "unit": "month" }, "value": { "type": "percentage", "percent": 50 } }),
            json!({ "id": "five", "code": "FIVE", "duration": { "type": "once" }, "value": { "type": "fixed", "currency": "USD", "flat": 500 } }),
        ];
        let mut ada = customer("ada", "Ada");
        ada["lastName"] = json!("Lovelace");
        ada["currency"] = json!("USD");
        ada["addresses"] = json!([{ "line1": "12 St James's Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB" }]);
        ada["metadata"] = json!({ "segment": "engineering", "since": "the beginning" });
        ada["discounts"] = json!([{ "coupon": coupons[1].clone(), "start": day(-20) }]);
        let mut customers = vec![ada];
        customers.extend(
            (1..=30)
                .map(|number| customer(&format!("c{number:02}"), &format!("Customer {number}"))),
        );
        let active = json!({ "name": "active", "currentPeriod": { "start": day(-12), "end": day(18) }, "trial": { "start": day(-90), "end": day(-76) } });
        let trial = json!({ "name": "trial", "trial": { "start": day(-4), "end": day(10) }, "currentPeriod": { "start": day(-4), "end": day(10) } });
        let monthly = json!({ "amount": 1, "unit": "month" });
        let subscriptions = vec![
            json!({
                "id": "ada-pro", "customerId": "ada", "status": active, "start": day(-90), "duration": monthly,
                "items": [{ "id": "i1", "price": prices[0], "quantity": 2 }],
                "discounts": [{ "coupon": coupons[0], "start": day(-40), "end": day(50) }],
                "metadata": { "channel": "web" },
            }),
            json!({
                "id": "ada-trial", "customerId": "ada", "status": trial, "start": day(-4), "duration": monthly,
                "items": [{ "id": "i2", "price": prices[1], "quantity": 1 }],
            }),
            json!({
                "id": "ada-seats", "customerId": "ada", "duration": { "amount": 1, "unit": "year" }, "start": day(-200),
                "status": { "name": "paused", "pause": { "start": day(-15), "end": day(45) }, "currentPeriod": { "start": day(-200), "end": day(165) } },
                "items": [{ "id": "i3", "price": prices[2], "quantity": 14 }],
            }),
            json!({
                "id": "c01-pro", "customerId": "c01", "status": active, "start": day(-90), "duration": monthly,
                "items": [{ "id": "i4", "price": prices[0], "quantity": 1 }],
            }),
        ];
        Self {
            customers,
            subscriptions,
            prices,
            coupons,
            asked: Vec::new(),
            modes: Vec::new(),
        }
    }

    /// A subscription as it is now.
    pub(crate) fn subscription(&self, id: &str) -> Value {
        let mut all = self.subscriptions.iter();
        let found = all.find(|one| one["id"] == id);
        found.cloned().unwrap_or_default()
    }
}

impl Shop {
    pub(crate) fn new(flaw: Flaw) -> Arc<Self> {
        Self::at_pace(flaw, Patience::ZERO)
    }

    pub(crate) fn at_pace(flaw: Flaw, pace: Patience) -> Arc<Self> {
        let mut books = Books::new();
        if flaw == Flaw::AmountsAreTexts {
            books.prices[1]["amount"]["unit"] = json!("9.00");
        }
        Arc::new(Self {
            books: Mutex::new(books),
            flaw,
            pace,
        })
    }

    pub(crate) fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Puts right what is wrong with the books.
    pub(crate) fn mend(&self) {
        *self.books() = Books::new();
    }

    /// Opens the shop. Its API root URL.
    pub(crate) async fn open(self: &Arc<Self>) -> String {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let root = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(answer).with_state(Arc::clone(self));
        tokio::spawn(async { axum::serve(listener, router).await });
        root
    }
}

async fn answer(
    State(shop): State<Arc<Shop>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    tokio::time::sleep(shop.pace).await;
    let (status, value) = shop.answer(&method, &uri, &headers, &body);
    let response = Response::builder().status(status);
    let response = match value {
        Some(Value::String(markup)) if markup.starts_with('<') => response
            .header("content-type", "text/html")
            .body(markup.into()),
        Some(value) => response
            .header("content-type", "application/json")
            .body(value.to_string().into()),
        None => response.body(Body::empty()),
    };
    response.unwrap()
}

type Answer = (u16, Option<Value>);

fn error(status: u16, message: &str) -> Answer {
    (status, Some(json!({ "code": status, "message": message })))
}

impl Shop {
    fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, body: &[u8]) -> Answer {
        let header = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let token = header("authorization").and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then_some(token)
        });
        if token.or(header("authorization")) != Some(TOKEN) {
            return error(401, "Unauthorized");
        }
        let mode = header("x-churnkey-mode").unwrap_or("live").to_owned();
        if !["test", "live"].contains(&mode.as_str()) {
            return error(400, "the mode must be test or live");
        }
        let mut books = self.books();
        books.modes.push(mode);
        let Some(path) = uri.path().strip_prefix("/churnkey/") else {
            return error(404, "not found");
        };
        let path: Vec<_> = path
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        if path != ["features"] {
            match self.flaw {
                Flaw::TellsTheToken => {
                    let escaped = TOKEN.replacen('s', "\\u0073", 1);
                    let told = format!(r#"{{"code":400,"message":"no: {TOKEN}, {escaped}"}}"#);
                    return (400, serde_json::from_str(&told).ok());
                }
                Flaw::AnswersMarkup => {
                    let markup = "<h1>It works!</h1><script>document.title='owned'</script>";
                    return (200, Some(json!(markup)));
                }
                Flaw::SubscriptionsFail if path.contains(&"subscriptions") => {
                    return error(500, "the database is on fire");
                }
                _ => {}
            }
        }
        match (method.as_str(), &path[..]) {
            ("GET", ["features"]) => (200, Some(manifest())),
            ("GET", ["customers"]) if self.flaw == Flaw::ListsNobody => error(404, "not found"),
            ("GET", ["customers", _, "subscriptions"]) if self.flaw == Flaw::ListsNobody => {
                error(404, "not found")
            }
            ("GET", ["customers"]) if self.flaw == Flaw::IgnoresLimits => {
                (200, Some(json!({ "data": books.customers })))
            }
            ("GET", ["customers"]) => page(&books.customers, uri),
            ("GET", ["prices"]) => page(&books.prices, uri),
            ("GET", ["coupons"]) => page(&books.coupons, uri),
            ("GET", ["customers", "email", email]) => one(&books.customers, "email", email),
            ("GET", ["customers", "phone", phone]) => one(&books.customers, "phone", phone),
            ("GET", ["customers", id]) => one(&books.customers, "id", id),
            ("GET", ["prices", id]) => one(&books.prices, "id", id),
            ("GET", ["coupons", id]) => one(&books.coupons, "id", id),
            ("GET", ["customers", of, "subscriptions"]) => {
                if !books.customers.iter().any(|customer| customer["id"] == *of) {
                    return error(404, "not found");
                }
                let own = books
                    .subscriptions
                    .iter()
                    .filter(|one| one["customerId"] == *of);
                page(&own.cloned().collect::<Vec<_>>(), uri)
            }
            ("GET", ["customers", of, "subscriptions", id]) => {
                let own = books
                    .subscriptions
                    .iter()
                    .filter(|one| one["customerId"] == *of);
                one(&own.cloned().collect::<Vec<_>>(), "id", id)
            }
            ("POST", ["actions", "subscription", action]) => {
                let body: Value = serde_json::from_slice(body).unwrap_or_default();
                books.asked.push(((*action).to_owned(), body.clone()));
                match self.flaw {
                    Flaw::DoesNothing => (200, None),
                    _ => books.act(action, &body),
                }
            }
            _ => error(404, "not found"),
        }
    }
}

fn manifest() -> Value {
    let both = json!({ "immediate": true, "end-of-period": true });
    let durations = json!({ "period": true, "date": true });
    json!({
        "controllers": { "customers": true, "prices": { "enabled": true, "type": "standalone" }, "subscriptions": true, "coupons": true },
        "actions": {
            "cancel": { "schedules": both },
            "pause": { "enabled": true, "startDates": both, "durations": durations, "allowAnnual": false },
            "applyCoupon": { "enabled": true },
            "changePrice": { "enabled": true, "schedules": { "immediate": true, "end-of-period": false }, "prorate": true },
            "extendTrial": { "enabled": true, "multiple": true, "durations": durations },
        },
    })
}

fn one(items: &[Value], field: &str, sought: &str) -> Answer {
    match items.iter().find(|item| item[field] == sought) {
        Some(item) => (200, Some(item.clone())),
        None => error(404, "not found"),
    }
}

/// The cursor is the id of the last item of the page before.
fn page(items: &[Value], uri: &Uri) -> Answer {
    let field = |name: &str| {
        let fields = uri.query().unwrap_or_default().split('&');
        let mut values = fields.filter_map(|field| field.strip_prefix(name)?.strip_prefix('='));
        values
            .next()
            .map(|value| percent_decode_str(value).decode_utf8_lossy().into_owned())
    };
    let limit = match field("limit").map(|limit| limit.parse::<usize>()) {
        None => 10,
        Some(Ok(limit)) if limit > 0 => limit.min(100),
        Some(_) => return error(400, "`limit` must be a number from 1"),
    };
    let start = match field("cursor") {
        None => 0,
        Some(cursor) => match items.iter().position(|item| item["id"] == cursor) {
            Some(index) => index + 1,
            None => return error(400, "`cursor` is not one of ours"),
        },
    };
    let end = items.len().min(start + limit);
    let mut page = json!({ "data": items[start..end] });
    if end < items.len() {
        page["next"] = items[end - 1]["id"].clone();
    }
    (200, Some(page))
}

impl Books {
    fn act(&mut self, action: &str, body: &Value) -> Answer {
        let (customer, id) = (&body["customerId"], &body["subscriptionId"]);
        let coupon = self
            .coupons
            .iter()
            .find(|coupon| coupon["id"] == body["id"])
            .cloned();
        let price = self
            .prices
            .iter()
            .find(|price| price["id"] == body["id"])
            .cloned();
        let mut own = self.subscriptions.iter_mut();
        let Some(subscription) = own.find(|one| one["id"] == *id && one["customerId"] == *customer)
        else {
            return error(404, "there is no such subscription");
        };
        let now = Timestamp::now().to_string();
        let period = subscription["status"]["currentPeriod"].clone();
        let later = [&body["scheduledAt"], &body["startAt"]].contains(&&json!("end-of-period"));
        match action {
            _ if later => subscription["metadata"] = json!({ "atEndOfPeriod": action }),
            "cancel" => {
                subscription["status"] =
                    json!({ "name": "canceled", "canceledAt": now, "currentPeriod": period })
            }
            "pause" => {
                let begin = Timestamp::now();
                let Ok(length) = Duration::from_json(&body["duration"]) else {
                    return error(400, "`duration` is not one");
                };
                let Some(end) = length.end_from(begin) else {
                    return error(400, "`duration` must end after it begins");
                };
                subscription["status"] = json!({ "name": "paused", "pause": { "start": begin, "end": end }, "currentPeriod": period });
            }
            "apply-coupon" => match coupon {
                Some(coupon) => {
                    subscription["discounts"] = json!([{ "coupon": coupon, "start": now }])
                }
                None => return error(400, "`id` is no coupon of ours"),
            },
            "change-price" => match price {
                Some(price) => subscription["items"][0]["price"] = price,
                None => return error(400, "`id` is no price of ours"),
            },
            "extend-trial" => {
                let end = subscription["status"]["trial"]["end"].as_str();
                let Some(end) = end.and_then(|end| end.parse::<Timestamp>().ok()) else {
                    return error(400, "it is not in its trial");
                };
                let length = Duration::from_json(&body["duration"]).unwrap_or(Duration::Period {
                    amount: 1,
                    unit: TimeUnit::Day,
                });
                let end = length.end_from(end);
                subscription["status"]["trial"]["end"] = json!(end);
                subscription["status"]["currentPeriod"]["end"] = json!(end);
            }
            _ => return error(404, "not found"),
        }
        (200, None)
    }
}
