//! What belongs to one request, for functions that ask for it.

use std::any::type_name;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::ops::Deref;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Extension;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue, header, request::Parts};

use crate::{Error, Mode, Result};

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Everything about a request that is not the operation's own input.
///
/// The context of an integration is shared by all requests; this is what differs. Annotated functions do not take it whole: they take the
/// parts they need, each a type that implements [`FromRequest`].
#[derive(Clone, Debug)]
pub struct RequestContext {
    mode: Mode,
    id: RequestId,
    headers: HeaderMap,
    extensions: Extensions,
}

impl RequestContext {
    pub(crate) fn new(mode: Mode, id: RequestId, parts: Parts) -> Self {
        let mut headers = parts.headers;
        headers.remove(header::AUTHORIZATION);
        // So that their `Debug` shows names and no value, in whatever a function or a middleware puts them.
        headers
            .values_mut()
            .for_each(|value| value.set_sensitive(true));
        Self {
            mode,
            id,
            headers,
            extensions: parts.extensions,
        }
    }

    /// Test or live.
    pub fn mode(&self) -> Mode {
        self.mode
    }

    /// The id under which this request is logged.
    pub fn id(&self) -> &RequestId {
        &self.id
    }

    /// The headers without `Authorization`.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// What middleware has put on the request.
    pub fn extensions(&self) -> &Extensions {
        &self.extensions
    }
}

/// A type that an annotated function may take after the operation's own arguments.
///
/// Implemented for [`Mode`], [`RequestId`], [`Headers`] and [`Extension<T>`](axum::Extension); implement it for your own type to give
/// functions what you derive from a request:
///
/// ```
/// # use churnkey_runtime as churnkey;
/// struct Region(String);
///
/// impl churnkey::FromRequest for Region {
///     fn from_request(request: &churnkey::RequestContext) -> churnkey::Result<Self> {
///         let region = request.headers().get("x-region").and_then(|value| value.to_str().ok());
///         Ok(Self(region.unwrap_or("eu").to_owned()))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "a churnkey function cannot take a `{Self}` from a request",
    label = "change or remove this argument",
    note = "after the operation's own arguments a function may take `churnkey::Mode`, `churnkey::RequestId`, `churnkey::Headers`, \
            `churnkey::Extension<T>`, or a type that implements `churnkey::FromRequest`"
)]
pub trait FromRequest: Sized {
    /// Takes the value from the request, or says what Churnkey is answered instead.
    fn from_request(request: &RequestContext) -> Result<Self>;
}

impl FromRequest for Mode {
    fn from_request(request: &RequestContext) -> Result<Self> {
        Ok(request.mode)
    }
}

/// The id of a request, for logs: the caller's `X-Request-Id` if it is sane, else one made here.
///
/// It is sent back in the same header.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    const MAX_LENGTH: usize = 128;

    /// An id of your own, for tests of a function that takes one. `None` unless it is 1 to 128 letters, digits and `-_.:/=+`.
    pub fn new(id: &str) -> Option<Self> {
        Self::sane(HeaderValue::from_str(id).ok()?)
    }

    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let given = headers.get(REQUEST_ID).cloned().and_then(Self::sane);
        given.unwrap_or_else(Self::unique)
    }

    fn sane(id: HeaderValue) -> Option<Self> {
        let sane = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_.:/=+".contains(byte);
        let fits = (1..=Self::MAX_LENGTH).contains(&id.len());
        (fits && id.as_bytes().iter().all(sane)).then_some(Self(id))
    }

    /// Unique by a counter, and across restarts by the random start that the standard library gives each process.
    fn unique() -> Self {
        static START: LazyLock<String> =
            LazyLock::new(|| format!("{:016x}-", RandomState::new().hash_one("churnkey")));
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let start = &*START;
        let mut text = String::with_capacity(start.len() + 16);
        text.push_str(start);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        push_hex(&mut text, count);
        Self(HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("unknown")))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }

    pub(crate) fn into_header(self) -> HeaderValue {
        self.0
    }
}

/// As `{:x}` writes it. The formatter takes several times as long, and every request passes here.
fn push_hex(text: &mut String, number: u64) {
    let digits = (u64::BITS - number.leading_zeros()).div_ceil(4).max(1);
    for digit in (0..digits).rev() {
        let value = (number >> (4 * digit)) as usize % 16;
        text.push(char::from(b"0123456789abcdef"[value]));
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromRequest for RequestId {
    fn from_request(request: &RequestContext) -> Result<Self> {
        Ok(request.id.clone())
    }
}

/// The headers of a request. `Authorization` is not among them: the token stays in the runtime. `Debug` shows the names and hides the values.
#[derive(Clone, Debug)]
pub struct Headers(HeaderMap);

impl Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        &self.0
    }
}

impl FromRequest for Headers {
    fn from_request(request: &RequestContext) -> Result<Self> {
        Ok(Self(request.headers.clone()))
    }
}

/// What the user's own middleware put on the request. Without that middleware the request is an opaque 500, and the log names the type.
impl<T: Clone + Send + Sync + 'static> FromRequest for Extension<T> {
    fn from_request(request: &RequestContext) -> Result<Self> {
        request.extensions.get::<T>().cloned().map(Extension).ok_or_else(|| {
            Error::internal(format!(
                "no middleware put a `{}` on the request: add `.layer(axum::Extension(..))` or your own layer to the router",
                type_name::<T>()
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_written_in_hexadecimal() {
        for number in [0, 1, 15, 16, 255, 0x1000, 0xfedc_ba98_7654_3210, u64::MAX] {
            let mut text = String::new();
            push_hex(&mut text, number);
            assert_eq!(text, format!("{number:x}"));
        }
    }

    #[test]
    fn no_two_ids_are_the_same_and_each_is_one_that_a_caller_could_send() {
        let ids: Vec<_> = (0..100).map(|_| RequestId::unique()).collect();
        for (index, id) in ids.iter().enumerate() {
            assert_eq!(RequestId::new(id.as_str()).as_ref(), Some(id));
            assert!(!ids[..index].contains(id));
        }
    }
}
