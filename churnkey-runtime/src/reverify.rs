//! Asking Churnkey to read the manifest again.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum::http::{StatusCode, Uri};
use sha2::{Digest, Sha256};
use tracing::subscriber::NoSubscriber;

use crate::error::{Error, Result};

/// The URL of Churnkey's API. Protocol: **doc**.
const BASE_URL: &str = "https://api.churnkey.co";

/// Asks Churnkey to verify the provider anew, once, as a deployment or CI does after a change of
/// the manifest.
///
/// It returns when Churnkey has answered. The key is Churnkey's API key (`CK_API_KEY`), which is
/// not the integration token.
///
/// ```no_run
/// # use churnkey_runtime as churnkey;
/// # async fn after_deployment() -> churnkey::Result<()> {
/// churnkey::reverify(std::env::var("CK_API_KEY")?).await
/// # }
/// ```
///
/// # Errors
///
/// The API key is refused, Churnkey cannot be reached within ten seconds, or it answers with a
/// failure. The message says which.
pub async fn reverify(api_key: impl Into<String>) -> Result<()> {
    Verification::new(api_key)?.send().await
}

/// A request to verify the provider: `POST /v2/verify` (protocol: **doc**). [`reverify`] is the
/// short way.
///
/// Given to a [`Server`](crate::Server), it is made once the server listens, in the background, and
/// only if the manifest is not the one that was verified last. A failure is retried, each time
/// after twice as long, and is never fatal.
#[derive(Clone)]
pub struct Verification {
    api_key: String,
    base_url: String,
    remember: Option<PathBuf>,
    first_delay: Duration,
}

impl Verification {
    /// The attempts in the background before the next start: with a first delay of a second, for
    /// about half an hour.
    const ATTEMPTS: u32 = 12;

    const TIMEOUT: Duration = Duration::from_secs(10);

    /// A verification with an API key.
    ///
    /// # Errors
    ///
    /// The key is empty or could not stand in a header.
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
            remember: None,
            first_delay: Duration::from_secs(1),
        })
    }

    /// Asks another server, for tests.
    ///
    /// # Errors
    ///
    /// The URL is neither `https` nor on this machine, so that the key would travel in the clear.
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

    /// A file that keeps a digest of the manifest verified last, so that a start with the same
    /// manifest asks nothing.
    ///
    /// Without one every start asks. Keep it where it outlives the process; instances that share it
    /// ask once between them, or twice.
    #[must_use]
    pub fn remember_in(mut self, file: impl Into<PathBuf>) -> Self {
        self.remember = Some(file.into());
        self
    }

    /// The delay after a first failure in the background; a second by default, doubled with each.
    #[must_use]
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.first_delay = delay;
        self
    }

    /// Asks once, and returns when Churnkey has answered.
    ///
    /// # Errors
    ///
    /// See [`reverify`].
    pub async fn send(&self) -> Result<()> {
        let (api_key, url) = (self.api_key.clone(), format!("{}/v2/verify", self.base_url));
        let status = tokio::task::spawn_blocking(move || post(&url, &api_key)).await??;
        match status {
            status if status.is_success() => Ok(()),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Err(refusal(format!(
                "Churnkey refused the API key with a {}: check CK_API_KEY",
                status.as_u16()
            ))),
            status => Err(refusal(format!(
                "Churnkey answered the verification with a {}",
                status.as_u16()
            ))),
        }
    }

    /// Asks until it has succeeded, unless this manifest is the one verified last.
    pub(crate) async fn keep(self, manifest: &[u8]) {
        let digest = hex(&Sha256::digest(manifest));
        if let Some(file) = &self.remember
            && read(file)
                .await
                .is_some_and(|verified| verified.trim() == digest)
        {
            tracing::info!(
                "the manifest is the one that Churnkey verified last: nothing to verify"
            );
            return;
        }
        let mut delay = self.first_delay;
        for attempt in 1..=Self::ATTEMPTS {
            match self.send().await {
                Ok(()) => {
                    tracing::info!("Churnkey has verified the manifest");
                    self.remember(digest).await;
                    return;
                }
                Err(error) => tracing::warn!(
                    attempt,
                    retry_in_ms = delay.as_millis() as u64,
                    "not verified: {error:?}"
                ),
            }
            tokio::time::sleep(delay).await;
            delay *= 2;
        }
        tracing::error!(
            "not verified: Churnkey goes on with the manifest it has; press Verify in its dashboard, or restart"
        );
    }

    async fn remember(&self, digest: String) {
        let Some(file) = self.remember.clone() else {
            return;
        };
        let shown = file.display().to_string();
        let written = tokio::task::spawn_blocking(move || write(&file, &digest)).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::warn!(
                file = shown,
                "the verified manifest could not be remembered: the next start will verify it again"
            );
        }
    }
}

fn post(url: &str, api_key: &str) -> Result<StatusCode> {
    let agent = ureq::Agent::config_builder()
        .timeout_global(Some(Verification::TIMEOUT))
        // A redirect would carry the key to a place that was not named.
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

async fn read(file: &Path) -> Option<String> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || std::fs::read_to_string(file).ok())
        .await
        .ok()
        .flatten()
}

/// Renamed into place, so that a crash leaves the old digest or the new one and never half of
/// either.
fn write(file: &Path, digest: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, digest)?;
    std::fs::rename(&beside, file)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn refusal(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}

impl fmt::Debug for Verification {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verification")
            .field("base_url", &self.base_url)
            .field("remember", &self.remember)
            .finish_non_exhaustive()
    }
}
