//! The hand-written provider on axum, as a good engineer writes it: routes, middleware for the
//! token, extractors, typed models, and one format of errors.
//!
//! `CHECKED` enables validation of responses. Requests are always validated.

mod checks;
mod models;
mod requests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock};

use axum::body::Bytes;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{json, value::RawValue};
use subtle::ConstantTimeEq as _;

use self::checks::Check;
use self::models::{Customer, Moment, PausePeriod, Price, Status, Subscription};
use self::requests::{Body, Cancel, Mode, Paging, Pause};
use crate::cases::TOKEN;
use crate::data;

pub fn router<const CHECKED: bool>() -> Router {
    let billing = Arc::new(Billing::read());
    Router::new()
        .route("/churnkey/features", get(features))
        .route("/churnkey/customers", get(customers::<CHECKED>))
        .route("/churnkey/customers/{id}", get(customer::<CHECKED>))
        .route(
            "/churnkey/customers/{customer}/subscriptions/{id}",
            get(subscription::<CHECKED>),
        )
        .route("/churnkey/prices", get(prices::<CHECKED>))
        .route("/churnkey/prices/{id}", get(price::<CHECKED>))
        .route("/churnkey/actions/subscription/cancel", post(cancel))
        .route("/churnkey/actions/subscription/pause", post(pause))
        .fallback(async || Failure::not_found("there is no such path"))
        .layer(middleware::from_fn_with_state(
            Arc::clone(&billing),
            authorize,
        ))
        .with_state(billing)
}

struct Billing {
    token: String,
    manifest: Bytes,
    customers: BTreeMap<String, Customer>,
    prices: BTreeMap<String, Price>,
    subscriptions: RwLock<BTreeMap<String, Subscription>>,
}

type Shared = State<Arc<Billing>>;

impl Billing {
    fn read() -> Self {
        let data = data::read::<Box<RawValue>, Customer, Price, Subscription>();
        let by_id = |one: Subscription| (one.id.clone(), one);
        Self {
            token: TOKEN.to_owned(),
            manifest: Bytes::from(data.manifest.get().to_owned()),
            customers: data
                .customers
                .into_iter()
                .map(|one| (one.id.clone(), one))
                .collect(),
            prices: data
                .prices
                .into_iter()
                .map(|one| (one.id.clone(), one))
                .collect(),
            subscriptions: RwLock::new(data.subscriptions.into_iter().map(by_id).collect()),
        }
    }

    fn change(
        &self,
        customer: &str,
        id: &str,
        change: impl FnOnce(&mut Subscription) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut subscriptions = self
            .subscriptions
            .write()
            .unwrap_or_else(PoisonError::into_inner);
        let found = subscriptions
            .get_mut(id)
            .filter(|one| one.customer_id == customer);
        change(found.ok_or(Failure::not_found("there is no such subscription"))?)
    }
}

struct Failure {
    status: StatusCode,
    message: Cow<'static, str>,
}

impl Failure {
    fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        let message = message.into();
        Self { status, message }
    }

    fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    fn not_found(message: &'static str) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let body = json!({ "code": self.status.as_u16(), "message": self.message });
        (self.status, Json(body)).into_response()
    }
}

async fn authorize(State(billing): Shared, request: Request, next: Next) -> Response {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .map_or(&b""[..], HeaderValue::as_bytes);
    let token = match header.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token,
        _ => header,
    };
    if !bool::from(token.ct_eq(billing.token.as_bytes())) {
        return Failure::new(StatusCode::UNAUTHORIZED, "Unauthorized").into_response();
    }
    next.run(request).await
}

