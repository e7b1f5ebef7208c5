//! The verification that a server requests in the background.

use std::path::{Path, PathBuf};
use std::time::Duration;

use sha2::{Digest as _, Sha256};

use super::Verification;
use crate::events::emit;

/// The maximum number of attempts: with a first delay of a second, about half an hour.
const ATTEMPTS: u32 = 12;

impl Verification {
    /// Sets a file that stores a digest of the manifest that was verified last, so that a start
    /// with the same manifest sends no request.
    ///
    /// Without a file every start sends one. Put it where it outlives the process. Of the instances
    /// that share it, one or two send the request.
    #[must_use]
    pub fn remember_in(mut self, file: impl Into<PathBuf>) -> Self {
        self.background.file = Some(file.into());
        self
    }

    /// Sets the delay after the first failure; one second by default. It doubles with each failure.
    #[must_use]
    pub fn first_delay(mut self, delay: Duration) -> Self {
        self.background.first_delay = delay;
        self
    }

    /// Sends the request until it succeeds, unless this manifest is the one verified last.
    pub(crate) async fn keep(self, manifest: &[u8]) {
        let digest = hex(&Sha256::digest(manifest));
        if let Some(file) = &self.background.file
            && read(file)
                .await
                .is_some_and(|verified| verified.trim() == digest)
        {
            emit(|| tracing::info!("Churnkey verified this manifest last: nothing to verify"));
            return;
        }
        let mut delay = self.background.first_delay;
        for attempt in 1..=ATTEMPTS {
            match self.send().await {
                Ok(()) => {
                    emit(|| tracing::info!("Churnkey has verified the manifest"));
                    self.remember(digest).await;
                    return;
                }
                Err(error) => emit(|| {
                    tracing::warn!(
                        attempt,
                        retry_in_ms = delay.as_millis() as u64,
                        "not verified: {error:?}"
                    );
                }),
            }
            tokio::time::sleep(delay).await;
            delay *= 2;
        }
        emit(|| {
            tracing::error!(
                "not verified: Churnkey uses the previous manifest; press Verify in its \
                 dashboard, or restart"
            );
        });
    }

    async fn remember(&self, digest: String) {
        let Some(file) = self.background.file.clone() else {
            return;
        };
        let shown = file.display().to_string();
        let written = tokio::task::spawn_blocking(move || write(&file, &digest)).await;
        if !matches!(written, Ok(Ok(()))) {
            emit(|| {
                tracing::warn!(
                    file = shown,
                    "the digest of the verified manifest could not be stored: the next start verifies it again"
                );
            });
        }
    }
}

async fn read(file: &Path) -> Option<String> {
    let file = file.to_owned();
    tokio::task::spawn_blocking(move || std::fs::read_to_string(file).ok())
        .await
        .ok()
        .flatten()
}

/// Replaces the file by a rename, so that a crash leaves either the old digest or the new one.
fn write(file: &Path, digest: &str) -> std::io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    std::fs::write(&beside, digest)?;
    std::fs::rename(&beside, file)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
