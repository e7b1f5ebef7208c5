//! `churnkey simulate`.

use std::fs;
use std::path::PathBuf;

use churnkey_runtime::Timestamp;
use churnkey_verify::{Simulated, Simulation};
use clap::Args;
use clap::value_parser;
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{Exit, Failure};
use super::file::OutputFile;
use super::output::Output;
use super::provider::Provider;
use super::verify::interrupt;
use crate::report::simulated;

const EXAMPLES: &str = "\
Examples:
  A provider on this machine, at the present time:
    CK_INTEGRATION_TOKEN=local-token churnkey simulate http://127.0.0.1:8080
  Months, with a provider that takes its clock from the requests:
    churnkey simulate http://127.0.0.1:8080 --clock-header --seed 7 --sequences 50
  The failing sequence as a picture:
    churnkey simulate http://127.0.0.1:8080 --clock-header --html sequence.html
  A failing sequence again, from the JSON in the report:
    churnkey simulate http://127.0.0.1:8080 --clock-header --replay sequence.json

Exit codes: 0 no difference, 1 a difference was found, 2 nothing could be simulated,
130 interrupted.

It changes test data: every sequence uses customers of its own and leaves them as they are then.";

/// Plays months of a retention service and compares the provider with a model
///
/// Takes active subscriptions and trials of the test mode, sends random requests, and compares
/// every subscription after each one with a reference model of subscriptions. The first difference
/// is shrunk to a short sequence and printed as a timeline, as a script with curl and as a test in
/// Rust. docs/billing-rules.md lists the rules of the model.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct SimulateArgs {
    #[command(flatten)]
    provider: Provider,

    /// The seed from which all sequences follow; a random one if absent
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// The number of sequences
    #[arg(long, value_name = "N", default_value = "20")]
    sequences: u64,

    /// The number of steps in each sequence
    #[arg(long, value_name = "N", default_value = "40", value_parser = value_parser!(u16))]
    steps: u16,

    /// The longest time of a sequence, with --clock-header
    #[arg(long, value_name = "N", default_value = "24", value_parser = value_parser!(u16))]
    months: u16,

    /// The number of customers in each sequence
    #[arg(
        long,
        value_name = "N",
        default_value = "2",
        value_parser = value_parser!(u16).range(1..)
    )]
    customers: u16,

    /// Send the time in the header X-Churnkey-Now, for a provider that takes its clock from there
    #[arg(long)]
    clock_header: bool,

    /// Also send the actions for all subscriptions of a customer
    #[arg(long)]
    customer_actions: bool,

    /// Also send the field `unpause` with some cancellations
    #[arg(long)]
    unpause: bool,

    /// Tolerate no deviation from the rules of the model
    #[arg(long)]
    strict: bool,

    /// Play this sequence instead, from the JSON in a report
    #[arg(long, value_name = "FILE")]
    replay: Option<PathBuf>,

    /// Print the result as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Also write the result as JUnit XML to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    junit: Option<PathBuf>,

    /// Also draw a failing sequence as an HTML page in this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    html: Option<PathBuf>,

    /// Show no progress
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

impl SimulateArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let junit_file = self.junit.clone().map(OutputFile::new).transpose()?;
        let html_file = self.html.clone().map(OutputFile::new).transpose()?;
        let replayed = match &self.replay {
            Some(path) => Some(
                fs::read_to_string(path)
                    .map_err(|fault| Failure(format!("cannot read {}: {fault}", path.display())))?,
            ),
            None => None,
        };
        let bar = self.progress();
        let shown = bar.clone();
        let simulation = self
            .simulation()?
            .progress(move |sequences| shown.set_position(sequences));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let ended = runtime.block_on(async {
            let run = async {
                match replayed {
                    Some(sequence) => simulation.replay(&sequence).await,
                    None => simulation.run().await,
                }
            };
            tokio::select! {
                result = run => Some(result),
                () = interrupt() => None,
            }
        });
        bar.finish_and_clear();
        let Some(result) = ended else {
            return Ok(Exit::Interrupted);
        };
        let result: Simulated = result?;
        let printed = match self.json {
            true => output.document(&simulated::json(&result)?),
            false => output.document(&simulated::text(&result)),
        };
        // If one of the two outputs cannot be written, the other is still written.
        if let Some(file) = junit_file {
            file.write(&simulated::junit(&result)?)?;
        }
        // Without a difference there is nothing to draw, and an older page stays.
        if let (Some(file), Some(failure)) = (html_file, &result.failure) {
            file.write(&failure.html())?;
        }
        printed?;
        Ok(match result.failure {
            None => Exit::Success,
            Some(_) => Exit::Faults,
        })
    }

    fn simulation(&self) -> Result<Simulation, Failure> {
        // Few digits are easier to pass on.
        let seed = self
            .seed
            .unwrap_or_else(|| Timestamp::now().unix_millis().unsigned_abs() % 1_000_000);
        let mut simulation = Simulation::of_url(&self.provider.url)?
            .seed(seed)
            .sequences(self.sequences)
            .steps(self.steps.into())
            .months(self.months.into())
            .customers(self.customers.into())
            .customer_actions(self.customer_actions)
            .unpause(self.unpause)
            .strict(self.strict);
        if self.clock_header {
            simulation = simulation.clock_header();
        }
        if let Some(token) = self.provider.token()? {
            simulation = simulation.token(token);
        }
        Ok(simulation)
    }

    fn progress(&self) -> ProgressBar {
        if self.quiet {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new(self.sequences);
        let template = "{bar:30} {pos} of {len} sequences  {elapsed_precise}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar
    }
}
