//! A server in a child process, configured by the environment.

use std::ffi::OsStr;
use std::net::SocketAddr;

use churnkey::{ResultExt as _, Server};
use test_support::{Process, this_test};

use super::{Billing, TOKEN};

/// The variables that a server reads.
const VARIABLES: [&str; 7] = [
    "CK_INTEGRATION_TOKEN",
    "CK_INTEGRATION_TOKEN_FILE",
    "CK_INTEGRATION_TOKEN_PREVIOUS",
    "CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL",
    "CK_API_KEY",
    "CHURNKEY_SHUTDOWN_DELAY",
    "CHURNKEY_TRUSTED_PROXIES",
];

/// Starts the ignored test of this name with these variables, on a free port.
pub(crate) fn start_child<V: AsRef<OsStr>>(test: &str, variables: &[(&str, V)]) -> Process {
    let mut command = this_test(test);
    for name in VARIABLES {
        command.env_remove(name);
    }
    command
        .env("CHURNKEY_ADDR", "127.0.0.1:0")
        .envs(variables.iter().map(|(name, value)| (name, value)));
    Process::start(&mut command)
}

/// Starts a child with the token of every test, and waits until it serves.
pub(crate) fn serving(test: &str) -> (Process, SocketAddr) {
    let process = start_child(test, &[("CK_INTEGRATION_TOKEN", TOKEN)]);
    let address = process.stderr.address();
    (process, address)
}

/// Runs a server that the environment configures, in a child process.
pub(crate) fn server_of_environment(
    limits: impl FnOnce(Server<Billing>) -> Server<Billing>,
) -> churnkey::Result<()> {
    let runtime = tokio::runtime::Runtime::new().or_internal()?;
    runtime.block_on(limits(Server::from_env(Billing::default())?).run())
}
