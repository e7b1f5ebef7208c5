//! An output file that is written completely or not at all.

use std::fs::Metadata;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::exit::Failure;

/// A file to be written at the end of a run.
#[derive(Debug)]
pub(super) struct OutputFile {
    path: PathBuf,
}

impl OutputFile {
    /// Checks that the file can be written, so that a long run does not fail at its end.
    pub(super) fn new(path: PathBuf) -> Result<Self, Failure> {
        let file = Self { path };
        // A device or a pipe must not be replaced by a file.
        if file.path.metadata().as_ref().is_ok_and(is_special) {
            return Err(file.failure("it exists and is not a regular file"));
        }
        file.temporary().map_err(|fault| file.failure(fault))?;
        Ok(file)
    }

    /// Writes the file, and replaces an existing one.
    pub(super) fn write(&self, contents: &str) -> Result<(), Failure> {
        let write = || {
            let mut temporary = self.temporary()?;
            temporary.write_all(contents.as_bytes())?;
            temporary.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|fault: io::Error| self.failure(fault))
    }

    /// Creates the temporary file in the same folder, because a file cannot be moved atomically
    /// from another disk.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".churnkey-");
        #[cfg(unix)]
        {
            // Readable by other users, as other new files are: a build server may run as another
            // user.
            use std::os::unix::fs::PermissionsExt as _;
            builder.permissions(std::fs::Permissions::from_mode(0o666));
        }
        builder.tempfile_in(folder)
    }

    fn failure(&self, why: impl std::fmt::Display) -> Failure {
        Failure(format!("cannot write {}: {why}", self.path.display()))
    }
}

fn is_special(metadata: &Metadata) -> bool {
    !metadata.is_file()
}
