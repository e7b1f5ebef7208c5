//! A provider over HTTP that can have one fault.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::books::{Answer, Books, error};

/// The integration token of every shop.
pub const TOKEN: &str = "sentinel-integration-token-7f3a";

/// A fault of a shop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// No fault.
    #[default]
    None,
    /// An amount of money is a string.
    AmountIsString,
    /// Requests for subscriptions fail with 500.
    SubscriptionsFail,
    /// Every response except the manifest is an error that contains the token.
    EchoesToken,
    /// Every response except the manifest is an HTML page with status 200.
    RespondsWithHtml,
    /// Actions answer 200 but change nothing.
    IgnoresActions,
    /// The optional lists of customers and of subscriptions do not exist.
    HasNoLists,
    /// A page of customers ignores the limit and has all of them.
    IgnoresLimits,
    /// Both modes have the same data.
    SharesModes,
}

/// A provider in memory.
pub struct Shop {
    books: Mutex<Books>,
    fault: Fault,
    /// The delay of each response.
    delay: Duration,
    serving: Mutex<Option<Serving>>,
}

/// The server of a shop.
struct Serving {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: JoinHandle<()>,
}

impl Shop {
    /// A shop without delay.
    pub fn new(fault: Fault) -> Arc<Self> {
        Self::with_delay(fault, Duration::ZERO)
    }

    /// A shop with a delay before each response.
    pub fn with_delay(fault: Fault, delay: Duration) -> Arc<Self> {
        let mut books = Books::new();
        if fault == Fault::AmountIsString {
            books.prices[1]["amount"]["unit"] = json!("9.00");
        }
        Arc::new(Self {
            books: Mutex::new(books),
            fault,
            delay,
            serving: Mutex::default(),
        })
    }

    /// The data, which a test may read and change.
    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().unwrap()
    }

    /// Resets the data, which removes its fault.
    pub fn fix(&self) {
        *self.books() = Books::new();
    }

    /// Serves the shop. Returns its API root URL.
    pub async fn serve(self: &Arc<Self>) -> String {
        let address = self.serve_at(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        format!("http://{address}")
    }

    /// Stops serving: open connections are closed, new ones are refused. Returns the address, for
    /// [`serve_at`](Shop::serve_at).
    pub async fn stop(&self) -> SocketAddr {
        let serving = self.serving.lock().unwrap().take().unwrap();
        serving.stop.send(()).unwrap();
        serving.task.await.unwrap();
        serving.address
    }

    /// Serves the shop at an address.
    pub async fn serve_at(self: &Arc<Self>, address: SocketAddr) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(answer).with_state(Arc::clone(self));
        let (stop, stopped) = oneshot::channel();
        let task = tokio::spawn(async {
            let stopped = async {
                // A shop that is dropped stops as well.
                let _ = stopped.await;
            };
            let server = axum::serve(listener, router).with_graceful_shutdown(stopped);
            server.await.unwrap();
        });
        *self.serving.lock().unwrap() = Some(Serving {
            address,
            stop,
            task,
        });
        address
    }
}

async fn answer(
    State(shop): State<Arc<Shop>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    tokio::time::sleep(shop.delay).await;
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
        books.modes.push(mode.clone());
        // The data belong to the mode of the first request.
        let is_other = books.modes.first() != books.modes.last();
        let is_apart = self.fault != Fault::SharesModes && !uri.path().ends_with("/features");
        if is_other && is_apart {
            return error(400, "there are no data in this mode");
        }
        let Some(path) = uri.path().strip_prefix("/churnkey/") else {
            return error(404, "not found");
        };
        let path: Vec<_> = path
            .split('/')
            .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
            .collect();
        let path: Vec<_> = path.iter().map(String::as_str).collect();
        if path != ["features"] {
            match self.fault {
                Fault::EchoesToken => {
                    let escaped = TOKEN.replacen('s', "\\u0073", 1);
                    let body = format!(r#"{{"code":400,"message":"no: {TOKEN}, {escaped}"}}"#);
                    return (400, serde_json::from_str(&body).ok());
                }
                Fault::RespondsWithHtml => {
                    let markup = "<h1>It works!</h1><script>document.title='owned'</script>";
                    return (200, Some(json!(markup)));
                }
                Fault::SubscriptionsFail if path.contains(&"subscriptions") => {
                    return error(500, "the database failed");
                }
                _ => {}
            }
        }
        match (method.as_str(), &path[..]) {
            ("GET", ["features"]) => (200, Some(manifest())),
            ("GET", ["customers"]) if self.fault == Fault::HasNoLists => error(404, "not found"),
            ("GET", ["customers", _, "subscriptions"]) if self.fault == Fault::HasNoLists => {
                error(404, "not found")
            }
            ("GET", ["customers"]) if self.fault == Fault::IgnoresLimits => {
                (200, Some(json!({ "data": books.customers })))
            }
            ("GET", ["customers"]) => page(&books.customers, uri),
            ("GET", ["prices"]) => page(&books.prices, uri),
            ("GET", ["products"]) => page(&books.products, uri),
            ("GET", ["families"]) => page(&books.families, uri),
            ("GET", ["products", id]) => one(&books.products, "id", id),
            ("GET", ["families", id]) => one(&books.families, "id", id),
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
                books.actions.push(((*action).to_owned(), body.clone()));
                books.acted_in.push(mode);
                match self.fault {
                    Fault::IgnoresActions => (200, None),
                    _ => books.act(action, &body),
                }
            }
            ("POST", ["actions", "customer", action @ ("cancel" | "pause")])
                if self.fault != Fault::HasNoLists =>
            {
                let body: Value = serde_json::from_slice(body).unwrap_or_default();
                books.actions.push((format!("{action}-all"), body.clone()));
                match self.fault {
                    Fault::IgnoresActions => (200, None),
                    _ => books.act_on_all(action, &body),
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
        "controllers": { "customers": true, "prices": { "enabled": true, "type": "product" }, "subscriptions": true, "coupons": true, "products": { "enabled": true, "type": "family" }, "families": true },
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

/// A page of a list. The cursor is the id of the last item of the previous page.
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
            None => return error(400, "`cursor` is unknown"),
        },
    };
    let end = items.len().min(start + limit);
    let mut page = json!({ "data": items[start..end] });
    if end < items.len() {
        page["next"] = items[end - 1]["id"].clone();
    }
    (200, Some(page))
}
