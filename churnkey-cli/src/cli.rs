//! The program `churnkey`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use ended::{Ended, Failure};
use output::{Colour, Output};

mod dashboard;
mod ended;
mod file;
mod new;
mod output;
mod progress;
mod provider;
mod verify;

// Nothing that may hold a token has `Debug`.
/// Works with a Churnkey provider on your own machine.
#[derive(Parser)]
#[command(name = "churnkey", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// When to use colours; `auto` is on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    color: Colour,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::Verify),
    Dashboard(dashboard::Dashboard),
    New(new::New),
}

/// Runs the program with the arguments of the process. The exit code is 0 if all is well, 1 if there are faults, 2 if nothing could be done and 130 if it was interrupted.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.color);
    let ended = match cli.command {
        Command::Verify(verify) => verify.run(&output),
        Command::Dashboard(dashboard) => dashboard.run(),
        Command::New(new) => new.run(&output),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::WithFaults) => ExitCode::from(1),
        // As a shell has it for whatever was ended by this signal.
        Ok(Ended::Interrupted) => ExitCode::from(130),
        Err(Failure(why)) => {
            output.error(&why);
            ExitCode::from(2)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_do_not_contradict_each_other() {
        Cli::command().debug_assert();
    }
}
