//! Replies, which can be sent to several callers.

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::error::Error;

/// A response with its body in memory. It can be cloned: each caller that sent the same action
/// while it ran receives one.
#[derive(Clone, Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    /// 200 with an empty body.
    pub(crate) fn empty() -> Self {
        Self {
            status: StatusCode::OK,
            headers: headers(),
            body: Bytes::new(),
        }
    }

    /// A JSON document with a status.
    pub(crate) fn json(status: StatusCode, document: impl Into<Bytes>) -> Self {
        let reply = Self {
            status,
            headers: headers(),
            body: document.into(),
        };
        reply.header(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        )
    }

    pub(crate) fn header(
        mut self,
        name: header::HeaderName,
        value: impl Into<HeaderValue>,
    ) -> Self {
        self.headers.insert(name, value.into());
        self
    }

    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }
}

/// Headers with the space for type, length, cache control and request id, which the default would
/// exceed.
fn headers() -> HeaderMap {
    HeaderMap::with_capacity(6)
}

/// No reply may be stored between the provider and its caller: customers, subscriptions and errors
/// hold personal data, the manifest and the catalog change, and readiness is of the moment.
impl IntoResponse for Reply {
    fn into_response(mut self) -> Response {
        let no_store = HeaderValue::from_static("no-store");
        self.headers.insert(header::CACHE_CONTROL, no_store);
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

/// An error on the wire. Protocol: **doc**.
#[derive(Serialize)]
struct Document<'e> {
    code: u16,
    message: &'e str,
}

impl From<Error> for Reply {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Reply {
    fn from(error: &Error) -> Self {
        let status = error.status();
        let document = Document {
            code: status.as_u16(),
            message: error.message(),
        };
        // Serialization cannot fail: JSON can express every number and string.
        let reply = Self::json(status, serde_json::to_vec(&document).unwrap_or_default());
        match error.retry_after_seconds() {
            Some(seconds) => reply.header(header::RETRY_AFTER, seconds),
            None => reply,
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        Reply::from(self).into_response()
    }
}