#[derive(Serialize)]
struct Page<T> {
    data: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

impl<T: Clone> Page<T> {
    fn of(rows: &BTreeMap<String, T>, paging: &Paging) -> Self {
        let start = paging
            .cursor
            .as_ref()
            .map_or(Bound::Unbounded, Bound::Excluded);
        let mut rows = rows.range::<String, _>((start, Bound::Unbounded));
        let (mut data, mut last) = (Vec::with_capacity(paging.limit), None);
        for (id, row) in rows.by_ref().take(paging.limit) {
            data.push(row.clone());
            last = Some(id);
        }
        let next = rows.next().and(last).cloned();
        Self { data, next }
    }
}

/// Converts a model to a response, after validation if `CHECKED`.
fn send<const CHECKED: bool, T: Check + Serialize>(model: T) -> Result<Json<T>, Failure> {
    if CHECKED && model.check().is_err() {
        return Err(Failure::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            "Internal Server Error",
        ));
    }
    Ok(Json(model))
}

async fn features(State(billing): Shared, _: Mode) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, "application/json")],
        billing.manifest.clone(),
    )
}

async fn customer<const CHECKED: bool>(
    State(billing): Shared,
    _: Mode,
    Path(id): Path<String>,
) -> Result<Json<Customer>, Failure> {
    let customer = billing.customers.get(&id).cloned();
    send::<CHECKED, _>(customer.ok_or(Failure::not_found("there is no such customer"))?)
}

async fn customers<const CHECKED: bool>(
    State(billing): Shared,
    _: Mode,
    paging: Paging,
) -> Result<Json<Page<Customer>>, Failure> {
    send::<CHECKED, _>(Page::of(&billing.customers, &paging))
}

async fn price<const CHECKED: bool>(
    State(billing): Shared,
    _: Mode,
    Path(id): Path<String>,
) -> Result<Json<Price>, Failure> {
    let price = billing.prices.get(&id).cloned();
    send::<CHECKED, _>(price.ok_or(Failure::not_found("there is no such price"))?)
}

async fn prices<const CHECKED: bool>(
    State(billing): Shared,
    _: Mode,
    paging: Paging,
) -> Result<Json<Page<Price>>, Failure> {
    send::<CHECKED, _>(Page::of(&billing.prices, &paging))
}

async fn subscription<const CHECKED: bool>(
    State(billing): Shared,
    _: Mode,
    Path((customer, id)): Path<(String, String)>,
) -> Result<Json<Subscription>, Failure> {
    let found = {
        let subscriptions = billing
            .subscriptions
            .read()
            .unwrap_or_else(PoisonError::into_inner);
        subscriptions
            .get(&id)
            .filter(|one| one.customer_id == customer)
            .cloned()
    };
    send::<CHECKED, _>(found.ok_or(Failure::not_found("there is no such subscription"))?)
}

async fn cancel(
    State(billing): Shared,
    _: Mode,
    Body(request): Body<Cancel>,
) -> Result<(), Failure> {
    billing.change(
        &request.customer_id,
        &request.subscription_id,
        |subscription| {
            if !matches!(subscription.status, Status::Canceled { .. }) {
                subscription.status = Status::Canceled {
                    canceled_at: Moment(Timestamp::now()),
                    current_period: None,
                };
            }
            Ok(())
        },
    )
}

async fn pause(State(billing): Shared, _: Mode, Body(request): Body<Pause>) -> Result<(), Failure> {
    billing.change(
        &request.customer_id,
        &request.subscription_id,
        |subscription| {
            if subscription.duration.is_annual() {
                return Err(Failure::bad_request(
                    "`allowAnnual` must be true to pause an annual subscription",
                ));
            }
            let now = Moment(Timestamp::now());
            let (start, current_period) = match subscription.status {
                Status::Canceled { .. } => {
                    return Err(Failure::new(
                        StatusCode::CONFLICT,
                        "the subscription is canceled",
                    ));
                }
                Status::Paused {
                    pause,
                    current_period,
                } => (pause.start, current_period),
                Status::Active { current_period } => {
                    let end = current_period.filter(|_| request.at_period_end);
                    (end.map_or(now, |period| period.end), current_period)
                }
            };
            let end = request.length.end_from(start);
            let end = end.ok_or(Failure::bad_request(
                "`duration` must end after the start of the pause",
            ))?;
            let pause = PausePeriod {
                start,
                end: Some(end),
            };
            subscription.status = Status::Paused {
                pause,
                current_period,
            };
            Ok(())
        },
    )
}
