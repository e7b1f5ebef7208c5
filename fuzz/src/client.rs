//! Requests to the router of a provider, without a socket.

use std::sync::Arc;

use churnkey::Integration;
use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::{HeaderMap, Method, Request, StatusCode, header};
use churnkey::operation::Operation;
use http_body_util::BodyExt as _;
use serde_json::Value;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt as _;

use crate::provider::{Answer, CAUSE, Call, Calls};

/// The integration token of all providers in this crate.
pub const TOKEN: &str = "tok-9fQ2";

/// The value that seeds use for personal data in requests. No message may contain it.
pub const SENTINEL: &str = "SENTINEL";

/// A provider, its router and a runtime.
pub struct Host<T> {
    provider: Arc<T>,
    router: Router,
    runtime: Runtime,
}

/// The response to a request, and the calls that it caused.
#[derive(Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
    /// The called functions, with their arguments and results.
    pub calls: Vec<Call>,
}

impl<T: Integration + Calls + Default> Default for Host<T> {
    fn default() -> Self {
        let provider = Arc::new(T::default());
        Self {
            router: T::router(Arc::clone(&provider), TOKEN),
            provider,
            runtime: Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime"),
        }
    }
}

impl<T: Integration + Calls> Host<T> {
    pub fn provider(&self) -> &T {
        &self.provider
    }

    /// Sends a request and checks the properties of all responses.
    pub fn send(&self, request: Request<Body>) -> Reply {
        let method = request.method().clone();
        let ours = is_ours(request.uri().path());
        self.provider.take();
        let (parts, body) = self.runtime.block_on(async {
            let response = match self.router.clone().oneshot(request).await {
                Ok(response) => response,
                Err(never) => match never {},
            };
            let (parts, body) = response.into_parts();
            let body = body.collect().await.expect("a body in memory").to_bytes();
            (parts, body)
        });
        let reply = Reply {
            status: parts.status,
            headers: parts.headers,
            body: body.into(),
            calls: self.provider.take(),
        };
        if ours {
            reply.check(&method);
        }
        reply
    }

    pub fn get(&self, target: &str, mode: &str) -> Reply {
        let request = Request::get(target)
            .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
            .header("X-Churnkey-Mode", mode);
        self.send(
            request
                .body(Body::empty())
                .expect("the target is percent-encoded"),
        )
    }

    pub fn act(&self, action: &str, body: impl Into<Body>) -> Reply {
        let request = Request::post(format!("/churnkey/actions/{action}"))
            .header(header::AUTHORIZATION, format!("Bearer {TOKEN}"))
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request.body(body.into()).expect("the path is valid"))
    }
}

/// Checks for a path under `/churnkey`, all of which the router handles.
pub fn is_ours(path: &str) -> bool {
    path == "/churnkey" || path.starts_with("/churnkey/")
}

impl Reply {
    /// Checks that an error has the protocol's format and contains no value of the request, that
    /// only a failed function causes a 500, and that a rejected request reached no function.
    fn check(&self, method: &Method) {
        // Before a pause the runtime retrieves the subscription, and may then reject the pause.
        let looked_up = method == Method::POST
            && self
                .calls
                .first()
                .is_some_and(|call| call.operation == Operation::RetrieveSubscription);
        assert!(self.calls.len() <= 1 + usize::from(looked_up), "{self:?}");
        match self.calls.last() {
            None => assert_ne!(self.status, 500, "{self:?}"),
            Some(call) if looked_up && self.calls.len() == 1 && call.answer == Answer::Found => {
                assert_eq!(self.status, 400, "{self:?}");
            }
            Some(call) => assert_eq!(self.status, call.answer.status(), "{self:?}"),
        }
        if self.status.is_success() {
            return;
        }
        assert!(
            self.status.is_client_error() || self.status.is_server_error(),
            "{self:?}"
        );
        if method == Method::HEAD {
            return assert!(self.body.is_empty(), "{self:?}");
        }
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/json");
        let body: Value = serde_json::from_slice(&self.body).expect("an error is JSON");
        let fields = body.as_object().expect("an error is an object");
        assert_eq!(fields.len(), 2, "{self:?}");
        assert_eq!(body["code"], self.status.as_u16(), "{self:?}");
        let message = body["message"].as_str().expect("a message is a string");
        assert!(!message.trim().is_empty(), "{self:?}");
        for secret in [SENTINEL, TOKEN, CAUSE] {
            assert!(!message.contains(secret), "{self:?}");
        }
    }

    /// Parses the document of a 200.
    pub fn document(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_slice(&self.body).expect("a document is JSON")
    }

    /// Returns the only call; panics if there is not exactly one.
    pub fn call(&self) -> &Call {
        match &*self.calls {
            [call] => call,
            _ => panic!("not exactly one call: {self:?}"),
        }
    }
}

/// Percent-encodes a segment of a path. For each byte, bit 0 of `choice` encodes it even if that is
/// unnecessary, and bit 1 selects lowercase digits.
pub fn encode_segment(text: &str, mut choice: impl FnMut() -> u8) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        let choice = choice();
        // The characters of a segment, from RFC 3986, section 3.3.
        let plain = byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte);
        if plain && choice & 1 == 0 {
            encoded.push(byte.into());
        } else if choice & 2 == 0 {
            encoded.push_str(&format!("%{byte:02X}"));
        } else {
            encoded.push_str(&format!("%{byte:02x}"));
        }
    }
    encoded
}

/// Reverses [`encode_segment`]; `None` if an escape is invalid or the bytes are not UTF-8.
pub fn decode_segment(segment: &str) -> Option<String> {
    let mut pieces = segment.split('%');
    let mut decoded = pieces.next()?.as_bytes().to_vec();
    for piece in pieces {
        let (byte, rest) = piece.split_at_checked(2)?;
        if !byte.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        decoded.push(u8::from_str_radix(byte, 16).ok()?);
        decoded.extend(rest.bytes());
    }
    String::from_utf8(decoded).ok()
}
