//! `churnkey new`.

use std::path::PathBuf;

use clap::Args;

use super::ended::{Ended, Failure};
use super::output::Output;
use crate::new::{self, Database, Options};

const EXAMPLES: &str = "\
Examples:
  A provider on SQLite, and its tests:
    churnkey new acme-billing && cd acme-billing && cargo test
  One on PostgreSQL, somewhere else:
    churnkey new acme-billing --db postgres --path services/billing
  One that depends on a checkout of churnkey:
    churnkey new acme-billing --workspace ../churnkey

Exit codes: 0 the provider is written, 2 nothing is.";

/// Writes a provider to begin with: a crate that compiles, serves and passes its own tests
///
/// It has customers, prices and subscriptions, can cancel and pause, and holds itself against the verifier in its tests. A Dockerfile and a workflow for GitHub
/// Actions come with it.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct New {
    /// The name of the package, such as acme-billing
    name: String,

    /// Where it keeps its data
    #[arg(long = "db", value_enum, value_name = "DATABASE", default_value_t)]
    database: Database,

    /// The directory of the project, made if it is not there; the name if not given
    #[arg(long, value_name = "DIRECTORY")]
    path: Option<PathBuf>,

    /// A checkout of churnkey to depend on, in place of what is published
    ///
    /// The tests and the program are built against it. The image and the workflow are not: they see the project alone.
    #[arg(long, value_name = "DIRECTORY")]
    workspace: Option<PathBuf>,
}

impl New {
    pub(super) fn run(self, output: &Output) -> Result<Ended, Failure> {
        let directory = self.path.unwrap_or_else(|| PathBuf::from(&self.name));
        let shown = directory.display().to_string();
        let created = new::create(&Options {
            name: self.name,
            database: self.database,
            directory,
            workspace: self.workspace,
        })?;
        let shell = shlex::try_quote(&shown)?;
        output.document(&format!(
            "A provider of {} files is in {}. Its README.md says what is where. Try it:\n\n    cd {shell} && cargo test\n",
            created.files.len(),
            created.directory.display(),
        ))?;
        Ok(Ended::Well)
    }
}
