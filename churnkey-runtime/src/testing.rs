//! A client for tests of a provider, which calls its router without a socket.
//!
//! ```
//! # use churnkey_runtime as churnkey;
//! # async fn example<Billing: churnkey::Integration>(billing: Billing) -> churnkey::Result<()> {
//! use churnkey::testing::Client;
//!
//! let client = Client::new(Billing::router(billing, "token"), "token");
//! let reply = client.get("/customers/cus_1").await;
//! assert_eq!(reply.status(), 200);
//! assert_eq!(reply.json::<churnkey::Customer>()?.id, "cus_1");
//! # Ok(())
//! # }
//! ```

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tower_service::Service as _;

use crate::error::{Error, Result};
use crate::mode::Mode;

/// A caller of a router, with a token and a mode.
#[derive(Clone, Debug)]
pub struct Client {
    router: Router,
    token: String,
    mode: Mode,
}

impl Client {
    /// A client in test mode for a router of a provider.
    pub fn new(router: Router, token: impl Into<String>) -> Self {
        Self {
            router,
            token: token.into(),
            mode: Mode::Test,
        }
    }

    /// Sets the mode.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.mode = mode;
        self
    }

    /// Reads a path under `/churnkey`, such as `/customers/cus_1` or `/features`.
    pub async fn get(&self, path: &str) -> Received {
        self.call(Method::GET, path, Body::empty()).await
    }

    /// Carries out an action by its path under `/churnkey/actions`, such as `/subscription/cancel`.
    /// The body is a document of yours, or a request such as [`Cancel`](crate::Cancel).
    pub async fn act(&self, action: &str, body: &impl Serialize) -> Received {
        match serde_json::to_vec(body) {
            Ok(body) => {
                let path = format!("/actions{action}");
                self.call(Method::POST, &path, Body::from(body)).await
            }
            Err(_) => Received::unsent(),
        }
    }

    async fn call(&self, method: Method, path: &str, body: Body) -> Received {
        let request = Request::builder()
            .method(method)
            .uri(format!("/churnkey{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .header(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            )
            .header("x-churnkey-mode", self.mode.as_str())
            .body(body);
        match request {
            Ok(request) => self.send(request).await,
            Err(_) => Received::unsent(),
        }
    }

    /// Sends a request of your own as it is, without token and mode.
    pub async fn send(&self, request: Request<Body>) -> Received {
        let Ok(response) = self.router.clone().call(request).await;
        let (parts, body) = response.into_parts();
        Received {
            status: parts.status,
            headers: parts.headers,
            body: to_bytes(body, usize::MAX).await.unwrap_or_default(),
        }
    }
}

/// A response, with its body read.
#[derive(Clone, Debug)]
pub struct Received {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Received {
    /// The reply to a request that HTTP cannot express, such as a path with a space.
    fn unsent() -> Self {
        Self {
            status: StatusCode::BAD_REQUEST,
            headers: HeaderMap::new(),
            body: Bytes::from_static(b"the test's request is not valid HTTP"),
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// The body as it is.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The body as a model, or as any type that reads JSON.
    ///
    /// # Errors
    ///
    /// The body is not JSON of this type.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        serde_json::from_slice(&self.body).map_err(|cause| {
            let body = String::from_utf8_lossy(&self.body);
            Error::internal(format!("{cause}: {} {body}", self.status))
        })
    }
}
