//! Responses for errors of other crates, named at the call.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::time::Duration;

use axum::http::StatusCode;

use super::error::{Error, Result};

/// Gives an error of another crate a response, and `None` as well.
///
/// The names are those of the constructors of [`Error`]. The message is sent to Churnkey; the error
/// becomes the cause, which goes to the log only.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::ResultExt as _;
///
/// fn price(id: &str, prices: &[i64]) -> churnkey::Result<i64> {
///     let index: usize = id.parse().or_not_found("there is no such price")?;
///     prices.get(index).copied().or_not_found("there is no such price")
/// }
///
/// assert_eq!(price("0", &[1900]).unwrap(), 1900);
/// assert_eq!(price("1", &[1900]).unwrap_err().status(), 404);
/// assert!(price("pro", &[1900]).unwrap_err().cause().is_some());
/// ```
pub trait ResultExt<T>: Sized {
    /// The value, or the error as the cause of this response.
    fn or_response(self, response: impl FnOnce() -> Error) -> Result<T>;

    /// An opaque 500.
    fn or_internal(self) -> Result<T> {
        self.or_response(Error::internal_without_cause)
    }

    /// 400 with this message: the request is invalid in itself.
    fn or_bad_request(self, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.or_response(|| Error::bad_request(message))
    }

    /// 404 with this message: the object does not exist.
    fn or_not_found(self, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.or_response(|| Error::not_found(message))
    }

    /// 409 with this message: the present state does not allow the request.
    fn or_conflict(self, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.or_response(|| Error::conflict(message))
    }

    /// 503 with `Retry-After`.
    fn or_unavailable(self, retry_after: Duration) -> Result<T> {
        self.or_response(|| Error::unavailable(retry_after))
    }

    /// Any other status, with this message: see [`Error::new`].
    fn or_status(self, status: StatusCode, message: impl Into<Cow<'static, str>>) -> Result<T> {
        self.or_response(|| Error::new(status, message))
    }
}

impl<T, E: Into<Box<dyn StdError + Send + Sync>>> ResultExt<T> for std::result::Result<T, E> {
    fn or_response(self, response: impl FnOnce() -> Error) -> Result<T> {
        self.map_err(|cause| response().with_cause(cause))
    }
}

impl<T> ResultExt<T> for Option<T> {
    fn or_response(self, response: impl FnOnce() -> Error) -> Result<T> {
        self.ok_or_else(response)
    }
}
