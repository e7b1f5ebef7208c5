//! The parameters of a path.

use axum::RequestPartsExt as _;
use axum::extract::RawPathParams;
use axum::http::request::Parts;
use futures_util::FutureExt as _;

use crate::error::{Error, Result};

/// The refusal of a path that leads to no function.
pub(crate) fn no_such_path() -> Error {
    Error::not_found("there is no such path")
}

/// The ids in a path, percent-decoded (**assumed**).
pub(crate) struct PathParams(RawPathParams);

impl PathParams {
    /// # Errors
    ///
    /// 400 if the path is not percent-encoded UTF-8, and 404 if an id is empty.
    pub(crate) fn extract(parts: &mut Parts) -> Result<Self> {
        // The extractor is asynchronous in its type only.
        let params = parts.extract::<RawPathParams>().now_or_never();
        let params = params.and_then(Result::ok);
        let params = params.filter(|_| is_percent_encoded(parts.uri.path()));
        let params =
            params.ok_or_else(|| Error::bad_request("the path must be percent-encoded UTF-8"))?;
        if params.iter().any(|(_, value)| value.is_empty()) {
            return Err(no_such_path());
        }
        Ok(Self(params))
    }

    /// The value of a parameter. Where the provider is nested under a route with parameters, those
    /// come first, so the last one of a name is the provider's own.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let of_name = self.0.iter().filter(|(key, _)| *key == name);
        of_name.last().map(|(_, value)| value)
    }
}

/// `true` if each `%` begins an escape. The decoder keeps a stray one as it is, and the function
/// would receive an id that Churnkey did not send.
fn is_percent_encoded(path: &str) -> bool {
    path.split('%').skip(1).all(|rest| {
        let digits = rest.as_bytes().iter().take(2);
        digits.filter(|byte| byte.is_ascii_hexdigit()).count() == 2
    })
}
