//! A complete provider with the given faults.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::broken::fault::Fault;

mod action_request;
mod actions;
mod books;
mod dates;
mod lists;
mod request;

pub(crate) use actions::Action;
pub(crate) use books::{Books, Kind};
pub(crate) use request::{Content, ProviderRequest, Reply, Route};

pub(crate) const TOKEN: &str = "integration-token-of-the-tests";

/// A provider with this fault.
pub(crate) fn router(fault: Fault) -> Router {
    let provider = Arc::new(Provider::new(fault));
    Router::new().fallback(move |request: Request| {
        let provider = Arc::clone(&provider);
        async move { provider.respond(request).await }
    })
}

struct Provider {
    fault: Fault,
    manifest: Value,
    books: Mutex<Books>,
}

impl Provider {
    fn new(fault: Fault) -> Self {
        let mut books = Books::new();
        fault.edit_books(&mut books);
        let mut manifest = manifest();
        fault.edit_manifest(&mut manifest);
        Self {
            fault,
            manifest,
            books: Mutex::new(books),
        }
    }

    async fn respond(&self, request: Request) -> Response {
        let mut request = ProviderRequest::read(request).await;
        self.fault.edit_request(&mut request);
        if let Some(response) = self.fault.response_instead(&request) {
            return response;
        }
        let mut reply = self.reply(&request).await;
        self.fault.edit_reply(&request, &mut reply);
        reply.into_response()
    }

    async fn reply(&self, request: &ProviderRequest) -> Reply {
        if !is_authorized(request) {
            return Reply::error(401, "Unauthorized");
        }
        if !matches!(request.mode.as_deref(), None | Some("test" | "live")) {
            return Reply::error(400, "the mode must be `test` or `live`");
        }
        // The data are those of test mode.
        if request.mode.as_deref() == Some("live") && request.route != Route::Manifest {
            return Reply::error(400, "this provider serves test mode only");
        }
        if let Route::Act(action) = request.route {
            return self.act(action, &request.body).await;
        }
        let books = self.books.lock().unwrap();
        match &request.route {
            Route::Manifest => Reply::json(self.manifest.clone()),
            Route::List(kind) => lists::page(request, kind.name(), books.all(*kind)),
            Route::Retrieve(kind, id) => found(books.find(*kind, id)),
            Route::ListOf(customer) => match books.find(Kind::Customers, customer) {
                Some(_) => lists::page(request, customer, &books.subscriptions_of(customer)),
                None => found(None),
            },
            Route::RetrieveOf(customer, id) => found(books.subscription(customer, id)),
            Route::FindByEmail(email) => found(books.customer_with("email", email)),
            Route::FindByPhone(phone) => found(books.customer_with("phone", phone)),
            Route::Act(_) | Route::Unknown => Reply::error(404, "there is no such endpoint"),
        }
    }
}

fn is_authorized(request: &ProviderRequest) -> bool {
    let Some(given) = request.authorization.as_deref() else {
        return false;
    };
    let token = match given.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => token,
        _ => given,
    };
    token == TOKEN
}

fn found(item: Option<&Value>) -> Reply {
    match item {
        Some(item) => Reply::json(item.clone()),
        None => Reply::error(404, "there is no such item"),
    }
}

/// The manifest. One option of each group is on, and one is off.
fn manifest() -> Value {
    json!({
        "controllers": {
            "customers": true,
            "prices": { "enabled": true, "type": "product" },
            "subscriptions": true,
            "coupons": true,
            "products": { "enabled": true, "type": "family" },
            "families": true,
        },
        "actions": {
            "cancel": { "schedules": { "immediate": true, "end-of-period": false } },
            "pause": {
                "enabled": true,
                "startDates": { "immediate": true, "end-of-period": false },
                "durations": { "period": true, "date": false },
                "allowAnnual": false,
            },
            "applyCoupon": { "enabled": true },
            "changePrice": {
                "enabled": true,
                "schedules": { "immediate": true, "end-of-period": false },
                "prorate": false,
            },
            "extendTrial": {
                "enabled": true,
                "multiple": false,
                "durations": { "period": true, "date": false },
            },
        },
    })
}
