//! A separate company for each test, with a clock that stands still until the test moves it.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::{Request, StatusCode};
use churnkey::{Customer, CustomerId, Integration as _, Mode, Timestamp};
use http_body_util::BodyExt as _;
use rusqlite::types::FromSql;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::OnceCell;
use tower::ServiceExt as _;

use acme::billing::Subscription;
use acme::{Acme, Clock};

/// The time at which every company is created: noon on a day of the month that February does not
/// have.
pub(crate) const OPENING: &str = "2026-01-31T12:00:00.000Z";

pub(crate) struct Company {
    pub(crate) acme: Arc<Acme>,
    router: Router,
    clock: Arc<AtomicI64>,
    pub(crate) folder: TempDir,
}

pub(crate) fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Company {
    pub(crate) async fn open() -> Self {
        Self::open_copy(tempfile::tempdir().unwrap()).await
    }

    /// Creates a company in this folder, as a copy of one that was created before.
    pub(crate) async fn open_copy(folder: TempDir) -> Self {
        fs::write(folder.path().join("acme.db"), seeded_file().await).unwrap();
        Self::open_in(folder, OPENING).await
    }

    /// Creates a company whose database file is new instead of a copy.
    pub(crate) async fn open_new() -> Self {
        Self::open_in(tempfile::tempdir().unwrap(), OPENING).await
    }

    pub(crate) async fn open_in(folder: TempDir, now: &str) -> Self {
        let clock = Arc::new(AtomicI64::new(moment(now).unix_millis()));
        let read = Arc::clone(&clock);
        let clock_of_acme =
            Clock::new(move || Timestamp::from_unix_millis(read.load(Ordering::SeqCst)).unwrap());
        let acme = Arc::new(
            Acme::open(folder.path().join("acme.db"), clock_of_acme)
                .await
                .unwrap(),
        );
        let router = Acme::router(Arc::clone(&acme), "token");
        Self {
            acme,
            router,
            clock,
            folder,
        }
    }

    /// Creates a company with the customer `ann` and her subscription `sub` to three seats of a
    /// monthly price. The subscription begins at the opening, so its first period ends on 28
    /// February.
    pub(crate) async fn with_ann() -> Self {
        let company = Self::open().await;
        company.add_customer("ann").await;
        company
            .subscribe("sub", "ann", "price_desk_monthly_usd")
            .await;
        company
    }

    /// Does the same as [`with_ann`](Self::with_ann), but `sub` is in a trial until 14 February.
    pub(crate) async fn with_ann_in_trial() -> Self {
        let company = Self::open().await;
        company.add_customer("ann").await;
        company
            .subscribe_with(
                "sub",
                "ann",
                "price_desk_monthly_usd",
                Some("2026-02-14T12:00:00.000Z"),
                |_| (),
            )
            .await;
        company
    }

    pub(crate) fn set_clock(&self, now: &str) {
        self.set_time(moment(now));
    }

    pub(crate) fn set_time(&self, now: Timestamp) {
        self.clock.store(now.unix_millis(), Ordering::SeqCst);
    }

    pub(crate) async fn add_customer(&self, id: &str) {
        self.add_customer_in(Mode::Test, id, OPENING).await;
    }

    pub(crate) async fn add_customer_in(&self, mode: Mode, id: &str, created: &str) {
        let customer = Customer::new(id)
            .name("Ann")
            .last_name("Example")
            .email(format!("{id}@example.org"))
            .currency(churnkey::Currency::USD);
        let created = moment(created);
        self.acme
            .ledger(mode)
            .write(move |books| books.add_customer(&customer, created))
            .await
            .unwrap();
    }

    pub(crate) async fn subscribe(&self, id: &str, customer: &str, price: &str) {
        self.subscribe_with(id, customer, price, None, |_| ()).await;
    }

    /// Adds a subscription to three units of a price, which begins at the opening. `change`
    /// modifies it.
    pub(crate) async fn subscribe_with(
        &self,
        id: &str,
        customer: &str,
        price: &str,
        trial_end: Option<&str>,
        change: impl FnOnce(&mut Subscription) + Send + 'static,
    ) {
        self.subscribe_in(Mode::Test, id, customer, price, trial_end, change)
            .await;
    }

    pub(crate) async fn subscribe_in(
        &self,
        mode: Mode,
        id: &str,
        customer: &str,
        price: &str,
        trial_end: Option<&str>,
        change: impl FnOnce(&mut Subscription) + Send + 'static,
    ) {
        let (id, customer, price) = (id.to_owned(), CustomerId::from(customer), price.to_owned());
        let (start, trial_end) = (moment(OPENING), trial_end.map(moment));
        let added = self.acme.ledger(mode).write(move |books| {
            let price = books.price(&price.into())?.unwrap();
            let mut subscription = Subscription::begin(id, customer, price, 3, start, trial_end)?;
            change(&mut subscription);
            books.add_subscription(&subscription)
        });
        added.await.unwrap();
    }

    /// Sends a GET in test mode and returns status and body.
    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.get_in(Mode::Test, path).await
    }

    pub(crate) async fn get_in(&self, mode: Mode, path: &str) -> (u16, Value) {
        let request = request(mode)
            .uri(format!("/churnkey{path}"))
            .body(Body::empty())
            .unwrap();
        let (status, body) = self.send(request).await;
        (status.as_u16(), serde_json::from_str(&body).unwrap())
    }

    /// Sends an action in test mode and returns the status.
    pub(crate) async fn act(&self, action: &str, body: Value) -> u16 {
        self.act_in(Mode::Test, action, body).await.0
    }

    pub(crate) async fn act_in(&self, mode: Mode, action: &str, body: Value) -> (u16, String) {
        let (status, body) = self.send(action_request(mode, action, &body)).await;
        (status.as_u16(), body)
    }

    /// A second provider instance for the same company. The instances share only the database, so
    /// it cannot join actions that the first one runs.
    pub(crate) fn another_instance(&self) -> Router {
        Acme::router(Arc::clone(&self.acme), "token")
    }

    async fn send(&self, request: Request<Body>) -> (StatusCode, String) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(bytes.to_vec()).unwrap())
    }

    /// Returns Ann's subscription `sub` in the form that Churnkey receives.
    pub(crate) async fn sub(&self) -> Value {
        self.subscription("ann", "sub").await
    }

    pub(crate) async fn subscription(&self, customer: &str, id: &str) -> Value {
        let (status, body) = self
            .get(&format!("/customers/{customer}/subscriptions/{id}"))
            .await;
        assert_eq!(status, 200, "{body}");
        body
    }

    /// Returns all items of a list, read in pages of `limit` items.
    pub(crate) async fn walk(&self, mode: Mode, path: &str, limit: u32) -> Vec<Value> {
        let mut items = Vec::new();
        let mut next = String::new();
        loop {
            let (status, page) = self
                .get_in(mode, &format!("{path}?limit={limit}{next}"))
                .await;
            assert_eq!(status, 200, "{page}");
            items.extend(page["data"].as_array().unwrap().iter().cloned());
            match page["next"].as_str() {
                Some(cursor) => next = format!("&cursor={cursor}"),
                None => return items,
            }
        }
    }

    /// Returns the outcomes in the audit, in order.
    pub(crate) fn outcomes(&self) -> Vec<String> {
        self.select("SELECT outcome FROM audit ORDER BY mode, number")
    }

    pub(crate) fn select<T: FromSql>(&self, sql: &str) -> Vec<T> {
        let file = self.file();
        let mut statement = file.prepare(sql).unwrap();
        let values = statement.query_map([], |row| row.get(0)).unwrap();
        values.map(Result::unwrap).collect()
    }

    /// Opens the company's database file directly, without the checks of the application.
    pub(crate) fn file(&self) -> rusqlite::Connection {
        rusqlite::Connection::open(self.folder.path().join("acme.db")).unwrap()
    }
}

