//! A hand-written provider with few subscriptions and faulty actions.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use crate::actions::documents::{coupon, price, written};

pub(crate) const TOKEN: &str = "token";

/// A fault of the actions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CompanyFault {
    /// Responds 200 and changes nothing.
    DoesNothing,
    /// Applies a repeated action again.
    RepeatsActions,
    /// Yields between reading the state and changing it.
    HasRace,
    /// Accepts options that the manifest switches off.
    IgnoresFeatures,
    /// Looks a subscription up only by its own id.
    IgnoresCustomer,
    /// Accepts requests without a token.
    IgnoresToken,
    /// Panics during a concurrent action.
    PanicsConcurrently,
    /// Cancels, and then responds 500.
    FailsAfterCanceling,
    /// Uses another word for the status of a paused subscription.
    RenamesPausedStatus,
    /// Responds 404 for a canceled subscription.
    HidesCanceled,
    /// Pauses only the first subscription of a customer.
    PausesOne,
    /// Refuses a repeated action with 409.
    RefusesRepetition,
}

pub(crate) struct Company {
    faults: BTreeSet<CompanyFault>,
    manifest: Value,
    books: Mutex<CompanyData>,
}

#[derive(Default)]
struct CompanyData {
    subscriptions: Vec<Value>,
    /// Actions that were carried out, with their durations.
    done: Vec<(String, Value)>,
    at_work: usize,
}

const PRICES: [&str; 3] = ["basic", "plus", "pro"];
const COUPONS: [&str; 2] = ["spring", "summer"];

type Refusal = (StatusCode, String);

pub(crate) fn router(
    manifest: Value,
    subscriptions: Vec<Value>,
    faults: &[CompanyFault],
) -> Router {
    let company = Company {
        faults: faults.iter().copied().collect(),
        manifest,
        books: Mutex::new(CompanyData {
            subscriptions,
            ..CompanyData::default()
        }),
    };
    let customers =
        || ["ann", "bob", "cy"].map(|id| json!({ "id": id, "email": format!("{id}@example.com") }));
    let routes = Router::new()
        .route("/features", get(features))
        .route("/customers/{customer}/subscriptions", get(list))
        .route("/customers/{customer}/subscriptions/{id}", get(retrieve))
        .route("/actions/{whose}/{what}", post(act))
        .merge(catalogue("customers", customers().to_vec()))
        .merge(catalogue("prices", PRICES.map(price).to_vec()))
        .merge(catalogue("coupons", COUPONS.map(coupon).to_vec()));
    Router::new()
        .nest("/churnkey", routes)
        .layer(middleware::from_fn(test_mode_only))
        .with_state(Arc::new(company))
}

/// Refuses requests in live mode, except for the manifest.
async fn test_mode_only(request: Request, next: Next) -> Response {
    let is_live =
        request.headers().get("x-churnkey-mode") == Some(&HeaderValue::from_static("live"));
    match is_live && !request.uri().path().ends_with("/features") {
        true => StatusCode::BAD_REQUEST.into_response(),
        false => next.run(request).await,
    }
}

fn catalogue(name: &str, items: Vec<Value>) -> Router<Arc<Company>> {
    let all = items.clone();
    let list = move || async move { json!({ "data": all }).to_string() };
    let retrieve = move |Path(id): Path<String>| async move {
        let item = items.into_iter().find(|item| item["id"] == id);
        item.map(|item| item.to_string())
            .ok_or(StatusCode::NOT_FOUND)
    };
    Router::new()
        .route(&format!("/{name}"), get(list))
        .route(&format!("/{name}/{{id}}"), get(retrieve))
}

async fn features(State(company): State<Arc<Company>>) -> String {
    company.manifest.to_string()
}

async fn list(State(company): State<Arc<Company>>, Path(customer): Path<String>) -> String {
    let books = company.books.lock().unwrap();
    let theirs = books
        .subscriptions
        .iter()
        .filter(|one| one["customerId"] == customer);
    json!({ "data": theirs.collect::<Vec<_>>() }).to_string()
}

async fn retrieve(
    State(company): State<Arc<Company>>,
    Path((customer, id)): Path<(String, String)>,
) -> Result<String, StatusCode> {
    let books = company.books.lock().unwrap();
    let mut all = books.subscriptions.iter();
    let found = all.find(|one| one["customerId"] == customer && one["id"] == id);
    let forgets = company.has(CompanyFault::HidesCanceled);
    let found = found.filter(|one| !forgets || one["status"]["name"] != "canceled");
    let mut found = found.cloned();
    if let Some(one) = &mut found
        && one["status"]["name"] == "paused"
        && company.has(CompanyFault::RenamesPausedStatus)
    {
        one["status"]["name"] = json!("on hold");
    }
    found
        .map(|one| one.to_string())
        .ok_or(StatusCode::NOT_FOUND)
}

