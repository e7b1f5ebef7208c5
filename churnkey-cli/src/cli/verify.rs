//! `churnkey verify`.

use std::path::PathBuf;
use std::pin::pin;

use churnkey_runtime::Mode;
use churnkey_verify::internal::Client;
use churnkey_verify::{CannotRun, Module, Report, Verifier};
use clap::Args;
use clap::ValueEnum;
use clap::builder::PossibleValuesParser;
use futures_util::FutureExt as _;
use tokio::sync::oneshot;

use super::exit::{Exit, Failure};
use super::extent::Extent;
use super::file::OutputFile;
use super::gates::GateArgs;
use super::output::Output;
use super::progress::Progress;
use super::provider::Provider;
use crate::gates::WithGates;
use crate::report::json::json;
use crate::report::junit::junit;

const EXAMPLES: &str = "\
Examples:
  All modules of a provider on this machine:
    CK_INTEGRATION_TOKEN=local-token churnkey verify http://127.0.0.1:8080
  A sample of a provider with many customers:
    churnkey verify https://billing.example.com --token-file token --sample 100
  Only the prices, with a report as JSON:
    churnkey verify http://127.0.0.1:8080 --only prices --json
  With the actions, on a build server:
    churnkey verify http://127.0.0.1:8080 --actions --strict --junit churnkey.xml
  The same with known findings and a manifest that must not change:
    churnkey verify http://127.0.0.1:8080 --baseline churnkey-baseline.json \\
      --manifest-lock churnkey-manifest.json

Exit codes: 0 no faults, 1 faults found, 2 nothing could be verified, 3 no faults, but with
`--strict` a required module or a requested action was not exercised, 130 interrupted.

Ctrl-C ends a run with a report of the results and changes so far; a second one ends it at once.";

/// Verifies a provider: its manifest, its responses, and its authentication
///
/// Fetches the provider's feature manifest and checks each declared module, as the Verify button of
/// Churnkey's dashboard does. It also checks every page of every list, every model and reference,
/// and requests without a valid token. It only reads data, unless `--actions` is given.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct VerifyArgs {
    #[command(flatten)]
    provider: Provider,

    /// The mode of the data
    #[arg(long, value_name = "MODE", default_value = "test")]
    mode: ModeName,

    #[command(flatten)]
    extent: Extent,

    /// Check only this module and the manifest
    #[arg(long, value_name = "MODULE", value_parser = modules(), hide_possible_values = true)]
    only: Option<String>,

    /// Count warnings as faults, and fail if a required module or a requested action was not
    /// exercised
    #[arg(long)]
    strict: bool,

    /// Print the report as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Also write the report as JUnit XML to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    junit: Option<PathBuf>,

    /// Show no progress, and print only the faults
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,

    #[command(flatten)]
    gates: GateArgs,
}

/// Runs the verifier. Returns the report and whether the run was interrupted; `None` after a second
/// interruption.
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
    // The receiver is gone if the run has just ended.
    let _ = stop.send(());
    tokio::select! {
        report = run => Some((report, true)),
        () = interrupt() => None,
    }
}

/// Waits for Ctrl-C; never returns if the system does not support it.
pub(super) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

fn modules() -> PossibleValuesParser {
    PossibleValuesParser::new(Module::ALL.iter().map(|module| module.as_str()))
}

#[derive(Clone, Copy, ValueEnum)]
pub(super) enum ModeName {
    Test,
    Live,
}

impl ModeName {
    pub(super) fn mode(self) -> Mode {
        match self {
            Self::Test => Mode::Test,
            Self::Live => Mode::Live,
        }
    }
}

impl VerifyArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let junit_file = self.junit.clone().map(OutputFile::new).transpose()?;
        let gates = self.gates.prepare(self.strict)?;
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
            return Ok(Exit::Interrupted);
        };
        let report = report?;

        let gates = gates.judge(&report, &runtime, || self.client())?;
        let is_good = gates.is_good(&report, self.strict);
        let printed = match self.json {
            true => output.document(&json(&WithGates {
                report: &report,
                gates: &gates,
            })?),
            false => output.report(&report, self.quiet).and_then(|()| {
                if self.quiet && is_good {
                    return Ok(());
                }
                output.document(&gates.text())
            }),
        };
        // If one of the two outputs cannot be written, the other is still written.
        if let Some(file) = junit_file {
            file.write(&junit(&report, self.strict, &gates)?)?;
        }
        printed?;
        Ok(match is_good {
            _ if is_interrupted => Exit::Interrupted,
            true => Exit::Success,
            false if gates.has_faults(&report, self.strict) => Exit::Faults,
            false => Exit::NotExercised,
        })
    }

    fn client(&self) -> Result<Client, Failure> {
        let token = self.provider.token()?;
        Ok(Client::of_url(&self.provider.url, token, self.mode.mode())?)
    }

    fn verifier(&self) -> Result<Verifier, Failure> {
        let verifier = Verifier::of_url(&self.provider.url)?.mode(self.mode.mode());
        let mut verifier = self.extent.apply(verifier);
        if let Some(token) = self.provider.token()? {
            verifier = verifier.token(token);
        }
        if let Some(module) = &self.only {
            verifier = verifier.only(module);
        }
        Ok(verifier)
    }
}
