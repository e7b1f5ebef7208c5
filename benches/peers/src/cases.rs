//! The requests of the benchmarks.

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderValue, Method, Request, header};
use http_body_util::BodyExt as _;
use serde::Deserialize;
use tower::ServiceExt as _;

pub const TOKEN: &str = "0d5f2c8a917be4635fa0c1d2e3b49687";

/// A request of `cases.json`.
#[derive(Clone, Deserialize)]
pub struct Case {
    pub name: String,
    method: String,
    path: String,
    body: Option<String>,
    token: Option<String>,
    #[serde(default)]
    measured: bool,
}

impl Case {
    /// Reads the cases that are measured; the others are only compared.
    pub fn measured() -> Vec<Self> {
        let cases: Vec<Self> = serde_json::from_str(include_str!("../cases.json"))
            .expect("cases.json is a list of cases");
        cases.into_iter().filter(|case| case.measured).collect()
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::measured().into_iter().find(|case| case.name == name)
    }

    /// Builds the request for a router.
    pub fn request(&self) -> Request<Body> {
        let mut request = Request::new(self.body.clone().map_or_else(Body::empty, Body::from));
        *request.method_mut() = Method::from_bytes(self.method.as_bytes()).expect("a method");
        *request.uri_mut() = self.path.parse().expect("a path");
        let headers = request.headers_mut();
        headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1"));
        headers.insert(
            header::AUTHORIZATION,
            self.authorization().parse().expect("a header"),
        );
        if self.body.is_some() {
            headers.insert(
                header::CONTENT_TYPE,
                HeaderValue::from_static("application/json"),
            );
        }
        request
    }

    /// Serialises the request for a socket.
    pub fn bytes(&self) -> Vec<u8> {
        let (method, path) = (&self.method, &self.path);
        let head = format!(
            "{method} {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nauthorization: {}\r\n",
            self.authorization()
        );
        match &self.body {
            Some(body) => {
                let length = body.len();
                format!(
                    "{head}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
                )
            }
            None => format!("{head}\r\n"),
        }
        .into_bytes()
    }

    fn authorization(&self) -> String {
        format!("Bearer {}", self.token.as_deref().unwrap_or(TOKEN))
    }
}

/// Sends a request through a router and waits for the complete response body.
pub async fn send(router: &Router, request: Request<Body>) -> Bytes {
    let Ok(response) = router.clone().oneshot(request).await;
    let body = response
        .into_body()
        .collect()
        .await
        .expect("a body in memory");
    body.to_bytes()
}
