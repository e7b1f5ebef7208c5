//! `churnkey dashboard`.

use std::net::SocketAddr;

use churnkey_runtime::Mode;
use clap::Args;

use super::exit::{Exit, Failure};
use super::provider::Provider;
use crate::dashboard::{self, Options};

const EXAMPLES: &str = "\
Examples:
  A provider on this machine:
    CK_INTEGRATION_TOKEN=local-token churnkey dashboard http://127.0.0.1:8080
  A provider in production, with real customers:
    churnkey dashboard https://billing.example.com --token-file token --live

Exit code: 2 if the dashboard could not start. Ctrl-C ends it.";

/// Shows a provider on a local web page: verify it, browse its customers, run the cancel flow
///
/// The page uses test data and listens on loopback. Its address contains a secret that gives access
/// to the page. The integration token is never sent to the browser.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DashboardArgs {
    #[command(flatten)]
    provider: Provider,

    /// Use live data: actions change what customers pay, so each one must be confirmed
    #[arg(long)]
    live: bool,

    /// The address of the page, which must be a loopback address; port 0 selects any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8899")]
    listen: SocketAddr,
}

impl DashboardArgs {
    pub(super) fn run(self) -> Result<Exit, Failure> {
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
        Ok(Exit::Success)
    }
}
