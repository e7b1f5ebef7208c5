//! Files of recorded calls.

use std::fs;
use std::io;
use std::path::Path;

use churnkey_runtime::record::VERSION;
use serde::Deserialize;
use serde_json::{Map, Value};

/// A recorded call; fields that are not of use here are ignored.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Call {
    pub(crate) method: String,
    /// The template of the path, or `other`.
    pub(crate) path: String,
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
}

/// Reads the calls of a file.
pub(crate) fn read(path: &Path) -> io::Result<Vec<Call>> {
    let text = fs::read_to_string(path)?;
    let mut calls = Vec::new();
    let mut is_known = false;
    for (index, line) in text.lines().enumerate() {
        let fault = |why: &str| {
            let message = format!("line {} {why}", index + 1);
            io::Error::new(io::ErrorKind::InvalidData, message)
        };
        let line: Value = serde_json::from_str(line).map_err(|_| fault("is not JSON"))?;
        if let Some(version) = line.get("churnkeyRecording") {
            if *version != VERSION {
                return Err(fault("is of another version of this program"));
            }
            is_known = true;
        } else if line.get("dropped").is_none() {
            if !is_known {
                return Err(fault("is not the first line of a recording"));
            }
            let call = Call::deserialize(&line).map_err(|_| fault("is not a recorded call"))?;
            calls.push(call);
        }
    }
    Ok(calls)
}
