//! `churnkey new`.

use std::path::PathBuf;

use clap::Args;

use super::exit::{Exit, Failure};
use super::output::Output;
use crate::new::{self, Database, Library, NewProject};

const EXAMPLES: &str = "\
Examples:
  A provider on SQLite, and its tests:
    churnkey new acme-billing && cd acme-billing && cargo test
  A provider on PostgreSQL, in another directory:
    churnkey new acme-billing --db postgres --path services/billing
  A provider on PostgreSQL, by sqlx:
    churnkey new acme-billing --db postgres --with sqlx
  A provider that depends on a checkout of churnkey:
    churnkey new acme-billing --workspace ../churnkey

Exit codes: 0 the provider was created, 2 nothing was written.";

/// Creates a new provider: a crate that compiles, serves and passes its own tests
///
/// It has customers, prices and subscriptions, can cancel and pause, and runs the verifier and the
/// simulation in its tests. It includes a Dockerfile and a workflow for GitHub Actions.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct NewArgs {
    /// The name of the package, such as acme-billing
    name: String,

    /// The database of the provider
    #[arg(long = "db", value_enum, value_name = "DATABASE", default_value_t)]
    database: Database,

    /// A crate for the access to the database, instead of rusqlite or tokio-postgres
    #[arg(long, value_enum, value_name = "CRATE")]
    with: Option<Library>,

    /// The directory of the project, created if it does not exist; by default the name
    #[arg(long, value_name = "DIRECTORY")]
    path: Option<PathBuf>,

    /// A checkout of churnkey to depend on, instead of the published crates
    ///
    /// The tests and the program are built against it. The image and the workflow cannot use it,
    /// because they see only the directory of the project.
    #[arg(long, value_name = "DIRECTORY")]
    workspace: Option<PathBuf>,
}

impl NewArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let directory = self.path.unwrap_or_else(|| PathBuf::from(&self.name));
        let shown = directory.display().to_string();
        let created = new::create(&NewProject {
            name: self.name,
            database: self.database,
            with: self.with,
            directory,
            workspace: self.workspace,
        })?;
        let shell = shlex::try_quote(&shown)?;
        output.document(&format!(
            "Created a provider with {} files in {}. Its README.md describes the files. To run its tests:\n\n    cd {shell} && cargo test\n",
            created.files.len(),
            created.directory.display(),
        ))?;
        Ok(Exit::Success)
    }
}