async fn act(
    State(company): State<Arc<Company>>,
    Path((whose, what)): Path<(String, String)>,
    headers: HeaderMap,
    body: String,
) -> Result<(), Refusal> {
    let is_open = company.has(CompanyFault::IgnoresToken);
    if !is_open && !headers.contains_key("authorization") {
        return Err((StatusCode::UNAUTHORIZED, "Unauthorized".to_owned()));
    }
    let fields: Value = serde_json::from_str(&body).unwrap_or_default();
    company.check(&whose, &what, &fields)?;
    company.books.lock().unwrap().at_work += 1;
    if company.has(CompanyFault::PanicsConcurrently) {
        tokio::task::yield_now().await;
        assert_eq!(
            company.books.lock().unwrap().at_work,
            1,
            "the fault of this provider"
        );
    }
    let done = company.carry_out(&whose, &what, &fields).await;
    company.books.lock().unwrap().at_work -= 1;
    match what == "cancel" && company.has(CompanyFault::FailsAfterCanceling) {
        true => Err((
            StatusCode::INTERNAL_SERVER_ERROR,
            "no mail was sent".to_owned(),
        )),
        false => done,
    }
}

impl Company {
    fn has(&self, habit: CompanyFault) -> bool {
        self.faults.contains(&habit)
    }

    /// Refuses a malformed body and options that are off.
    fn check(&self, whose: &str, what: &str, fields: &Value) -> Result<(), Refusal> {
        let bad = |rule: &str| Err((StatusCode::BAD_REQUEST, rule.to_owned()));
        let (action, groups): (_, &[(&str, &str)]) = match (whose, what) {
            (_, "cancel") => ("cancel", &[("scheduledAt", "schedules")]),
            (_, "pause") => ("pause", &[("startAt", "startDates")]),
            (_, "apply-coupon") => ("applyCoupon", &[]),
            (_, "change-price") => ("changePrice", &[("scheduledAt", "schedules")]),
            _ => ("extendTrial", &[]),
        };
        let options = &self.manifest["actions"][action];
        let ids = match (whose, what) {
            ("customer", _) => ["customerId"].as_slice(),
            (_, "apply-coupon" | "change-price") => &["customerId", "subscriptionId", "id"],
            _ => &["customerId", "subscriptionId"],
        };
        if ids.iter().any(|id| !fields[id].is_string()) {
            return bad("an id is missing");
        }
        let is_off = |flag: &Value| *flag != true && !self.has(CompanyFault::IgnoresFeatures);
        for (field, group) in groups {
            match fields[field].as_str() {
                Some(word @ ("immediate" | "end-of-period")) if !is_off(&options[group][word]) => {}
                _ => return bad("no such time"),
            }
        }
        for flag in ["allowAnnual", "prorate"] {
            if fields[flag] == true && is_off(&options[flag]) {
                return bad("not offered");
            }
        }
        let duration = &fields["duration"];
        match (what, duration["type"].as_str()) {
            ("pause" | "extend-trial", Some("period")) => {
                let is_one = duration["amount"].as_i64().is_some_and(|amount| amount > 0)
                    && duration["unit"] == "month";
                if !is_one || is_off(&options["durations"]["period"]) {
                    return bad("no such period");
                }
            }
            ("pause" | "extend-trial", Some("date")) => {
                let date = duration["date"]
                    .as_str()
                    .and_then(|date| date.parse::<Timestamp>().ok());
                if date.is_none() || is_off(&options["durations"]["date"]) {
                    return bad("no such date");
                }
            }
            ("pause" | "extend-trial", _) => return bad("no duration"),
            _ => {}
        }
        Ok(())
    }

    async fn carry_out(&self, whose: &str, what: &str, fields: &Value) -> Result<(), Refusal> {
        let ids: &[&str] = match what {
            "apply-coupon" => &COUPONS,
            _ => &PRICES,
        };
        if fields["id"].as_str().is_some_and(|id| !ids.contains(&id)) {
            return Err((StatusCode::NOT_FOUND, "no such coupon or price".to_owned()));
        }
        let places = self.undone(whose, what, fields)?;
        if self.has(CompanyFault::HasRace) {
            tokio::task::yield_now().await;
        }
        let mut books = self.books.lock().unwrap();
        for place in places {
            if self.has(CompanyFault::DoesNothing) {
                break;
            }
            change(&mut books.subscriptions[place], what, fields)?;
            let key = format!("{what} {place}");
            books.done.push((key, fields["duration"].clone()));
        }
        Ok(())
    }

