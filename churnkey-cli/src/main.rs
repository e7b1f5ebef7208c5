//! The program `churnkey`.

use std::process::ExitCode;

fn main() -> ExitCode {
    churnkey_cli::main()
}
