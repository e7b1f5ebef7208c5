//! `churnkey verify`.

use std::path::PathBuf;
use std::pin::pin;
use std::time::Duration;

use churnkey_runtime::Mode;
use churnkey_verify::{CannotRun, Module, Report, Verifier};
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::{ValueEnum, value_parser};
use futures_util::FutureExt as _;
use tokio::sync::oneshot;

use super::ended::{Ended, Failure};
use super::file::OutputFile;
use super::output::Output;
use super::progress::Progress;
use super::provider::Provider;
use crate::report::json::json;
use crate::report::junit::junit;

const EXAMPLES: &str = "\
Examples:
  A provider on this machine, all of it:
    CK_INTEGRATION_TOKEN=local-token churnkey verify http://127.0.0.1:8080
  A first look at one with many customers:
    churnkey verify https://billing.example.com --token-file token --sample 100
  Its prices only, with all that is wrong as JSON:
    churnkey verify http://127.0.0.1:8080 --only prices --json
  With the actions, on a build server:
    churnkey verify http://127.0.0.1:8080 --actions --strict --junit churnkey.xml

Exit codes: 0 good, 1 there are faults, 2 nothing could be verified, 130 interrupted.

Ctrl-C ends a run with a report of what was seen and changed so far; a second one ends it at once.";

/// Verifies a provider: what it declares, what it answers, who gets in
///
/// Fetches the provider's feature manifest and walks each module that it declares, as the Verify button of Churnkey's dashboard does, and further: every page of every list, every model, every reference, and
/// the ways in without the token. It only reads unless `--actions` is given.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Verify {
    #[command(flatten)]
    provider: Provider,

    /// Which data to read
    #[arg(long, value_name = "MODE", default_value = "test")]
    mode: ModeName,

    /// Carry out actions too, which change data: cancel, pause and the like. In test mode only
    #[arg(long)]
    actions: bool,

    /// Look at this module only, and at the manifest
    #[arg(long, value_name = "MODULE", value_parser = modules(), hide_possible_values = true)]
    only: Option<String>,

    /// Read at most so many items of each list
    #[arg(long, value_name = "N", value_parser = value_parser!(u64).range(1..), help_heading = "Limits")]
    sample: Option<u64>,

    /// A customer who exists, for a provider that does not list them; may be repeated
    #[arg(long = "customer", value_name = "ID")]
    customers: Vec<String>,

    /// A subscription that exists, with its customer, for a provider that does not list them; may be repeated
    #[arg(long = "subscription", value_names = ["CUSTOMER", "ID"], num_args = 2)]
    subscriptions: Vec<String>,

    /// How long a whole answer may take
    #[arg(long, value_name = "SECONDS", default_value = "10", value_parser = value_parser!(u64).range(1..), help_heading = "Limits")]
    timeout: u64,

    /// How long the run may take
    #[arg(long, value_name = "SECONDS", default_value = "900", value_parser = value_parser!(u64).range(1..), help_heading = "Limits")]
    max_time: u64,

    /// How many requests the run may send
    #[arg(long, value_name = "N", default_value = "100000", value_parser = value_parser!(u64).range(1..), help_heading = "Limits")]
    max_requests: u64,

    /// Count warnings as faults
    #[arg(long)]
    strict: bool,

    /// Print the report as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Write the report as JUnit's XML to this file too
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    junit: Option<PathBuf>,

    /// Show no progress, and print only what is wrong
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

/// What came of the run, and whether it was interrupted. Whoever interrupts it twice gets nothing.
async fn until_interrupted(
    verifier: Verifier,
    progress: &Progress,
) -> Option<(Result<Report, CannotRun>, bool)> {
    let (stop, stopped) = oneshot::channel();
    let mut run = pin!(verifier.until(stopped.map(drop)).run());
    tokio::select! {
        report = &mut run => return Some((report, false)),
        () = interrupt() => {}
    }
    progress.stopping();
    // Nobody hears it if the run has just ended.
    let _ = stop.send(());
    tokio::select! {
        report = run => Some((report, true)),
        () = interrupt() => None,
    }
}

/// Ctrl-C, or never where the system has none.
async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn modules() -> PossibleValuesParser {
    PossibleValuesParser::new(Module::ALL.iter().map(|module| module.as_str()))
}

#[derive(Clone, Copy, ValueEnum)]
enum ModeName {
    Test,
    Live,
}

impl Verify {
    pub(super) fn run(self, output: &Output) -> Result<Ended, Failure> {
        let junit_file = self.junit.clone().map(OutputFile::new).transpose()?;
        let verifier = self.verifier()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let progress = Progress::new(self.quiet);
        let shown = progress.clone();
        let verifier = verifier.observe(move |event| shown.show(&event));
        let interrupted = runtime.block_on(until_interrupted(verifier, &progress));
        progress.end();
        let Some((report, is_interrupted)) = interrupted else {
            return Ok(Ended::Interrupted);
        };
        let report = report?;

        let printed = match self.json {
            true => output.document(&json(&report)?),
            false => output.report(&report, self.quiet),
        };
        // Where one of the two cannot be written, the other is still of use.
        if let Some(file) = junit_file {
            file.write(&junit(&report, self.strict)?)?;
        }
        printed?;
        Ok(match report.is_good(self.strict) {
            _ if is_interrupted => Ended::Interrupted,
            true => Ended::Well,
            false => Ended::WithFaults,
        })
    }

    fn verifier(&self) -> Result<Verifier, Failure> {
        let mut verifier = Verifier::of_url(&self.provider.url)?
            .mode(match self.mode {
                ModeName::Test => Mode::Test,
                ModeName::Live => Mode::Live,
            })
            .actions(self.actions)
            .timeout(Duration::from_secs(self.timeout))
            .max_time(Duration::from_secs(self.max_time))
            .max_requests(self.max_requests);
        if let Some(token) = self.provider.token()? {
            verifier = verifier.token(token);
        }
        if let Some(module) = &self.only {
            verifier = verifier.only(module);
        }
        if let Some(items) = self.sample {
            verifier = verifier.sample(items);
        }
        for id in &self.customers {
            verifier = verifier.customer(id);
        }
        for pair in self.subscriptions.chunks_exact(2) {
            verifier = verifier.subscription(&pair[0], &pair[1]);
        }
        Ok(verifier)
    }
}
