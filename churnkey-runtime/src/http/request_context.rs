//! The parts of a request that a function can take besides the input of its operation.

use std::any::type_name;
use std::fmt;
use std::ops::Deref;

use axum::Extension;
use axum::extract::FromRequestParts;
use axum::http::{self, Extensions, HeaderMap, HeaderName, HeaderValue, Method, Uri, header};
use axum::response::IntoResponse as _;
use futures_util::FutureExt as _;

use super::request_id::RequestId;
use crate::error::{Error, Result};
use crate::mode::Mode;

/// Everything about a request that is not the input of its operation.
///
/// The context of an integration is shared by all requests; this differs for each. Annotated
/// functions do not take it whole: they take the parts they need, each a type that implements
/// [`FromRequestContext`].
#[derive(Clone)]
pub struct RequestContext {
    mode: Mode,
    id: RequestId,
    parts: http::request::Parts,
}

impl RequestContext {
    /// A request context for unit tests of a [`FromRequestContext`]: an empty request with a
    /// generated id.
    ///
    /// ```
    /// # use churnkey_runtime as churnkey;
    /// use churnkey::axum::http::{HeaderName, HeaderValue};
    /// use churnkey::{Extension, FromRequestContext as _, Mode, RequestContext};
    ///
    /// let request = RequestContext::new(Mode::Test)
    ///     .with_header(HeaderName::from_static("x-region"), HeaderValue::from_static("us"))
    ///     .with_extension(7_u32);
    /// assert_eq!(request.headers()["x-region"], "us");
    /// assert_eq!(Extension::<u32>::from_request_context(&request)?.0, 7);
    /// # Ok::<(), churnkey::Error>(())
    /// ```
    pub fn new(mode: Mode) -> Self {
        Self {
            mode,
            id: RequestId::unique(),
            parts: http::Request::new(()).into_parts().0,
        }
    }

    pub(crate) fn from_parts(mode: Mode, id: RequestId, mut parts: http::request::Parts) -> Self {
        parts.headers.remove(header::AUTHORIZATION);
        // `Debug` of a sensitive value hides it, wherever a function or a middleware puts the
        // headers.
        for value in parts.headers.values_mut() {
            value.set_sensitive(true);
        }
        Self { mode, id, parts }
    }

    /// Sets the id.
    #[must_use]
    pub fn with_id(mut self, id: RequestId) -> Self {
        self.id = id;
        self
    }

    /// Sets a header.
    #[must_use]
    pub fn with_header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.parts.headers.insert(name, value);
        self
    }

    /// Adds an extension, as middleware does.
    #[must_use]
    pub fn with_extension(mut self, value: impl Clone + Send + Sync + 'static) -> Self {
        self.parts.extensions.insert(value);
        self
    }

    /// Test or live.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The id under which this request is logged.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.parts.method
    }

    /// The path and the query, which may hold personal data.
    pub fn uri(&self) -> &Uri {
        &self.parts.uri
    }

    /// The headers without `Authorization`.
    pub fn headers(&self) -> &HeaderMap {
        &self.parts.headers
    }

    /// The values that middleware has added to the request.
    pub fn extensions(&self) -> &Extensions {
        &self.parts.extensions
    }
}

/// Omits the path and the query, which hold ids and e-mail addresses.
impl fmt::Debug for RequestContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestContext")
            .field("mode", &self.mode)
            .field("id", &self.id)
            .field("headers", &self.parts.headers)
            .field("extensions", &self.parts.extensions)
            .finish_non_exhaustive()
    }
}

/// A type that an annotated function may take after the arguments of its operation.
///
/// Implemented for [`Mode`], [`RequestId`], [`Headers`], [`Extension<T>`](axum::Extension), and by
/// [`Parts<T>`](Parts) for axum's extractors. Implement it for a type of your own to pass functions
/// a value that is derived from a request:
///
/// ```
/// # use churnkey_runtime as churnkey;
/// struct Region(String);
///
/// impl churnkey::FromRequestContext for Region {
///     fn from_request_context(request: &churnkey::RequestContext) -> churnkey::Result<Self> {
///         let region = request.headers().get("x-region").and_then(|value| value.to_str().ok());
///         Ok(Self(region.unwrap_or("eu").to_owned()))
///     }
/// }
/// ```
///
/// A type that holds the mode, or data that was chosen by it, sets [`READS_MODE`]: a function that
/// takes it need not take the [`Mode`] itself.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// struct Database(&'static str);
///
/// impl churnkey::FromRequestContext for Database {
///     const READS_MODE: bool = true;
///
///     fn from_request_context(request: &churnkey::RequestContext) -> churnkey::Result<Self> {
///         Ok(Self(request.mode().as_str()))
///     }
/// }
/// ```
///
/// Two actions with the same body and mode that run at the same time are joined: one runs, and both
/// callers get its response. This is done only where the function is given the same arguments for
/// both, so a function that takes anything but the [`Mode`] is called for each request, one after
/// the other. A type that depends on nothing but the mode, as the database above, may set
/// [`JOINABLE`].
///
/// [`READS_MODE`]: Self::READS_MODE
/// [`JOINABLE`]: Self::JOINABLE
#[diagnostic::on_unimplemented(
    message = "a churnkey function cannot take a `{Self}` from a request\n\
               help: take a part of it: `churnkey::Mode`, `churnkey::RequestId`, \
               `churnkey::Headers`, `churnkey::Extension<T>`, an axum extractor as \
               `churnkey::Parts<T>`, or a type of your own that implements \
               `churnkey::FromRequestContext`",
    label = "this is not a part of a request"
)]
pub trait FromRequestContext: Sized {
    /// True if the value depends on the mode of the request, so that a function that takes it can
    /// keep test and live data apart.
    const READS_MODE: bool = false;

