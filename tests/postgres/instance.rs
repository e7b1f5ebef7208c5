//! Instances of the example that share one database.

use std::process::Command;
use std::sync::LazyLock;

use test_support::conformance::Instance;
use test_support::{built, random_token};

use crate::server::{Database, Server};

/// Starts the only instance of a separate company.
#[track_caller]
pub fn start() -> Instance {
    start_on(&Server::shared().company())
}

/// Starts an additional instance.
#[track_caller]
pub fn start_on(database: &Database) -> Instance {
    start_with(database, &[])
}

#[track_caller]
pub fn start_with(database: &Database, settings: &[(&str, &str)]) -> Instance {
    try_start_with(database, settings).unwrap_or_else(|log| panic!("no instance: {log}"))
}

/// Starts an instance, or returns the log of one that has exited.
pub fn try_start_with(database: &Database, settings: &[(&str, &str)]) -> Result<Instance, String> {
    // All instances have the same token, because they are one provider.
    static TOKEN: LazyLock<String> = LazyLock::new(random_token);
    let mut command = Command::new(built("postgres"));
    command
        .env("ACME_DATABASE_URL", database.url())
        .envs(settings.iter().copied());
    Instance::try_start(&mut command, &TOKEN, database.clone())
}
