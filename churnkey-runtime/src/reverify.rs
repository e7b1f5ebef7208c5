//! The request to Churnkey to read the manifest again.

#[cfg(feature = "server")]
mod background;

use std::fmt;
use std::time::Duration;

use axum::http::{StatusCode, Uri};
use tracing::subscriber::NoSubscriber;

use crate::error::{Error, Result, ResultExt as _};

/// The URL of Churnkey's API. Protocol: **doc**.
const BASE_URL: &str = "https://api.churnkey.co";

/// Requests one verification of the provider from Churnkey, as a deployment or CI does after a
/// change of the manifest.
///
/// It returns after Churnkey has responded. The key is Churnkey's API key (`CK_API_KEY`), which is
/// not the integration token.
///
/// ```no_run
/// # use churnkey_runtime as churnkey;
/// # async fn after_deployment() -> churnkey::Result<()> {
/// # use churnkey::ResultExt as _;
/// churnkey::reverify(std::env::var("CK_API_KEY").or_internal()?).await
/// # }
/// ```
///
/// # Errors
///
/// The API key is refused, Churnkey cannot be reached within ten seconds, or it responds with a
/// failure. The message says which.
pub async fn reverify(api_key: impl Into<String>) -> Result<()> {
    Verification::new(api_key)?.send().await
}

/// A request to verify the provider: `POST /v2/verify` (protocol: **doc**). [`reverify`] is the
/// short way.
///
/// A [`Server`](crate::Server) sends it in the background after it listens, and only if the
/// manifest is not the one that was verified last. A failure is retried with exponential backoff,
/// and is never fatal.
#[derive(Clone)]
pub struct Verification {
    api_key: String,
    base_url: String,
    #[cfg(feature = "server")]
    background: Background,
}

/// The settings of the verification that a server requests.
#[cfg(feature = "server")]
#[derive(Clone)]
struct Background {
    /// Stores a digest of the manifest that was verified last.
    file: Option<std::path::PathBuf>,
    /// The delay after the first failure.
    first_delay: Duration,
}

impl Verification {
    const TIMEOUT: Duration = Duration::from_secs(10);

    /// A verification with an API key.
    ///
    /// # Errors
    ///
    /// The key is empty or not valid in a header.
    pub fn new(api_key: impl Into<String>) -> Result<Self> {
        let api_key = api_key.into().trim().to_owned();
        if api_key.is_empty() || !api_key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refusal(
                "CK_API_KEY must be the API key from Churnkey's dashboard: it is empty or not a key",
            ));
        }
        Ok(Self {
            api_key,
            base_url: BASE_URL.to_owned(),
            #[cfg(feature = "server")]
            background: Background {
                file: None,
                first_delay: Duration::from_secs(1),
            },
        })
    }

    /// Sets the URL of another server, for tests.
    ///
    /// # Errors
    ///
    /// The URL is neither `https` nor on this machine, so the key would be sent in the clear.
    pub fn base_url(mut self, url: impl Into<String>) -> Result<Self> {
        self.base_url = url.into().trim_end_matches('/').to_owned();
        let uri: Uri = self
            .base_url
            .parse()
            .map_err(|_| refusal("the URL of Churnkey's API is not a URL"))?;
        let local = matches!(uri.host(), Some("localhost" | "127.0.0.1" | "[::1]"));
        match uri.scheme_str() {
            Some("https") => Ok(self),
            Some("http") if local => Ok(self),
            _ => Err(refusal(
                "the URL of Churnkey's API must begin with https://",
            )),
        }
    }

    /// Sends the request once, and returns after Churnkey has responded.
    ///
    /// # Errors
    ///
    /// See [`reverify`].
    pub async fn send(&self) -> Result<()> {
        let (api_key, url) = (self.api_key.clone(), format!("{}/v2/verify", self.base_url));
        let posted = tokio::task::spawn_blocking(move || post(&url, &api_key));
        let status = posted.await.or_internal()??;
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(refusal(format!(
                "Churnkey refused the API key with a {}: check CK_API_KEY",
                status.as_u16()
            ))),
            status => Err(refusal(format!(
                "Churnkey responded to the verification with a {}",
                status.as_u16()
            ))),
        }
    }
}

fn post(url: &str, api_key: &str) -> Result<StatusCode> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Verification::TIMEOUT))
        // A redirect would send the key to another server.
        .max_redirects(0)
        .http_status_as_error(false)
        .build()
        .new_agent();
    let send = || {
        agent
            .post(url)
            .header("Authorization", format!("Bearer {api_key}"))
            .send_empty()
    };
    // ureq logs every byte that it sends at TRACE, and the key is among them.
    let response = tracing::subscriber::with_default(NoSubscriber::default(), send)
        .map_err(|cause| refusal("Churnkey could not be reached").with_cause(cause))?;
    Ok(response.status())
}

fn refusal(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
