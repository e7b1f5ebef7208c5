//! `churnkey dashboard`.

use std::net::SocketAddr;

use churnkey_runtime::Mode;
use clap::Args;

use super::ended::{Ended, Failure};
use super::provider::Provider;
use crate::dashboard::{self, Options};

const EXAMPLES: &str = "\
Examples:
  A provider on this machine:
    CK_INTEGRATION_TOKEN=local-token churnkey dashboard http://127.0.0.1:8080
  A real one, with real customers:
    churnkey dashboard https://billing.example.com --token-file token --live

Exit codes: 2 it could not be started. Ctrl-C ends it.";

/// Shows a provider on a web page of this machine, as Churnkey sees it: verify it, look at its customers, go through the cancel flow
///
/// The page works on test data and listens on loopback. Its address has a secret in it, which is the key to the page; the integration token never gets there.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Dashboard {
    #[command(flatten)]
    provider: Provider,

    /// Work on live data: the actions change what customers pay, so each asks again
    #[arg(long)]
    live: bool,

    /// The address of the page, which must be one of loopback; port 0 is any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8899")]
    listen: SocketAddr,
}

impl Dashboard {
    pub(super) fn run(self) -> Result<Ended, Failure> {
        let mut options = Options::new(&self.provider.url);
        options.token = self.provider.token()?;
        options.listen = self.listen;
        options.mode = match self.live {
            true => Mode::Live,
            false => Mode::Test,
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(dashboard::run(options))?;
        Ok(Ended::Well)
    }
}
