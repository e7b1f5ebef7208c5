//! The example `minimal` without churnkey: the same routes and responses, hand-written on axum.

use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Path, Query, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Clone, Serialize)]
struct Customer {
    id: String,
    name: String,
    email: String,
}

#[derive(Clone, Serialize)]
struct Cycle {
    amount: u32,
    unit: &'static str,
}

#[derive(Clone, Serialize)]
#[serde(tag = "model", rename_all = "lowercase")]
enum Amount {
    Fixed { currency: &'static str, unit: i64 },
}

#[derive(Clone, Serialize)]
struct Price {
    id: String,
    r#type: &'static str,
    duration: Cycle,
    amount: Amount,
    name: String,
}

#[derive(Clone, Serialize)]
struct Item {
    id: String,
    price: Price,
    quantity: u64,
}

#[derive(Clone, Serialize)]
#[serde(
    tag = "name",
    rename_all = "lowercase",
    rename_all_fields = "camelCase"
)]
enum Status {
    Active,
    Canceled { canceled_at: Timestamp },
}

#[derive(Clone, Serialize)]
#[serde(rename_all = "camelCase")]
struct Subscription {
    id: String,
    customer_id: String,
    status: Status,
    start: Timestamp,
    duration: Cycle,
    items: Vec<Item>,
}

#[derive(Serialize)]
struct Page<T> {
    data: Vec<T>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

#[derive(Deserialize)]
struct PageQuery {
    limit: Option<usize>,
    cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Cancel {
    customer_id: String,
    subscription_id: String,
    scheduled_at: String,
}

enum Failure {
    Bad(&'static str),
    Missing(&'static str),
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let (status, message) = match self {
            Self::Bad(message) => (StatusCode::BAD_REQUEST, message),
            Self::Missing(message) => (StatusCode::NOT_FOUND, message),
        };
        (
            status,
            Json(json!({ "code": status.as_u16(), "message": message })),
        )
            .into_response()
    }
}

struct Billing {
    token: String,
    prices: Vec<Price>,
    customers: Vec<Customer>,
    subscriptions: Mutex<Vec<Subscription>>,
}

type Shared = State<Arc<Billing>>;

async fn authorize(State(billing): Shared, request: Request, next: Next) -> Response {
    let header = request
        .headers()
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    if header.and_then(|value| value.strip_prefix("Bearer ")) != Some(billing.token.as_str()) {
        let body = Json(json!({ "code": 401, "message": "Unauthorized" }));
        return (StatusCode::UNAUTHORIZED, body).into_response();
    }
    next.run(request).await
}

async fn features() -> Json<serde_json::Value> {
    Json(json!({
        "controllers": {
            "customers": true,
            "prices": { "enabled": true, "type": "standalone" },
            "subscriptions": true,
        },
        "actions": { "cancel": { "schedules": { "immediate": true, "end-of-period": false } } },
    }))
}

async fn customer(
    State(billing): Shared,
    Path(id): Path<String>,
) -> Result<Json<Customer>, Failure> {
    let customer = billing
        .customers
        .iter()
        .find(|customer| customer.id == id)
        .cloned();
    customer
        .map(Json)
        .ok_or(Failure::Missing("there is no such customer"))
}

async fn price(State(billing): Shared, Path(id): Path<String>) -> Result<Json<Price>, Failure> {
    let price = billing.prices.iter().find(|price| price.id == id).cloned();
    price
        .map(Json)
        .ok_or(Failure::Missing("there is no such price"))
}

async fn prices(
    State(billing): Shared,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Price>>, Failure> {
    let limit = page.limit.unwrap_or(10).min(100);
    if limit == 0 {
        return Err(Failure::Bad("`limit` must be a whole number from 1"));
    }
    let after = page.cursor.unwrap_or_default();
    let mut data: Vec<Price> = billing
        .prices
        .iter()
        .filter(|price| price.id > after)
        .cloned()
        .collect();
    data.sort_by(|one, other| one.id.cmp(&other.id));
    let next = (data.len() > limit).then(|| data[limit - 1].id.clone());
    data.truncate(limit);
    Ok(Json(Page { data, next }))
}

async fn subscription(
    State(billing): Shared,
    Path((customer, id)): Path<(String, String)>,
) -> Result<Json<Subscription>, Failure> {
    let subscriptions = billing
        .subscriptions
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let found = subscriptions
        .iter()
        .find(|one| one.customer_id == customer && one.id == id)
        .cloned();
    found
        .map(Json)
        .ok_or(Failure::Missing("there is no such subscription"))
}

async fn cancel(State(billing): Shared, Json(request): Json<Cancel>) -> Result<(), Failure> {
    if request.scheduled_at != "immediate" {
        return Err(Failure::Bad("`scheduledAt` must be `immediate`"));
    }
    let mut subscriptions = billing
        .subscriptions
        .lock()
        .unwrap_or_else(PoisonError::into_inner);
    let subscription = subscriptions
        .iter_mut()
        .find(|one| one.customer_id == request.customer_id && one.id == request.subscription_id)
        .ok_or(Failure::Missing("there is no such subscription"))?;
    if !matches!(subscription.status, Status::Canceled { .. }) {
        subscription.status = Status::Canceled {
            canceled_at: Timestamp::now(),
        };
    }
    Ok(())
}

fn monthly() -> Cycle {
    Cycle {
        amount: 1,
        unit: "month",
    }
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let pro = Price {
        id: "pro".into(),
        r#type: "standalone",
        duration: monthly(),
        amount: Amount::Fixed {
            currency: "USD",
            unit: 1900,
        },
        name: "Pro".into(),
    };
    let first = Subscription {
        id: "sub_1".into(),
        customer_id: "cus_1".into(),
        status: Status::Active,
        start: Timestamp::now(),
        duration: monthly(),
        items: vec![Item {
            id: "item_1".into(),
            price: pro.clone(),
            quantity: 1,
        }],
    };
    let billing = Arc::new(Billing {
        token: std::env::var("CK_INTEGRATION_TOKEN")
            .expect("CK_INTEGRATION_TOKEN is the token that Churnkey sends"),
        prices: vec![pro],
        customers: vec![Customer {
            id: "cus_1".into(),
            name: "Ada".into(),
            email: "ada@example.test".into(),
        }],
        subscriptions: Mutex::new(vec![first]),
    });
    let router = Router::new()
        .route("/churnkey/features", get(features))
        .route("/churnkey/customers/{id}", get(customer))
        .route("/churnkey/prices/{id}", get(price))
        .route("/churnkey/prices", get(prices))
        .route(
            "/churnkey/customers/{customer}/subscriptions/{id}",
            get(subscription),
        )
        .route("/churnkey/actions/subscription/cancel", post(cancel))
        .layer(middleware::from_fn_with_state(billing.clone(), authorize))
        .with_state(billing);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    axum::serve(listener, router)
        .with_graceful_shutdown(async { drop(tokio::signal::ctrl_c().await) })
        .await
}
