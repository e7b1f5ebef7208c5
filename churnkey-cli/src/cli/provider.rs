//! The provider that a command works with.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::ended::Failure;

/// Where a provider is and how to get in.
#[derive(Args)]
pub(super) struct Provider {
    /// The provider's API root URL, to which `/churnkey` is appended
    #[arg(value_name = "URL")]
    pub(super) url: String,

    /// The integration token; others on this machine may see it. Without it, that of the environment variable CK_INTEGRATION_TOKEN
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    token: Option<String>,

    /// A file with the integration token in its first line
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Provider {
    /// The token, if it was given and is not to come from the environment.
    pub(super) fn token(&self) -> Result<Option<String>, Failure> {
        match &self.token_file {
            Some(path) => Ok(Some(first_line(path)?)),
            None => Ok(self.token.clone()),
        }
    }
}

/// Further lines are those of a provider that lets another token pass for a while.
fn first_line(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|fault| Failure(format!("cannot read {}: {fault}", path.display())))?;
    let first = text.lines().next().unwrap_or_default();
    Ok(first.trim().to_owned())
}