/// Returns the database file of a new company, created once for all tests.
async fn seeded_file() -> &'static [u8] {
    static FILE: OnceCell<Vec<u8>> = OnceCell::const_new();
    let make = async || {
        let company = Company::open_new().await;
        let copy = company.folder.path().join("copy.db");
        company
            .file()
            .execute("VACUUM INTO ?1", [copy.to_str().unwrap()])
            .unwrap();
        fs::read(copy).unwrap()
    };
    FILE.get_or_init(make).await
}

fn request(mode: Mode) -> churnkey::http::request::Builder {
    Request::builder()
        .header("Authorization", "Bearer token")
        .header("X-Churnkey-Mode", mode.as_str())
}

/// Returns the fields that every action on Ann's subscription has, together with `further`.
pub(crate) fn sub_with(further: Value) -> Value {
    merge(
        json!({ "customerId": "ann", "subscriptionId": "sub" }),
        further,
    )
}

/// Returns the field that every action on all of Ann's subscriptions has, together with `further`.
pub(crate) fn ann_with(further: Value) -> Value {
    merge(json!({ "customerId": "ann" }), further)
}

fn merge(mut body: Value, further: Value) -> Value {
    for (field, value) in further.as_object().unwrap() {
        body[field] = value.clone();
    }
    body
}

pub(crate) fn months(amount: u32) -> Value {
    json!({ "type": "period", "amount": amount, "unit": "month" })
}

pub(crate) fn until(date: &str) -> Value {
    json!({ "type": "date", "date": date })
}

/// Builds a request for an action, such as `subscription/cancel`.
pub(crate) fn action_request(mode: Mode, action: &str, body: &Value) -> Request<Body> {
    request(mode)
        .method("POST")
        .uri(format!("/churnkey/actions/{action}"))
        .header("Content-Type", "application/json")
        .header("X-Request-Id", "request-of-a-test")
        .body(Body::from(body.to_string()))
        .unwrap()
}
