//! The error itself.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use axum::http::StatusCode;

pub(super) type Cause = Box<dyn StdError + Send + Sync>;

/// The result of every annotated function.
///
/// `?` takes every error that chooses its response, by [`IntoError`]. For the others,
/// [`ResultExt`] names the response: see [`Error`].
///
/// [`IntoError`]: super::IntoError
/// [`ResultExt`]: super::ResultExt
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A response other than success: a status and a message for Churnkey, and a cause for the log.
///
/// - [`Error::not_found`], [`Error::bad_request`], [`Error::conflict`] and the like **send their
///   message** to Churnkey. Name the field and the rule in it, never a value that belongs to a
///   person.
/// - [`Error::internal`] is an **opaque 500**: Churnkey reads `Internal Server Error`, the cause
///   goes to the log and nowhere else.
///
/// On the wire an error is `{"code": <status>, "message": "<text>"}` (protocol: **doc**).
///
/// # `?`
///
/// In a function that returns [`churnkey::Result`](Result), `?` takes a type that implements
/// [`IntoError`], and keeps the status that it chooses. An error of another crate, such as one of
/// a database driver, has no response, so `?` alone does not compile. There are three ways out:
///
/// - [`ResultExt`] names the response at the call: `.or_internal()?`, `.or_not_found("..")?`;
/// - an error type of your own derives `IntoError`, and the function
///   returns it;
/// - with the feature `anyhow` or `eyre`, the function returns `anyhow::Result<..>`.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::ResultExt as _;
///
/// fn quantity(text: &str) -> churnkey::Result<u32> {
///     if text.is_empty() {
///         return Err(churnkey::Error::bad_request("`quantity` must not be empty"));
///     }
///     text.parse().or_internal()
/// }
///
/// assert_eq!(quantity("").unwrap_err().status(), 400);
/// assert_eq!(quantity("many").unwrap_err().status(), 500);
/// ```
///
/// `Error` is itself a [`std::error::Error`]: it can be a `#[from]` field of your own error type,
/// and `Box<dyn Error>` and `anyhow::Error` take it through `?`.
///
/// [`IntoError`]: super::IntoError
/// [`ResultExt`]: super::ResultExt
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

    /// An opaque 500 with a cause for the log: a standard error, a text, a boxed error, or a value
    /// that converts into one, such as an `anyhow::Error`.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::internal_without_cause().with_cause(cause)
    }

    /// An opaque 500 for generated code, which adds the cause.
    #[doc(hidden)]
    pub fn internal_without_cause() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    }

    /// Adds a cause, which is logged and never sent.
    #[must_use]
    pub fn with_cause(mut self, cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.cause = Some(cause.into());
        self
    }

    /// Puts the text of an error that wraps this one before the cause, unless it adds nothing.
    pub(crate) fn within(mut self, text: String) -> Self {
        let inner = self.0.cause.as_ref().map(ToString::to_string);
        if text != self.0.message && inner.as_ref() != Some(&text) {
            let source = self.0.cause.take();
            self.0.cause = Some(Box::new(Context { text, source }));
        }
        self
    }

    /// The same response, without the cause.
    pub(super) fn response(&self) -> Self {
        Self(Box::new(Inner {
            status: self.0.status,
            message: self.0.message.clone(),
            retry_after: self.0.retry_after,
            cause: None,
        }))
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

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.cause().map(|cause| cause as _)
    }
}

/// The text of an error that wraps another one.
#[derive(Debug)]
struct Context {
    text: String,
    source: Option<Cause>,
}

impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl StdError for Context {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
