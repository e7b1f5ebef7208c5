//! `churnkey replay`.

use std::path::PathBuf;
use std::time::Duration;

use churnkey_verify::internal::{Client, mode_of_actions};
use clap::{Args, ValueEnum, value_parser};

use super::compared::{CompareOutput, Ended};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::provider::TokenArgs;
use super::verify::ModeName;
use crate::comparison::Comparison;
use crate::recording;
use crate::replay::{self, Settings};
use crate::side::Budget;

const EXAMPLES: &str = "\
Examples:
  The reads of a recording, to a provider on this machine:
    CK_INTEGRATION_TOKEN=local-token churnkey replay calls.ndjson http://127.0.0.1:8080
  With the actions, the calls of one customer after those of another:
    churnkey replay calls.ndjson http://127.0.0.1:8080 --actions --by customer

Exit codes: 0 no differences, 1 differences, 2 nothing could be replayed, 130 interrupted.

A recording without values has no ids. Items of the provider's lists stand for them, so the
responses are compared by status and by fields. A recording with --full is compared by value.";

/// Sends recorded calls to another version of the provider and compares the responses
///
/// Repeats the calls of `churnkey record` or of the feature `record`, in the caller's spelling. It
/// only reads, unless `--actions` is given.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ReplayArgs {
    /// A recording
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// The provider's API root URL, to which `/churnkey` is appended
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    token: TokenArgs,

    /// The mode of all calls, whatever it was in the recording
    #[arg(long, value_name = "MODE", default_value = "test")]
    mode: ModeName,

    /// Also send the recorded actions, which change data. Only in test mode
    #[arg(long)]
    actions: bool,

    /// The order of the calls: as recorded, or the calls of each customer together
    #[arg(long, value_name = "ORDER", default_value = "time")]
    by: Order,

    /// An existing customer, for a provider that does not list customers; may be repeated
    #[arg(long = "customer", value_name = "ID")]
    customers: Vec<String>,

    /// Count warnings, such as a new field, as differences
    #[arg(long)]
    strict: bool,

    /// The maximum duration of the run
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "900",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    max_time: u64,

    /// The maximum number of requests of the run
    #[arg(
        long,
        value_name = "N",
        default_value = "100000",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    max_requests: u64,

    #[command(flatten)]
    output: CompareOutput,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Order {
    Time,
    Customer,
}

impl ReplayArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let mode = self.mode.mode();
        mode_of_actions(self.actions, mode)?;
        let prepared = self.output.prepare()?;
        let shown = self.file.display().to_string();
        let recording = recording::read(&self.file)
            .map_err(|fault| Failure(format!("cannot read {shown}: {fault}")))?;
        if recording.calls.is_empty() {
            return Err(Failure(format!("{shown} has no calls")));
        }
        let client = Client::of_url(&self.url, self.token.token()?, mode)?;
        let settings = Settings {
            actions: self.actions,
            by_customer: self.by == Order::Customer,
            customers: self.customers.clone(),
        };
        let words = mode.as_str().to_owned();
        let mut comparison = Comparison::new("replay", shown, client.target(), words);
        comparison.notes.push(
            match self.actions {
                true => "Sent the recorded calls, actions included: they changed test data.",
                false => "Sent the recorded calls. No action was sent.",
            }
            .to_owned(),
        );
        let budget = Budget::new(Duration::from_secs(self.max_time), self.max_requests);
        let ended = prepared.until_interrupted(async {
            replay::run(recording, &settings, client, &budget, &mut comparison).await
        })?;
        if let Ended::Done(result) = &ended {
            result.clone()?;
        }
        comparison.requests = budget.sent();
        prepared.finish(output, comparison, ended.is_interrupted(), self.strict)
    }
}
