//! Runs the program.

use std::process::{Command, Stdio};

use super::provider::TOKEN;

/// How a run ended and what it wrote.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program, with the token in its environment and nothing of that of the test.
pub(crate) fn churnkey() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_churnkey"));
    command.env_clear();
    command.env("CK_INTEGRATION_TOKEN", TOKEN);
    command.stdin(Stdio::null());
    command
}

pub(crate) fn ran(command: &mut Command) -> Ran {
    let output = command.output().unwrap();
    Ran {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn verify(url: &str, arguments: &[&str]) -> Ran {
    ran(churnkey().args(["verify", url]).args(arguments))
}
