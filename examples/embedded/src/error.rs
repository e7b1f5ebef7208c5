//! The error type of the application.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// An error of the application's own routes and of the provider.
#[derive(Debug, thiserror::Error, churnkey::IntoError)]
pub enum AppError {
    #[error("not signed in")]
    SignedOut,
    #[error("there is no such subscription")]
    #[churnkey(not_found, message)]
    NoSuchSubscription,
    #[error("the database has no free connection")]
    #[churnkey(unavailable(after = "1s"))]
    Busy,
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    #[error("the plan has an invalid price")]
    Amount(#[from] churnkey::model::InvalidAmount),
    #[error("the plan has an unknown currency")]
    Currency(#[from] churnkey::model::UnknownCurrency),
    #[error(transparent)]
    Churnkey(#[from] churnkey::Error),
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        match error {
            sqlx::Error::PoolTimedOut => Self::Busy,
            error => Self::Database(error),
        }
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let status = match self {
            Self::SignedOut => StatusCode::UNAUTHORIZED,
            Self::NoSuchSubscription => StatusCode::NOT_FOUND,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        status.into_response()
    }
}
