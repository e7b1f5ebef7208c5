//! The routes and layers of the application.

use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use churnkey::Provider;
use sqlx::SqlitePool;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::TraceLayer;

use crate::account;
use crate::billing::Billing;

/// The state of the application's own routes.
#[derive(Clone)]
pub struct App {
    pub database: SqlitePool,
    pub churnkey_api_key: Arc<str>,
}

pub fn router(app: App, provider: Provider<Billing>) -> Router {
    Router::new()
        .route("/", get(async || Html(include_str!("account.html"))))
        .route("/account", get(account::account))
        .route("/account/cancel-flow", get(account::cancel_flow))
        .nest("/integrations", provider.router())
        .layer(CatchPanicLayer::new())
        .layer(TraceLayer::new_for_http())
        .with_state(app)
}
