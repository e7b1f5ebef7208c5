//! Sending a call as it was recorded, spellings included.

use std::time::Duration;

use churnkey_verify::internal::{Client, upstream};
use reqwest::Method;

use crate::side::{Budget, Halt};

/// Time of a complete response.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of a response.
const MOST_BYTES: usize = 8 << 20;

/// A request, ready to be sent.
pub(crate) struct Prepared {
    pub(crate) method: Method,
    /// Path and query, from `/churnkey` on.
    pub(crate) target: String,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<String>,
}

/// A complete response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

/// The provider to which calls are sent.
pub(crate) struct Caller<'b> {
    root: String,
    http: reqwest::Client,
    budget: &'b Budget,
}

impl<'b> Caller<'b> {
    /// A caller of the provider that a client reads.
    pub(crate) fn new(client: &Client, budget: &'b Budget) -> Result<Self, String> {
        let (root, http) = upstream(&client.target()).map_err(|why| why.to_string())?;
        Ok(Self { root, http, budget })
    }

    /// Sends a call. The inner error is the reason why there is no response.
    pub(crate) async fn send(&self, call: Prepared) -> Result<Result<Answer, String>, Halt> {
        self.budget.spend()?;
        let mut request = self
            .http
            .request(call.method, format!("{}{}", self.root, call.target));
        for (name, value) in call.headers {
            request = request.header(name, value);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let answer = tokio::time::timeout(TIMEOUT, complete(request)).await;
        Ok(answer.unwrap_or_else(|_| Err(format!("no complete response within {TIMEOUT:?}"))))
    }
}

async fn complete(request: reqwest::RequestBuilder) -> Result<Answer, String> {
    let broken = |fault: reqwest::Error| match fault.is_connect() {
        true => "no connection".to_owned(),
        false => "a response that is incomplete or not HTTP".to_owned(),
    };
    let mut response = request.send().await.map_err(broken)?;
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(broken)? {
        if body.len() + chunk.len() > MOST_BYTES {
            return Err(format!("a body of more than {MOST_BYTES} bytes"));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer {
        status: response.status().as_u16(),
        body,
    })
}
