//! A provider, complete and good but for the fault it is given.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use crate::broken::fault::Fault;

mod actions;
mod asked;
mod books;
mod dates;
mod lists;
mod order;

pub(crate) use actions::Action;
pub(crate) use asked::{Asked, Content, Reply, Route};
pub(crate) use books::{Books, Kind};

pub(crate) const TOKEN: &str = "integration-token-of-the-tests";

/// The provider with this fault.
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
        let mut asked = Asked::read(request).await;
        self.fault.edit_asked(&mut asked);
        if let Some(response) = self.fault.answer_instead(&asked) {
            return response;
        }
        let mut reply = self.reply(&asked).await;
        self.fault.edit_reply(&asked, &mut reply);
        reply.into_response()
    }

    async fn reply(&self, asked: &Asked) -> Reply {
        if !is_authorized(asked) {
            return Reply::error(401, "Unauthorized");
        }
        if !matches!(asked.mode.as_deref(), None | Some("test" | "live")) {
            return Reply::error(400, "the mode must be `test` or `live`");
        }
        if let Route::Act(action) = asked.route {
            return self.act(action, &asked.body).await;
        }
        let books = self.books.lock().unwrap();
        match &asked.route {
            Route::Manifest => Reply::json(self.manifest.clone()),
            Route::List(kind) => lists::page(asked, kind.name(), books.all(*kind)),
            Route::Retrieve(kind, id) => found(books.find(*kind, id)),
            Route::ListOf(customer) => match books.find(Kind::Customers, customer) {
                Some(_) => lists::page(asked, customer, &books.subscriptions_of(customer)),
                None => found(None),
            },
            Route::RetrieveOf(customer, id) => found(books.subscription(customer, id)),
            Route::FindByEmail(email) => found(books.customer_with("email", email)),
            Route::FindByPhone(phone) => found(books.customer_with("phone", phone)),
            Route::Act(_) | Route::Nowhere => Reply::error(404, "there is no such endpoint"),
        }
    }
}

fn is_authorized(asked: &Asked) -> bool {
    let Some(given) = asked.authorization.as_deref() else {
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
        None => Reply::error(404, "nothing has this id"),
    }
}

/// What is switched off is as good a provider as what is switched on: of each group, one of both.
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
