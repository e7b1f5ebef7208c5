//! The routes of the signed-in customer.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, header, request::Parts};
use churnkey::{AuthHash, CustomerId};
use serde::Serialize;
use uuid::Uuid;

use crate::app::App;
use crate::error::AppError;

/// The account of the session in the cookie `session`.
#[derive(Serialize, sqlx::FromRow)]
pub struct SignedIn {
    id: Uuid,
    name: String,
}

impl FromRequestParts<App> for SignedIn {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, AppError> {
        let token = session(&parts.headers).ok_or(AppError::SignedOut)?;
        let account = sqlx::query_as(
            "SELECT id, name FROM accounts JOIN sessions ON account_id = id WHERE token = ?",
        )
        .bind(token)
        .fetch_optional(&app.database)
        .await?;
        account.ok_or(AppError::SignedOut)
    }
}

fn session(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get(header::COOKIE)?.to_str().ok()?;
    let mut cookies = cookies.split(';').map(str::trim);
    cookies.find_map(|cookie| cookie.strip_prefix("session="))
}

pub async fn account(account: SignedIn) -> Json<SignedIn> {
    Json(account)
}

/// The data with which the page of the signed-in customer opens Churnkey's cancel flow.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CancelFlow {
    customer_id: String,
    auth_hash: AuthHash,
}

/// Takes the id from the session and never from the request, because the hash is a permission.
pub async fn cancel_flow(State(app): State<App>, account: SignedIn) -> Json<CancelFlow> {
    let customer_id = CustomerId::from(account.id);
    Json(CancelFlow {
        auth_hash: churnkey::auth_hash(&*app.churnkey_api_key, &customer_id),
        customer_id: customer_id.to_string(),
    })
}
