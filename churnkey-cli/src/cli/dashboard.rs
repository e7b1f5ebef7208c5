//! `churnkey dashboard`.

use std::net::SocketAddr;
use std::path::PathBuf;

use churnkey_runtime::Mode;
use clap::Args;

use super::exit::{Exit, Failure};
use super::provider::TokenArgs;
use crate::dashboard::{self, Options};

const EXAMPLES: &str = "\
Examples:
  A provider on this machine:
    CK_INTEGRATION_TOKEN=local-token churnkey dashboard http://127.0.0.1:8080
  A provider in production, with real customers:
    churnkey dashboard https://billing.example.com --token-file token --live
  The calls of a recording:
    churnkey dashboard --recording calls.ndjson

Exit code: 2 if the dashboard could not start. Ctrl-C ends it.";

/// Shows a provider on a local web page: verify it, browse its customers, run the cancel flow
///
/// The page uses test data and listens on loopback. Its address contains a secret that gives access
/// to the page. The integration token is never sent to the browser.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DashboardArgs {
    /// The provider's API root URL, to which `/churnkey` is appended. Not needed for a recording
    #[arg(value_name = "URL", required_unless_present = "recording")]
    url: Option<String>,

    #[command(flatten)]
    token: TokenArgs,

    /// Show the calls of this recording in the request log. With a URL too, those of a recording
    /// with --full can be sent again
    #[arg(long, value_name = "FILE")]
    recording: Option<PathBuf>,

    /// Use live data: actions change what customers pay, so each one must be confirmed
    #[arg(long, requires = "url")]
    live: bool,

    /// Test and live mode share the same data on purpose. Without it, actions are sent only if the
    /// data of the two modes differ
    #[arg(long)]
    same_data: bool,

    /// The address of the page, which must be a loopback address; port 0 selects any free port
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8899")]
    listen: SocketAddr,
}

impl DashboardArgs {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let mut options = Options::new(self.url.unwrap_or_default());
        options.token = self.token.token()?;
        options.listen = self.listen;
        options.same_data = self.same_data;
        options.recording = self.recording;
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