    /// Indexes of the subscriptions to change, without those that have the change already.
    fn undone(&self, whose: &str, what: &str, fields: &Value) -> Result<Vec<usize>, Refusal> {
        let is_anyone = self.has(CompanyFault::IgnoresCustomer);
        let books = self.books.lock().unwrap();
        let mut places = Vec::new();
        let mut found = false;
        for (place, one) in books.subscriptions.iter().enumerate() {
            let is_theirs = is_anyone || one["customerId"] == fields["customerId"];
            if !is_theirs || whose != "customer" && one["id"] != fields["subscriptionId"] {
                continue;
            }
            found = true;
            let key = format!("{what} {place}");
            let noted = books
                .done
                .iter()
                .any(|(done, duration)| *done == key && *duration == fields["duration"]);
            let state = one["status"]["name"].as_str().unwrap_or_default();
            let has_multiple = self.manifest["actions"]["extendTrial"]["multiple"] == true;
            let mut before = books.done.iter().filter(|(done, _)| *done == key);
            if what == "extend-trial" && !noted && !has_multiple && before.next().is_some() {
                return Err((StatusCode::BAD_REQUEST, "only once".to_owned()));
            }
            let is_done = match what {
                "cancel" => state == "canceled",
                "pause" if whose == "customer" => {
                    // A subscription that ends soon is not paused. Nothing else shows its end.
                    let is_left_out = one["metadata"]["ends"] == "soon"
                        || self.has(CompanyFault::PausesOne) && !places.is_empty();
                    state == "paused" || state == "canceled" || is_left_out
                }
                "pause" => noted,
                "apply-coupon" => one["discounts"]
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one["coupon"]["id"] == fields["id"])),
                "change-price" => one["items"][0]["price"]["id"] == fields["id"],
                _ => noted,
            };
            if is_done && self.has(CompanyFault::RefusesRepetition) {
                return Err((StatusCode::CONFLICT, "that is done".to_owned()));
            }
            if !is_done || self.has(CompanyFault::RepeatsActions) {
                places.push(place);
            }
        }
        match found {
            true => Ok(places),
            false => Err((StatusCode::NOT_FOUND, "no such subscription".to_owned())),
        }
    }
}

fn change(one: &mut Value, what: &str, fields: &Value) -> Result<(), Refusal> {
    let conflict = |why: &str| Err((StatusCode::CONFLICT, why.to_owned()));
    let now = Timestamp::now();
    // The document does not show a change at the end of the period.
    if fields["scheduledAt"] == "end-of-period" || fields["startAt"] == "end-of-period" {
        return Ok(());
    }
    let end_from = |start: Timestamp| match fields["duration"]["amount"].as_i64() {
        Some(months) => start + (months * 24 * 30).hours(),
        None => fields["duration"]["date"]
            .as_str()
            .and_then(|date| date.parse().ok())
            .unwrap_or(start),
    };
    let is_annual = one["duration"]["unit"] == "year";
    let status = &mut one["status"];
    match what {
        "cancel" => {
            status["name"] = json!("canceled");
            status["canceledAt"] = json!(written(now));
            status.as_object_mut().unwrap().remove("pause");
        }
        "pause" if is_annual && fields["allowAnnual"] != true => {
            return Err((StatusCode::BAD_REQUEST, "it is annual".to_owned()));
        }
        "pause" if status["name"] != "active" => return conflict("it is not active"),
        "pause" => {
            status["name"] = json!("paused");
            status["pause"] = json!({ "start": written(now), "end": written(end_from(now)) });
        }
        "apply-coupon" => {
            let discount = json!({ "coupon": coupon(fields["id"].as_str().unwrap_or_default()) });
            match one["discounts"].as_array_mut() {
                Some(all) => all.push(discount),
                None => one["discounts"] = json!([discount]),
            }
        }
        "change-price" => {
            let price = price(fields["id"].as_str().unwrap_or_default());
            one["duration"] = price["duration"].clone();
            one["items"][0]["price"] = price;
        }
        _ if status["name"] != "trial" => return conflict("it is in no trial"),
        _ => {
            let end = status["trial"]["end"]
                .as_str()
                .and_then(|end| end.parse().ok())
                .unwrap_or(now);
            status["trial"]["end"] = json!(written(end_from(end)));
        }
    }
    Ok(())
}
