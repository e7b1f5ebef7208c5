//! `churnkey diff`.

use std::path::PathBuf;
use std::time::Duration;

use churnkey_runtime::Mode;
use churnkey_verify::internal::Client;
use clap::{Args, ValueEnum, value_parser};

use super::compared::{CompareOutput, Ended};
use super::exit::{Exit, Failure};
use super::output::Output;
use super::provider::first_line;
use crate::comparison::Comparison;
use crate::diff::{self, Settings};
use crate::side::Budget;

const EXAMPLES: &str = "\
Examples:
  Two versions on this machine, with the same token:
    CK_INTEGRATION_TOKEN=local-token \\
      churnkey diff http://127.0.0.1:8080 http://127.0.0.1:8081
  The provider in production and its rewrite, with live data:
    churnkey diff https://billing.example.com https://next.example.com --mode live \\
      --old-token-file old.token --new-token-file new.token

Exit codes: 0 no differences, 1 differences, 2 nothing could be compared, 130 interrupted.";

/// Compares what two providers send, by model and field
///
/// Reads the manifest, all lists, single items and searches of both, and sends no action. Items are
/// matched by their id; the order of a list does not count. Run it while the data do not change.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DiffArgs {
    /// The API root URL of the old provider
    #[arg(value_name = "OLD_URL")]
    old: String,

    /// The API root URL of the new provider
    #[arg(value_name = "NEW_URL")]
    new: String,

    /// The integration token of both, visible to other users of this machine. If absent, the
    /// environment variable CK_INTEGRATION_TOKEN is used
    #[arg(long, value_name = "TOKEN", conflicts_with = "token_file")]
    token: Option<String>,

    /// A file with the integration token of both on its first line
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,

    /// The integration token of the old provider, if it differs
    #[arg(long, value_name = "TOKEN", conflicts_with = "old_token_file")]
    old_token: Option<String>,

    /// A file with the integration token of the old provider on its first line
    #[arg(long, value_name = "FILE")]
    old_token_file: Option<PathBuf>,

    /// The integration token of the new provider, if it differs
    #[arg(long, value_name = "TOKEN", conflicts_with = "new_token_file")]
    new_token: Option<String>,

    /// A file with the integration token of the new provider on its first line
    #[arg(long, value_name = "FILE")]
    new_token_file: Option<PathBuf>,

    /// The mode of the data
    #[arg(long, value_name = "MODE", default_value = "test")]
    mode: Modes,

    /// An existing customer, for providers that do not list customers; may be repeated
    #[arg(long = "customer", value_name = "ID")]
    customers: Vec<String>,

    /// The number of customers whose subscriptions are read at once
    #[arg(long, value_name = "N", default_value = "4", value_parser = value_parser!(u16).range(1..=64))]
    jobs: u16,

    /// The maximum number of items to read from each list
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    sample: Option<u64>,

    /// The maximum duration of the run
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "3600",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    max_time: u64,

    /// The maximum number of requests of the run, to both providers together
    #[arg(
        long,
        value_name = "N",
        default_value = "1000000",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    max_requests: u64,

    #[command(flatten)]
    output: CompareOutput,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Modes {
    Test,
    Live,
    Both,
}

impl Modes {
    fn all(self) -> &'static [Mode] {
        match self {
            Self::Test => &[Mode::Test],
            Self::Live => &[Mode::Live],
            Self::Both => &[Mode::Test, Mode::Live],
        }
    }

    fn in_words(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
            Self::Both => "test and live",
        }
    }
}

impl DiffArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let prepared = self.output.prepare()?;
        let mut clients = Vec::new();
        for mode in self.mode.all() {
            clients.push((
                self.client(Side::Old, *mode)?,
                self.client(Side::New, *mode)?,
            ));
        }
        let settings = Settings {
            sample: self.sample.unwrap_or(u64::MAX),
            customers: self.customers.clone(),
            jobs: self.jobs.into(),
        };
        let names = clients
            .first()
            .map(|(old, new)| (old.target(), new.target()));
        let (old, new) = names.unwrap_or_default();
        let mut comparison = Comparison::new("diff", old, new, self.mode.in_words().to_owned());
        comparison
            .notes
            .push("Read both providers. No action was sent.".to_owned());
        let budget = Budget::new(Duration::from_secs(self.max_time), self.max_requests);
        let ended = prepared.until_interrupted(async {
            for ((old, new), mode) in clients.into_iter().zip(self.mode.all()) {
                let prefix = match self.mode {
                    Modes::Both => mode.as_str(),
                    _ => "",
                };
                diff::run(&settings, (old, new), &budget, prefix, &mut comparison).await?;
            }
            Ok::<_, String>(())
        })?;
        if let Ended::Done(result) = &ended {
            result.clone()?;
        }
        comparison.requests = budget.sent();
        prepared.finish(output, comparison, ended.is_interrupted(), false)
    }

    fn client(&self, side: Side, mode: Mode) -> Result<Client, Failure> {
        let (url, token, file) = match side {
            Side::Old => (&self.old, &self.old_token, &self.old_token_file),
            Side::New => (&self.new, &self.new_token, &self.new_token_file),
        };
        let token = match (token, file) {
            (Some(token), _) => Some(token.clone()),
            (None, Some(file)) => Some(first_line(file)?),
            (None, None) => match &self.token_file {
                Some(file) => Some(first_line(file)?),
                None => self.token.clone(),
            },
        };
        let client = Client::of_url(url, token, mode);
        client.map_err(|why| Failure(format!("the {} provider: {why}", side.as_str())))
    }
}

#[derive(Clone, Copy)]
enum Side {
    Old,
    New,
}

impl Side {
    fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}
