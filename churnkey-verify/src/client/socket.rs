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
    /// A client that opens a connection for each request.
    ///
    /// A server may close a kept connection at any time. A request that changes data could not be
    /// repeated then, because the server may have received it.
    unpooled: Client,
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

        static PROVIDER: Once = Once::new();
        PROVIDER.call_once(|| {
            // It fails only if a provider is installed already.
            let _ = rustls::crypto::ring::default_provider().install_default();
        });
        let client = || {
            Client::builder()
                .redirect(Policy::none())
                .http1_only()
                .no_proxy()
                .user_agent(concat!("churnkey-verify/", env!("CARGO_PKG_VERSION")))
        };
        let clients = client()
            .build()
            .and_then(|kept| Ok((kept, client().pool_max_idle_per_host(0).build()?)));
        match clients {
            Ok((client, unpooled)) => Ok(Self {
                root: root.to_owned(),
                client,
                unpooled,
            }),
            Err(fault) => refuse(&format!("cannot be used: {}", innermost(&fault))),
        }
    }

    pub(crate) fn root(&self) -> &str {
        &self.root
    }

    /// The same connections with another API root URL.
    pub(crate) fn at(&self, root: &str) -> Self {
        Self {
            root: root.to_owned(),
            ..self.clone()
        }
    }

    pub(crate) async fn send(
        &self,
        request: http::Request<Option<String>>,
        limit: usize,
    ) -> Result<Response, TransportError> {
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        headers.remove(http::header::HOST);
        let is_read = parts.method == http::Method::GET;
        let client = match is_read {
            true => &self.client,
            false => &self.unpooled,
        };
        let send = || {
            let request = client
                .request(parts.method.clone(), format!("{}{}", self.root, parts.uri))
                .headers(headers.clone());
            match &body {
                Some(body) => request.body(body.clone()),
                None => request,
            }
            .send()
        };
        let mut response = send().await.map_err(|fault| error(&fault));
        // The server may just have closed the kept connection. Then the request is sent again.
        if is_read && matches!(response, Err(TransportError::Broken)) {
            response = send().await.map_err(|fault| error(&fault));
        }
        let mut response = response?;
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
            modes: None,
        })
    }
}

/// The normalized API root URL, and a client that can call it.
///
/// # Errors
///
/// The URL cannot be used.
pub fn upstream(url: &str) -> Result<(String, Client), CannotRun> {
    let Socket { root, client, .. } = Socket::new(url)?;
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
