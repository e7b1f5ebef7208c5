//! The options of `churnkey verify` for a build server.

use std::fs;
use std::path::{Path, PathBuf};

use churnkey_verify::internal::{Client, Request};
use churnkey_verify::{Baseline, Report};
use clap::Args;
use tokio::runtime::Runtime;

use super::exit::Failure;
use super::file::OutputFile;
use crate::features::features;
use crate::gates::{Gates, Lock, LockResult};
use crate::report::markdown::markdown;

/// The gates, and the report for a job summary.
#[derive(Args)]
#[command(next_help_heading = "Build servers")]
pub(super) struct GateArgs {
    /// A file with known findings and a reason for each: a new or a stale one is a fault
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,

    /// Write the findings to the baseline, to which you add the reasons
    #[arg(long, requires = "baseline")]
    write_baseline: bool,

    /// A file with the features of the manifest: a dropped or an added one is a fault. It is
    /// created if it does not exist
    #[arg(long, value_name = "FILE")]
    manifest_lock: Option<PathBuf>,

    /// Write the features to the lock of the manifest
    #[arg(long, requires = "manifest_lock")]
    update_lock: bool,

    /// Also write the report as Markdown to this file, for a job summary
    #[arg(long, value_name = "FILE")]
    markdown: Option<PathBuf>,
}

/// The gates with their files, read before the run.
pub(super) struct Prepared {
    strict: bool,
    baseline: Option<BaselineFile>,
    lock: Option<LockFile>,
    markdown: Option<OutputFile>,
}

enum BaselineFile {
    Read(Baseline),
    Written {
        file: OutputFile,
        earlier: Option<String>,
    },
}

struct LockFile {
    earlier: Option<Lock>,
    /// The file to write, if it is to be created or updated.
    file: Option<OutputFile>,
}

impl GateArgs {
    /// Reads the files, and checks that those to be written can be.
    pub(super) fn prepare(&self, strict: bool) -> Result<Prepared, Failure> {
        let baseline = match &self.baseline {
            None => None,
            Some(path) if self.write_baseline => Some(BaselineFile::Written {
                file: OutputFile::new(path.clone())?,
                earlier: read(path)?,
            }),
            Some(path) => {
                let text = read(path)?.ok_or_else(|| {
                    let why = "it does not exist: create it with --write-baseline";
                    Failure(format!("cannot read {}: {why}", path.display()))
                })?;
                let baseline = Baseline::from_json(&text);
                Some(BaselineFile::Read(
                    baseline.map_err(|why| unreadable(path, why))?,
                ))
            }
        };
        let lock = match &self.manifest_lock {
            None => None,
            Some(path) => {
                let earlier = read(path)?.map(|text| Lock::from_json(&text));
                let earlier = earlier.transpose().map_err(|why| unreadable(path, why))?;
                let is_written = self.update_lock || earlier.is_none();
                let file = is_written.then(|| OutputFile::new(path.clone()));
                Some(LockFile {
                    earlier,
                    file: file.transpose()?,
                })
            }
        };
        Ok(Prepared {
            strict,
            baseline,
            lock,
            markdown: self.markdown.clone().map(OutputFile::new).transpose()?,
        })
    }
}

impl Prepared {
    /// Judges a report. The manifest is read once more, with this client.
    pub(super) fn judge(
        &self,
        report: &Report,
        runtime: &Runtime,
        client: impl FnOnce() -> Result<Client, Failure>,
    ) -> Result<Gates, Failure> {
        let mut gates = Gates::default();
        match &self.baseline {
            None => {}
            Some(BaselineFile::Read(baseline)) => {
                gates.baseline = Some(baseline.judge(report, self.strict));
            }
            Some(BaselineFile::Written { file, earlier }) => {
                let written = Baseline::written(report, self.strict, earlier.as_deref())?;
                file.write(&written)?;
                // Its reasons are still to be written, so it is read without them.
                gates.baseline = Some(Baseline::with_blanks(&written)?.judge(report, self.strict));
            }
        }
        if let Some(lock) = &self.lock {
            gates.manifest_lock = Some(lock.judge(runtime, client()?)?);
        }
        if let Some(file) = &self.markdown {
            file.write(&markdown(report, self.strict, &gates))?;
        }
        Ok(gates)
    }
}

impl LockFile {
    fn judge(&self, runtime: &Runtime, client: Client) -> Result<LockResult, Failure> {
        let fault = |fault: String| LockResult {
            fault: Some(fault),
            ..LockResult::default()
        };
        let response = match runtime.block_on(client.send(&Request::get("/features"))) {
            Ok(response) => response,
            Err(why) => return Ok(fault(why.to_string())),
        };
        let manifest = match response.json() {
            Ok(manifest) if response.status == 200 => manifest,
            _ => return Ok(fault("there is no manifest".to_owned())),
        };
        let features = match features(&manifest) {
            Ok(features) => features,
            Err(why) => return Ok(fault(why)),
        };
        let changes = self.earlier.as_ref().map(|lock| lock.compare(&features));
        if let Some(file) = &self.file {
            file.write(&Lock::new(features).to_json()?)?;
        }
        Ok(LockResult {
            is_written: self.file.is_some(),
            changes: changes.unwrap_or_default(),
            fault: None,
        })
    }
}

/// Reads a file; `None` if it does not exist.
fn read(path: &Path) -> Result<Option<String>, Failure> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(fault) => Err(unreadable(path, fault)),
    }
}

fn unreadable(path: &Path, why: impl std::fmt::Display) -> Failure {
    Failure(format!("cannot read {}: {why}", path.display()))
}
