//! Where the program writes to.

use std::io::{self, Write as _};

use anstream::{AutoStream, ColorChoice};
use anstyle::AnsiColor;
use churnkey_verify::Report;
use churnkey_verify::internal::printable;
use clap::ValueEnum;

use super::ended::Failure;
use crate::report::paint::painted;

/// When to use colours.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Colour {
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
    pub(super) fn new(colour: Colour) -> Self {
        let choice = match colour {
            Colour::Auto => ColorChoice::Auto,
            Colour::Always => ColorChoice::Always,
            Colour::Never => ColorChoice::Never,
        };
        Self { choice }
    }

    /// Prints a report for people.
    pub(super) fn report(&self, report: &Report, quiet: bool) -> Result<(), Failure> {
        let mut stdout = AutoStream::new(io::stdout(), self.choice).lock();
        let painted = painted(report, width(), quiet);
        written(
            stdout
                .write_all(painted.as_bytes())
                .and_then(|()| stdout.flush()),
        )
    }

    /// Prints a document for programs.
    pub(super) fn document(&self, document: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        written(
            stdout
                .write_all(document.as_bytes())
                .and_then(|()| stdout.flush()),
        )
    }

    /// Says why nothing could be done.
    pub(super) fn error(&self, why: &str) {
        let style = AnsiColor::Red.on_default().bold();
        let why = printable(why);
        let mut stderr = AutoStream::new(io::stderr(), self.choice).lock();
        // Nobody is left to be told.
        let _ = writeln!(stderr, "{style}error:{style:#} {why}");
    }
}

/// Whoever closes a pipe has read enough.
fn written(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(fault) if fault.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure(format!("cannot write to standard output: {fault}")))
        }
        _ => Ok(()),
    }
}

/// As wide as the terminal, unless lines would be too long to read.
fn width() -> usize {
    match terminal_size::terminal_size_of(io::stdout()) {
        Some((width, _)) => usize::from(width.0).clamp(40, 120),
        None => 100,
    }
}
