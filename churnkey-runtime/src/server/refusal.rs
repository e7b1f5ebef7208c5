//! What the server answers by itself, where there is no request that could be answered.

use std::time::SystemTime;

use axum::http::StatusCode;

/// An answer in the shape of an error, after which the connection is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    status: StatusCode,
    message: &'static str,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: &'static str) -> Self {
        Self { status, message }
    }

    pub(super) fn status(&self) -> StatusCode {
        self.status
    }

    /// The refusal that hyper has written, if these bytes are one.
    ///
    /// hyper answers what it cannot parse by itself, with an empty body. No answer of ours is a 400, 414 or 431 without a body.
    pub(super) fn written_by_hyper(head: &[u8]) -> Option<Self> {
        let line = head.strip_prefix(b"HTTP/1.1 ")?;
        let empty = head
            .split(|byte| *byte == b'\n')
            .any(|line| line.trim_ascii_end() == b"content-length: 0");
        if !empty || !head.ends_with(b"\r\n\r\n") {
            return None;
        }
        match line.get(..3)? {
            b"400" => Some(Self::new(
                StatusCode::BAD_REQUEST,
                "the request is not valid HTTP/1.1",
            )),
            b"414" => Some(Self::new(
                StatusCode::URI_TOO_LONG,
                "the path and its query are too long",
            )),
            b"431" => Some(Self::new(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "the headers are too large",
            )),
            _ => None,
        }
    }

    /// The whole response.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let code = self.status.as_u16();
        // No message of ours needs escaping.
        let body = format!(r#"{{"code":{code},"message":"{}"}}"#, self.message);
        let retry = match self.status {
            StatusCode::SERVICE_UNAVAILABLE => "retry-after: 1\r\n",
            _ => "",
        };
        format!(
            "HTTP/1.1 {code} {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n{retry}date: {}\r\n\r\n{body}",
            self.status.canonical_reason().unwrap_or_default(),
            body.len(),
            httpdate::fmt_http_date(SystemTime::now()),
        )
        .into_bytes()
    }
}
