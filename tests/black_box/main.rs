//! The example `acme` as a process, checked by a client that implements Churnkey's protocol and
//! uses no code of the framework.
//!
//! ```text
//! cargo build -p acme && cargo test -p black-box-tests
//! ```

use std::process::Command;

use test_support::conformance::Instance;
use test_support::{built, random_token};

test_support::conformance_tests!(crate::start);

fn start() -> Instance {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let mut acme = Command::new(built("acme"));
    acme.current_dir(folder.path())
        .env("ACME_DB", folder.path().join("acme.db"));
    Instance::start(&mut acme, &random_token(), folder)
}
