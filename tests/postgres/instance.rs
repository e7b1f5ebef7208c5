//! Instances of the example on one database.

use std::process::Command;
use std::sync::LazyLock;

use test_support::conformance::Instance;
use test_support::{built, random_token};

use crate::server::{Database, Server};

/// The only instance of a company of its own.
#[track_caller]
pub fn start() -> Instance {
    start_on(&Server::shared().company())
}

/// One more instance.
#[track_caller]
pub fn start_on(database: &Database) -> Instance {
    start_with(database, &[])
}

#[track_caller]
pub fn start_with(database: &Database, settings: &[(&str, &str)]) -> Instance {
    try_start_with(database, settings).unwrap_or_else(|log| panic!("no instance: {log}"))
}

/// An instance, or the log of one that has ended.
pub fn try_start_with(database: &Database, settings: &[(&str, &str)]) -> Result<Instance, String> {
    // The same for all instances, as they are one provider.
    static TOKEN: LazyLock<String> = LazyLock::new(random_token);
    let mut command = Command::new(built("postgres"));
    command
        .env("ACME_DATABASE_URL", database.url())
        .envs(settings.iter().copied());
    Instance::try_start(&mut command, &TOKEN, database.clone())
}
