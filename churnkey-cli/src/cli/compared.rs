//! The output options and the end of the commands that compare two versions of a provider.

use std::future::Future;
use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::exit::{Exit, Failure};
use super::file::OutputFile;
use super::output::Output;
use super::verify::interrupt;
use crate::comparison::Comparison;
use crate::report::compared::{junit, text};
use crate::report::json::json;

/// The forms of the result.
#[derive(Args)]
pub(super) struct CompareOutput {
    /// Print the result as JSON
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Also write the result as JUnit XML to this file
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    junit: Option<PathBuf>,

    /// Show no progress, and print only the differences
    #[arg(long, short, help_heading = "Output")]
    quiet: bool,
}

/// The forms of the result, whose files can be written.
pub(super) struct Prepared<'a> {
    options: &'a CompareOutput,
    junit: Option<OutputFile>,
}

/// The end of a run.
pub(super) enum Ended<T> {
    Done(T),
    Interrupted,
}

impl<T> Ended<T> {
    pub(super) fn is_interrupted(&self) -> bool {
        matches!(self, Self::Interrupted)
    }
}

impl CompareOutput {
    pub(super) fn prepare(&self) -> Result<Prepared<'_>, Failure> {
        Ok(Prepared {
            options: self,
            junit: self.junit.clone().map(OutputFile::new).transpose()?,
        })
    }
}

impl Prepared<'_> {
    /// Runs a comparison until it ends or Ctrl-C.
    pub(super) fn until_interrupted<T>(
        &self,
        run: impl Future<Output = T>,
    ) -> Result<Ended<T>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let bar = match self.options.quiet {
            true => ProgressBar::hidden(),
            false => ProgressBar::new_spinner(),
        };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise}  comparing") {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(120));
        let ended = runtime.block_on(async {
            tokio::select! {
                result = run => Ended::Done(result),
                () = interrupt() => Ended::Interrupted,
            }
        });
        bar.finish_and_clear();
        Ok(ended)
    }

    /// Prints the result in the forms that were chosen.
    pub(super) fn finish(
        &self,
        output: &Output,
        mut comparison: Comparison,
        is_interrupted: bool,
        strict: bool,
    ) -> Result<Exit, Failure> {
        if is_interrupted {
            comparison.incomplete = Some("it was interrupted".to_owned());
        }
        let quiet = self.options.quiet;
        let is_same = comparison.is_same(strict);
        let printed = match self.options.json {
            true => output.document(&json(&comparison)?),
            false if quiet && is_same => Ok(()),
            false => output.document(&text(&comparison, quiet)),
        };
        // If one of the two outputs cannot be written, the other is still written.
        if let Some(file) = &self.junit {
            file.write(&junit(&comparison, strict)?)?;
        }
        printed?;
        Ok(match is_same {
            _ if is_interrupted => Exit::Interrupted,
            true => Exit::Success,
            false => Exit::Faults,
        })
    }
}
