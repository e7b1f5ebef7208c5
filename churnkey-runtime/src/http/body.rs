//! The body of an action: limits on its size and its time, and its JSON.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::{HeaderMap, StatusCode, header};
use http_body_util::BodyExt as _;
use tokio::time::timeout;

use super::limits::Limits;
use crate::error::{Error, Result};
use crate::json::{Json, Object};

/// Reads a body within the limits.
///
/// The header `Content-Type` is ignored: Churnkey may send none, or another (**assumed**).
pub(crate) async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Bytes> {
    let limit = limits.body_bytes;
    let too_large = || {
        Error::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            format!("the body must be at most {limit} bytes long"),
        )
    };
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        return Err(too_large());
    }
    match timeout(limits.body_timeout, collect(body, limit)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => Err(too_large()),
        Ok(Err(_)) => Err(Error::bad_request(
            "the body is incomplete, or its chunks are malformed",
        )),
        Err(_) => Err(Error::new(
            StatusCode::REQUEST_TIMEOUT,
            format!(
                "the body must be sent within {} seconds",
                limits.body_timeout.as_secs_f64()
            ),
        )),
    }
}

/// Collects a body, which is almost always one chunk. `None` if it is longer than the limit.
async fn collect(mut body: Body, limit: usize) -> Result<Option<Bytes>, axum::Error> {
    let (mut first, mut all) = (Bytes::new(), Vec::new());
    while let Some(frame) = body.frame().await {
        let data = frame?.into_data().unwrap_or_default();
        if first.len().max(all.len()) + data.len() > limit {
            return Ok(None);
        }
        if first.is_empty() {
            first = data;
        } else {
            if all.is_empty() {
                all.extend_from_slice(&first);
            }
            all.extend_from_slice(&data);
        }
        // hyper reports the end only after a wait, unless it is asked.
        if body.is_end_stream() {
            break;
        }
    }
    Ok(Some(if all.is_empty() { first } else { all.into() }))
}

/// Parses a JSON object.
pub(crate) fn parse(bytes: &[u8]) -> Result<Object<'_>> {
    if bytes.trim_ascii().is_empty() {
        return Err(Error::bad_request("the body must not be empty"));
    }
    // The parser's own message may quote the body.
    let document = str::from_utf8(bytes).ok().map(serde_json::from_str);
    match document {
        Some(Ok(Json::Object(fields))) => Ok(fields),
        Some(Ok(_)) => Err(Error::bad_request("the body must be a JSON object")),
        Some(Err(_)) | None => Err(Error::bad_request("the body must be valid JSON")),
    }
}
