//! `churnkey assumed`.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::assumed::Assumed;
use crate::recording;

const EXAMPLES: &str = "\
Examples:
  churnkey assumed calls.ndjson
  churnkey assumed calls.ndjson.1 calls.ndjson --json

Exit codes: 0 nothing is contradicted, 1 an assumption is contradicted, 2 a file cannot be read.";

/// Reports what recorded calls say about each assumption of the protocol
///
/// Churnkey's guide leaves facts open. For each, the report says whether the calls confirm it,
/// contradict it, with the keys that were seen, or do not show it. It has nothing personal.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct AssumedArgs {
    /// Recordings, from `churnkey record` or the feature `record` of the crate
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,

    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl AssumedArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let mut calls = Vec::new();
        for file in &self.files {
            let read = recording::read(file)
                .map_err(|fault| Failure(format!("cannot read {}: {fault}", file.display())))?;
            calls.extend(read.calls);
        }
        let assumed = Assumed::of(&calls);
        output.document(&match self.json {
            true => format!("{:#}\n", assumed.json()),
            false => assumed.text(),
        })?;
        Ok(match assumed.has_contradictions() {
            true => Exit::Faults,
            false => Exit::Success,
        })
    }
}
