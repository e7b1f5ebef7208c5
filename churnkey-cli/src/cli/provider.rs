//! The provider that a command works with.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::exit::Failure;

/// The URL and the token of a provider.
#[derive(Args)]
pub(super) struct Provider {
    /// The provider's API root URL, to which `/churnkey` is appended
    #[arg(value_name = "URL")]
    pub(super) url: String,

    #[command(flatten)]
    token: TokenArgs,
}

impl Provider {
    /// The token from the options, or `None` to use the one in the environment.
    pub(super) fn token(&self) -> Result<Option<String>, Failure> {
        self.token.token()
    }
}

/// The token of a provider.
#[derive(Args)]
pub(super) struct TokenArgs {
    /// The integration token, visible to other users of this machine. If absent, the environment
    /// variable CK_INTEGRATION_TOKEN is used
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    token: Option<String>,

    /// A file with the integration token on its first line
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl TokenArgs {
    /// The token from the options, or `None` to use the one in the environment.
    pub(super) fn token(&self) -> Result<Option<String>, Failure> {
        match &self.token_file {
            Some(path) => Ok(Some(first_line(path)?)),
            None => Ok(self.token.clone()),
        }
    }
}

/// Reads the first line. More lines are possible: a provider may accept an old token for some time.
pub(super) fn first_line(path: &Path) -> Result<String, Failure> {
    let text = fs::read_to_string(path)
        .map_err(|fault| Failure(format!("cannot read {}: {fault}", path.display())))?;
    let first = text.lines().next().unwrap_or_default();
    Ok(first.trim().to_owned())
}