    /// True if the value is the same for all requests of one mode, so that a concurrent action with
    /// the same body may be answered with the response of this one.
    ///
    /// Do not set it for a value that depends on a header, an extension or a task-local, such as
    /// the tenant of a request: one of two tenants would get the response of the other.
    const JOINABLE: bool = false;

    /// Takes the value from the request, or refuses the request with an error.
    fn from_request_context(request: &RequestContext) -> Result<Self>;
}

impl FromRequestContext for Mode {
    const READS_MODE: bool = true;
    const JOINABLE: bool = true;

    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(request.mode)
    }
}

impl FromRequestContext for RequestId {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(request.id.clone())
    }
}

/// The headers of a request without `Authorization`, because functions do not need the token.
/// `Debug` shows the names and hides the values.
#[derive(Clone, Debug)]
pub struct Headers(HeaderMap);

impl Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.0
    }
}

impl FromRequestContext for Headers {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(Self(request.headers().clone()))
    }
}

/// A value that the user's middleware added to the request. If it is absent, the response is an
/// opaque 500, and the log names the type.
impl<T: Clone + Send + Sync + 'static> FromRequestContext for Extension<T> {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        let value = request.extensions().get::<T>().cloned();
        value.map(Extension).ok_or_else(|| {
            Error::internal(format!(
                "no middleware put a `{}` on the request: add `.layer(axum::Extension(..))` or \
                 your own layer to the router",
                type_name::<T>()
            ))
        })
    }
}

/// An axum extractor as an argument of an annotated function: any type that implements
/// [`FromRequestParts<()>`](FromRequestParts), such as `MatchedPath` or a session of your own.
///
/// A rejection keeps its status. The extractor must not wait, because a request is decoded
/// synchronously before its function; one that waits is an opaque 500. It does not get the header
/// `Authorization`.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::axum::http::Method;
/// use churnkey::{FromRequestContext as _, Mode, Parts, RequestContext};
///
/// let request = RequestContext::new(Mode::Test);
/// let Parts(method) = Parts::<Method>::from_request_context(&request)?;
/// assert_eq!(method, Method::GET);
/// # Ok::<(), churnkey::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts<T>(pub T);

impl<T: FromRequestParts<()>> FromRequestContext for Parts<T> {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        let mut parts = request.parts.clone();
        match T::from_request_parts(&mut parts, &()).now_or_never() {
            Some(Ok(value)) => Ok(Self(value)),
            Some(Err(rejection)) => {
                let status = rejection.into_response().status();
                let reason = status.canonical_reason().unwrap_or("Rejected");
                let cause = format!("the extractor `{}` rejected the request", type_name::<T>());
                Err(Error::new(status, reason).with_cause(cause))
            }
            None => Err(Error::internal(format!(
                "the extractor `{}` waits, which `churnkey::Parts` does not support",
                type_name::<T>()
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use axum::http::request::Parts as RequestParts;
    use tokio::task::yield_now;

    use super::*;

    struct Rejected;

    impl FromRequestParts<()> for Rejected {
        type Rejection = StatusCode;

        async fn from_request_parts(_: &mut RequestParts, (): &()) -> Result<Self, StatusCode> {
            Err(StatusCode::FORBIDDEN)
        }
    }

    struct Waiting;

    impl FromRequestParts<()> for Waiting {
        type Rejection = StatusCode;

        async fn from_request_parts(_: &mut RequestParts, (): &()) -> Result<Self, StatusCode> {
            yield_now().await;
            Ok(Self)
        }
    }

    fn status<T: FromRequestContext>() -> Option<StatusCode> {
        let taken = T::from_request_context(&RequestContext::new(Mode::Test));
        taken.err().map(|error| error.status())
    }

    #[test]
    fn rejection_keeps_its_status_and_waiting_is_a_500() {
        assert_eq!(status::<Parts<Rejected>>(), Some(StatusCode::FORBIDDEN));
        assert_eq!(
            status::<Parts<Waiting>>(),
            Some(StatusCode::INTERNAL_SERVER_ERROR)
        );
        assert_eq!(status::<Parts<Method>>(), None);
    }

    #[test]
    fn debug_shows_no_path_and_no_header_value() {
        let (mut parts, ()) = http::Request::new(()).into_parts();
        parts.uri = Uri::from_static("/customers/email/ada@example.com");
        parts
            .headers
            .insert("x-secret", HeaderValue::from_static("s3ntin3l"));
        let request = RequestContext::from_parts(Mode::Live, RequestId::unique(), parts);
        let shown = format!("{request:?}");
        assert!(shown.contains("x-secret"), "{shown}");
        assert!(
            !shown.contains("s3ntin3l") && !shown.contains("ada@"),
            "{shown}"
        );
    }
}
