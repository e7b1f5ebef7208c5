//! The output of the program.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;
use churnkey_verify::Report;
use churnkey_verify::internal::printable;
use clap::ValueEnum;

use super::exit::Failure;
use crate::report::paint::painted;

/// The choice of the option `--color`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum ColorMode {
    Auto,
    Always,
    Never,
}

/// Standard output and standard error.
#[derive(Debug)]
pub(super) struct Output {
    choice: ColorChoice,
}

impl Output {
    pub(super) fn new(color: ColorMode) -> Self {
        let choice = match color {
            ColorMode::Auto => ColorChoice::Auto,
            ColorMode::Always => ColorChoice::Always,
            ColorMode::Never => ColorChoice::Never,
        };
        Self { choice }
    }

    /// Prints a report for people.
    pub(super) fn report(&self, report: &Report, quiet: bool) -> Result<(), Failure> {
        self.painted(&painted(report, width(), quiet))
    }

    /// Prints a text that may have escape sequences, which are removed if there is no terminal.
    pub(super) fn painted(&self, text: &str) -> Result<(), Failure> {
        let mut stdout = AutoStream::new(io::stdout(), self.choice).lock();
        check(
            stdout
                .write_all(text.as_bytes())
                .and_then(|()| stdout.flush()),
        )
    }

    /// Prints a document without colors.
    pub(super) fn document(&self, document: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        check(
            stdout
                .write_all(document.as_bytes())
                .and_then(|()| stdout.flush()),
        )
    }

    /// Prints the reason why the command could not run.
    pub(super) fn error(&self, why: &str) {
        let style = AnsiColor::Red.on_default().bold();
        let why = printable(why);
        let mut stderr = AutoStream::new(io::stderr(), self.choice).lock();
        // If standard error is closed, the message cannot be shown anywhere else.
        let _ = writeln!(stderr, "{style}error:{style:#} {why}");
    }
}

/// Converts a write error. A closed pipe is not an error: its reader needs no more output.
fn check(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write to standard output: {fault}")))
        }
        _ => Ok(()),
    }
}

/// The width of the terminal, limited so that lines stay readable.
fn width() -> usize {
    match terminal_size::terminal_size_of(io::stdout()) {
        Some((width, _)) => usize::from(width.0).clamp(40, 120),
        None => 100,
    }
}
