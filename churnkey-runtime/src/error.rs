//! The error of an annotated function.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use axum::http::StatusCode;

type Cause = Box<dyn StdError + Send + Sync>;

/// The result of every annotated function.
///
/// `?` works on any [`std::error::Error`]: see [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A response other than success: a status and a message for Churnkey, and a cause for the log.
///
/// There are two ways to make one:
///
/// - `?` on any [`std::error::Error`] makes an **opaque 500**: Churnkey reads `Internal Server
///   Error`, the cause goes to the log and nowhere else.
/// - [`Error::not_found`], [`Error::bad_request`], [`Error::conflict`] and the like **send their
///   message** to Churnkey. Name the field and the rule in it, never a value that belongs to a
///   person.
///
/// On the wire an error is `{"code": <status>, "message": "<text>"}` (protocol: **doc**).
///
/// ```
/// # use churnkey_runtime as churnkey;
/// fn quantity(text: &str) -> churnkey::Result<u32> {
///     if text.is_empty() {
///         return Err(churnkey::Error::bad_request("`quantity` must not be empty"));
///     }
///     Ok(text.parse()?)
/// }
///
/// assert_eq!(quantity("").unwrap_err().status(), 400);
/// assert_eq!(quantity("many").unwrap_err().status(), 500);
/// ```
///
/// `Error` does not itself implement [`std::error::Error`], so that `?` can take every type that
/// does. To give your own error type a status of its own, implement [`IntoError`] for it.
pub struct Error(Box<Inner>);

struct Inner {
    status: StatusCode,
    message: Cow<'static, str>,
    retry_after: Option<Duration>,
    cause: Option<Cause>,
}

impl Error {
    /// A response with this status and message. A status below 400 becomes a 500: `Ok` is for
    /// success.
    pub fn new(status: StatusCode, message: impl Into<Cow<'static, str>>) -> Self {
        let status = if status.is_client_error() || status.is_server_error() {
            status
        } else {
            StatusCode::INTERNAL_SERVER_ERROR
        };
        Self(Box::new(Inner {
            status,
            message: message.into(),
            retry_after: None,
            cause: None,
        }))
    }

    /// 400: the request is invalid in itself. Protocol: **doc**.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 404: the object does not exist, or belongs to another customer. Protocol: **doc**.
    pub fn not_found(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 409: the request is fine and the present state does not allow it, as in pausing a canceled
    /// subscription.
    pub fn conflict(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 503 with `Retry-After`: a pool is full, a database is away, and the same request may go
    /// through later.
    pub fn unavailable(retry_after: Duration) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable").retry_after(retry_after)
    }

    /// Sets `Retry-After`, in whole seconds, at least one.
    #[must_use]
    pub fn retry_after(mut self, after: Duration) -> Self {
        self.0.retry_after = Some(after);
        self
    }

    /// An opaque 500 with a cause for the log. `?` does the same for types that implement
    /// [`std::error::Error`]; this also takes strings, boxed errors and values that convert into
    /// them, such as an `anyhow::Error`: `.map_err(churnkey::Error::internal)?`.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error").with_cause(cause)
    }

    /// Adds a cause, which is logged and never sent.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// The HTTP status that Churnkey receives.
    pub fn status(&self) -> StatusCode {
        self.0.status
    }

    /// The message that Churnkey receives.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The value of `Retry-After`, rounded up: zero would invite the caller back at once.
    pub(crate) fn retry_after_seconds(&self) -> Option<u64> {
        let after = self.0.retry_after?;
        Some((after.as_secs() + u64::from(after.subsec_nanos() > 0)).max(1))
    }

    /// The cause, which Churnkey does not receive.
    pub fn cause(&self) -> Option<&(dyn StdError + Send + Sync + 'static)> {
        self.0.cause.as_deref()
    }
}

impl<E: StdError + Send + Sync + 'static> From<E> for Error {
    fn from(cause: E) -> Self {
        Self::internal(cause)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

/// For people, because `fn main() -> churnkey::Result<()>` prints it: the message, then each cause
/// on a line.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0.message)?;
        let mut cause = self.cause().map(|cause| cause as &dyn StdError);
        while let Some(error) = cause {
            write!(f, "\n  because: {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// An error type of your own that chooses its response.
///
/// Return it from an annotated function: `async fn retrieve(..) -> Result<Option<Price>,
/// BillingError>`. A type that implements only [`std::error::Error`] may be returned as well and
/// becomes an opaque 500.
///
/// `?` *inside* a function that returns [`churnkey::Result`](Result) goes through [`From`] and
/// makes every standard error an opaque 500; there, write `.map_err(IntoError::into_error)?`.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// enum BillingError {
///     Locked,
///     Database(std::io::Error),
/// }
///
/// impl churnkey::IntoError for BillingError {
///     fn into_error(self) -> churnkey::Error {
///         match self {
///             Self::Locked => churnkey::Error::conflict("the subscription is being changed"),
///             Self::Database(cause) => churnkey::Error::internal(cause),
///         }
///     }
/// }
/// ```
pub trait IntoError {
    /// The response for this error.
    fn into_error(self) -> Error;
}

impl IntoError for Error {
    fn into_error(self) -> Error {
        self
    }
}

/// Opaque: the error in the box is logged and not sent.
impl IntoError for Box<dyn StdError + Send + Sync> {
    fn into_error(self) -> Error {
        Error::internal(self)
    }
}
