//! The error type of the application.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

/// An error of the application's own routes and of the provider.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    #[error("not signed in")]
    SignedOut,
    #[error("there is no such subscription")]
    NoSuchSubscription,
    #[error("the database has no free connection")]
    Busy,
    #[error("the database failed")]
    Database(#[source] sqlx::Error),
    #[error("the plan has an invalid price")]
    InvalidPrice,
    #[error("{0}")]
    Churnkey(churnkey::Error),
}

impl churnkey::IntoError for AppError {
    fn into_error(self) -> churnkey::Error {
        match self {
            Self::Churnkey(error) => error,
            Self::Busy => churnkey::Error::unavailable(Duration::from_secs(1)),
            Self::NoSuchSubscription => churnkey::Error::not_found(self.to_string()),
            error => churnkey::Error::internal(error),
        }
    }
}

impl From<churnkey::Error> for AppError {
    fn from(error: churnkey::Error) -> Self {
        Self::Churnkey(error)
    }
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
