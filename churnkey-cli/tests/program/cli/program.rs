//! Functions that run the program.

use std::process::{Command, Stdio};

use super::provider::TOKEN;

/// The exit code and the output of a run.
#[derive(Debug)]
pub(crate) struct RunOutput {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The program, with only the token in its environment.
pub(crate) fn churnkey() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_churnkey"));
    command.env_clear();
    command.env("CK_INTEGRATION_TOKEN", TOKEN);
    command.stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> RunOutput {
    let output = command.output().unwrap();
    RunOutput {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn verify(url: &str, arguments: &[&str]) -> RunOutput {
    run(churnkey().args(["verify", url]).args(arguments))
}
