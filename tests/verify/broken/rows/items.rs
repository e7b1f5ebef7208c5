//! Faults of single items: retrieved, found, and unknown ones.

use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::{Books, Kind, ProviderRequest, Reply, Route};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = vec![
        row(
            "customers: an id with a slash is not decoded",
            "customers.retrieve.listed",
            request(|request| match &request.route {
                Route::Retrieve(Kind::Customers, id) if id.contains('/') => Some(Route::Unknown),
                _ => None,
            }),
        ),
        row(
            "customers: a plus in an address is decoded as a space",
            "customers.find.listed",
            request(|request| match &request.route {
                Route::FindByEmail(email) if email.contains("+2") => {
                    Some(Route::FindByEmail(email.replace('+', " ")))
                }
                _ => None,
            }),
        ),
        row(
            "customers: every search finds the first customer",
            "customers.find.other",
            request(|request| match &request.route {
                Route::FindByPhone(phone) if phone.starts_with("+1 555") => {
                    Some(Route::FindByPhone("+1 555 0000".to_owned()))
                }
                _ => None,
            }),
        ),
        row(
            "customers: an unsuccessful search gets an empty 200",
            "customers.find.unknown",
            not_found(ProviderRequest::finds, |reply| {
                *reply = Reply::json(Value::Null)
            }),
        ),
        row(
            "customers: an unsuccessful search gets 500",
            "customers.find.unknown",
            not_found(ProviderRequest::finds, |reply| {
                *reply = Reply::error(500, "Internal Server Error")
            }),
        ),
        row(
            "subscriptions are looked up only by their own id",
            "subscriptions.other-customer",
            ignores_customer(),
        ),
        row(
            "subscriptions: the list of an unknown customer gets 500",
            "subscriptions.unknown-customer",
            not_found(
                |request| matches!(request.route, Route::ListOf(_)),
                |reply| *reply = Reply::error(500, "Internal Server Error"),
            ),
        ),
        row(
            "subscriptions: the list of an unknown customer is that of another",
            "subscriptions.unknown-customer",
            not_found(
                |request| matches!(request.route, Route::ListOf(_)),
                |reply| *reply = Reply::json(json!({ "data": [Books::new().subscriptions[0]] })),
            ),
        ),
    ];
    for kind in Kind::ALL {
        let name = kind.name();
        let retrieves = move |request: &ProviderRequest| request.retrieves(kind);
        let mut add = |what: &str, check: &str, fault| {
            rows.push(row(
                format!("{name}: {what}"),
                format!("{name}.{check}"),
                fault,
            ));
        };
        add(
            "a listed item cannot be retrieved",
            "retrieve.listed",
            request({
                let is_the_one = is_the_one(kind);
                move |request| is_the_one(request).then_some(Route::Unknown)
            }),
        );
        add(
            "another item is retrieved",
            "retrieve.other",
            the_one(kind, |kind, item| {
                *item = Books::new().all(kind)[0].clone();
            }),
        );
        add(
            "another version is retrieved",
            "retrieve.differs",
            the_one(kind, |kind, item| match kind {
                Kind::Customers | Kind::Subscriptions => item["metadata"]["stale"] = json!("yes"),
                Kind::Prices | Kind::Coupons | Kind::Products | Kind::Families => {
                    item["name"] = json!("Formerly");
                }
            }),
        );
        add(
            "an unknown id gets an empty 200",
            "retrieve.unknown",
            not_found(retrieves, |reply| {
                *reply = Reply::json(Value::Null);
            }),
        );
        add(
            "an unknown id gets an empty object",
            "retrieve.unknown",
            not_found(retrieves, |reply| {
                *reply = Reply::json(json!({}));
            }),
        );
        add(
            "an unknown id gets 500",
            "retrieve.unknown",
            not_found(retrieves, |reply| {
                *reply = Reply::error(500, "Internal Server Error");
            }),
        );
        add(
            "an unknown percent-encoded id gets 500",
            "retrieve.encoded-id",
            not_found(
                move |request| match &request.route {
                    Route::Retrieve(of, id) => *of == kind && is_odd(id),
                    Route::RetrieveOf(_, id) => kind == Kind::Subscriptions && is_odd(id),
                    _ => false,
                },
                |reply| *reply = Reply::error(500, "Internal Server Error"),
            ),
        );
        add(
            "an error is plain text",
            "error-shape",
            not_found(retrieves, |reply| {
                reply.raw("Not Found");
            }),
        );
        add(
            "an error has another form",
            "error-shape",
            not_found(retrieves, |reply| {
                *reply.value() = json!({ "error": { "message": "Not Found" } });
            }),
        );
        add(
            "an error has another code",
            "error-shape",
            not_found(retrieves, |reply| {
                reply.value()["code"] = json!(4041);
            }),
        );
        add(
            "an error has a string as code",
            "error-shape",
            not_found(retrieves, |reply| {
                reply.value()["code"] = json!("404");
            }),
        );
        add(
            "an error has no message",
            "error-shape",
            not_found(retrieves, |reply| {
                reply.value()["message"] = Value::Null;
            }),
        );
    }
    rows
}

fn is_odd(id: &str) -> bool {
    id.contains(['%', '?', '#'])
}

/// Returns true if a request retrieves the item with faults.
fn is_the_one(kind: Kind) -> impl Fn(&ProviderRequest) -> bool + Send + Sync + 'static {
    let id = Books::new().one(kind)["id"].clone();
    move |request| match &request.route {
        Route::Retrieve(of, request) if *of == kind => id == request.as_str(),
        Route::RetrieveOf(_, request) if kind == Kind::Subscriptions => id == request.as_str(),
        _ => false,
    }
}

/// Handles some requests as others.
fn request(other: impl Fn(&ProviderRequest) -> Option<Route> + Send + Sync + 'static) -> Fault {
    Fault::none().request(move |request| {
        if let Some(route) = other(request) {
            request.route = route;
        }
    })
}

/// Changes one item when it is retrieved.
fn the_one(kind: Kind, edit: fn(Kind, &mut Value)) -> Fault {
    let is_the_one = is_the_one(kind);
    Fault::none().reply(move |request, reply| {
        if reply.status == 200 && is_the_one(request) {
            edit(kind, reply.value());
        }
    })
}

/// Sends another response for an unknown id.
fn not_found(
    asks: impl Fn(&ProviderRequest) -> bool + Send + Sync + 'static,
    edit: fn(&mut Reply),
) -> Fault {
    Fault::none().reply(move |request, reply| {
        if reply.status == 404 && asks(request) {
            edit(reply);
        }
    })
}

fn ignores_customer() -> Fault {
    let books = Books::new();
    request(move |request| {
        let Route::RetrieveOf(_, id) = &request.route else {
            return None;
        };
        let all = &books.subscriptions;
        let subscription = all
            .iter()
            .find(|subscription| subscription["id"] == id.as_str())?;
        let owner = subscription["customerId"].as_str()?;
        Some(Route::RetrieveOf(owner.to_owned(), id.clone()))
    })
}
