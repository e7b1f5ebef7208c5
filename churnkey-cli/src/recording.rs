//! Files of recorded calls.

use std::fs;
use std::io;
use std::path::Path;

use churnkey_runtime::Timestamp;
use churnkey_runtime::record::VERSION;
use serde::Deserialize;
use serde_json::{Map, Value};

/// The calls of a file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Recording {
    pub(crate) calls: Vec<Call>,
    /// Number of calls for which the recorder had no room.
    pub(crate) dropped: u64,
}

/// A recorded call; fields that are not of use here are ignored.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Call {
    /// Its line in the file.
    #[serde(skip)]
    pub(crate) line: usize,
    pub(crate) time: Option<Timestamp>,
    /// The time of the response in milliseconds.
    pub(crate) ms: Option<u64>,
    pub(crate) method: String,
    /// The template of the path, or `other`.
    pub(crate) path: String,
    /// The parameters of the path, as pseudonyms.
    #[serde(default)]
    pub(crate) parameters: Map<String, Value>,
    pub(crate) status: Option<u16>,
    pub(crate) mode: Option<String>,
    pub(crate) authorization: String,
    #[serde(default)]
    pub(crate) encoded: bool,
    #[serde(default)]
    pub(crate) query: Map<String, Value>,
    pub(crate) content_type: Option<String>,
    #[serde(default)]
    pub(crate) body: Value,
    /// Paths and types of the response; absent if it was not JSON or too long.
    pub(crate) shape: Option<Vec<String>>,
    pub(crate) full: Option<Full>,
}

/// The parts that only a full recording keeps.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Full {
    /// Path and query.
    pub(crate) target: String,
    /// Absent if it was too long.
    pub(crate) body: Option<String>,
    /// Absent if it was too long.
    pub(crate) response: Option<String>,
}

/// Reads the calls of a file. A last line that the recorder could not finish is left out.
pub(crate) fn read(path: &Path) -> io::Result<Recording> {
    let text = fs::read_to_string(path)?;
    let mut recording = Recording::default();
    let mut is_known = false;
    let lines = text.lines().count();
    for (index, line) in text.lines().enumerate() {
        let fault = |why: &str| {
            let message = format!("line {} {why}", index + 1);
            io::Error::new(io::ErrorKind::InvalidData, message)
        };
        let is_cut = is_known && index + 1 == lines && !text.ends_with('\n');
        let line: Value = match serde_json::from_str(line) {
            Ok(line) => line,
            Err(_) if is_cut => break,
            Err(_) => return Err(fault("is not JSON")),
        };
        if let Some(version) = line.get("churnkeyRecording") {
            if *version != VERSION {
                return Err(fault("is of another version of this program"));
            }
            is_known = true;
        } else if let Some(dropped) = line.get("dropped") {
            recording.dropped += dropped.as_u64().unwrap_or_default();
        } else {
            if !is_known {
                return Err(fault("is not the first line of a recording"));
            }
            let call = Call::deserialize(line).map_err(|_| fault("is not a recorded call"))?;
            recording.calls.push(Call {
                line: index + 1,
                ..call
            });
        }
    }
    Ok(recording)
}
