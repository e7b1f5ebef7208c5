//! The program `churnkey`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use exit::{Exit, Failure};
use output::{ColorMode, Output};

mod assumed;
mod compared;
mod dashboard;
mod dev;
mod diff;
mod exit;
mod extent;
mod file;
mod gates;
mod new;
mod output;
mod progress;
mod provider;
mod record;
mod replay;
mod simulate;
mod verify;

// Types that may hold a token do not implement `Debug`.
/// Checks and inspects a Churnkey provider from your own machine.
#[derive(Parser)]
#[command(name = "churnkey", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// Use of colors; `auto` uses them on a terminal, unless NO_COLOR is set
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        help_heading = "Output"
    )]
    color: ColorMode,
}

#[derive(Subcommand)]
enum Command {
    Verify(verify::VerifyArgs),
    Dashboard(dashboard::DashboardArgs),
    Dev(dev::DevArgs),
    New(new::NewArgs),
    Simulate(simulate::SimulateArgs),
    Record(record::RecordArgs),
    Assumed(assumed::AssumedArgs),
    Replay(replay::ReplayArgs),
    Diff(diff::DiffArgs),
}

/// Runs the program with the arguments of the process. The exit code is 0 on success, 1 if faults
/// were found, 2 if the command could not run, 3 if a part of a strict run was not exercised, and
/// 130 after an interruption.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let output = Output::new(cli.color);
    let exit = match cli.command {
        Command::Verify(verify) => verify.run(&output),
        Command::Dashboard(dashboard) => dashboard.run(),
        Command::Dev(dev) => dev.run(&output),
        Command::New(new) => new.run(&output),
        Command::Simulate(simulate) => simulate.run(&output),
        Command::Record(record) => record.run(&output),
        Command::Assumed(assumed) => assumed.run(&output),
        Command::Replay(replay) => replay.run(&output),
        Command::Diff(diff) => diff.run(&output),
    };
    match exit {
        Ok(Exit::Success) => ExitCode::SUCCESS,
        Ok(Exit::Faults) => ExitCode::from(1),
        Ok(Exit::NotExercised) => ExitCode::from(3),
        // The code that a shell reports for a process that SIGINT ended.
        Ok(Exit::Interrupted) => ExitCode::from(130),
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
    fn command_line_definition_is_consistent() {
        Cli::command().debug_assert();
    }
}
