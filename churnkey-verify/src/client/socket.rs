//! The provider behind a URL.

use std::error::Error;
use std::sync::Once;

use axum::http;
use bytes::BytesMut;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::message::{Response, TransportError};
use crate::error::CannotRun;

/// Connections to a provider.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    root: String,
    client: Client,
}

impl Socket {
    /// Creates a client for an API root URL, to which `/churnkey` is appended.
    pub(crate) fn new(url: &str) -> Result<Self, CannotRun> {
        let refuse = |why: &str| CannotRun::because(format!("the URL {why}"));
        let with_scheme = match url.contains("://") {
            true => url.to_owned(),
            false => format!("http://{url}"),
        };
        let Ok(parsed) = Url::parse(&with_scheme) else {
            return refuse("is invalid: use one such as http://127.0.0.1:8080");
        };
        if !matches!(parsed.scheme(), "http" | "https") {
            return refuse("must begin with http:// or https://");
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return refuse("must not contain a user or a password");
        }
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return refuse("must not have a query or a fragment");
        }
        let root = parsed.as_str().trim_end_matches('/');
        // The URL of an endpoint, as copied from documentation, is accepted too.
        let root = root.strip_suffix("/features").unwrap_or(root);
        let root = root.strip_suffix("/churnkey").unwrap_or(root);

        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // It fails only if a provider is installed already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = Client::builder()
            .redirect(Policy::none())
            .http1_only()
            .no_proxy()
            .user_agent(concat!("churnkey-verify/", env!("CARGO_PKG_VERSION")))
            .build();
        match client {
            Ok(client) => Ok(Self {
                root: root.to_owned(),
                client,
            }),
            Err(fault) => refuse(&format!("cannot be used: {}", innermost(&fault))),
        }
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    pub(crate) async fn send(
        &self,
        request: http::Request<Option<String>>,
        limit: usize,
    ) -> Result<Response, TransportError> {
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        headers.remove(http::header::HOST);
        let mut request = self
            .client
            .request(parts.method, format!("{}{}", self.root, parts.uri))
            .headers(headers);
        if let Some(body) = body {
            request = request.body(body);
        }
        let mut response = request.send().await.map_err(|fault| error(&fault))?;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|_| TransportError::Broken)? {
            if body.len() + chunk.len() > limit {
                return Err(TransportError::Large(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: body.freeze(),
            is_live: false,
        })
    }
}

/// The normalized API root URL, and a client that can call it.
///
/// # Errors
///
/// The URL cannot be used.
pub fn upstream(url: &str) -> Result<(String, Client), CannotRun> {
    let Socket { root, client } = Socket::new(url)?;
    Ok((root, client))
}

fn error(fault: &reqwest::Error) -> TransportError {
    match fault.is_connect() {
        true => TransportError::Unreachable(innermost(fault)),
        false => TransportError::Broken,
    }
}

/// The innermost cause. The outer errors only repeat the URL.
fn innermost(fault: &reqwest::Error) -> String {
    let mut cause: &dyn Error = fault;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
