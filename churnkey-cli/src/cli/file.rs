//! A file that is there as a whole or not at all.

use std::fs::Metadata;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::ended::Failure;

/// A file to be written at the end of a run.
#[derive(Debug)]
pub(super) struct OutputFile {
    path: PathBuf,
}

impl OutputFile {
    /// Looks whether the file can be written, so that nobody learns only after a long run that it cannot.
    pub(super) fn new(path: PathBuf) -> Result<Self, Failure> {
        let file = Self { path };
        // To replace a device or a pipe would be worse than to refuse it.
        if file.path.metadata().as_ref().is_ok_and(is_special) {
            return Err(file.failure("it is there, and it is no file"));
        }
        file.temporary().map_err(|fault| file.failure(fault))?;
        Ok(file)
    }

    /// Writes the file, in the place of one that may be there.
    pub(super) fn write(&self, contents: &str) -> Result<(), Failure> {
        let write = || {
            let mut temporary = self.temporary()?;
            temporary.write_all(contents.as_bytes())?;
            temporary.persist(&self.path)?;
            Ok(())
        };
        write().map_err(|fault: io::Error| self.failure(fault))
    }

    /// In the folder of the file itself: it cannot be moved in one step from another disk.
    fn temporary(&self) -> io::Result<NamedTempFile> {
        let folder = match self.path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".churnkey-");
        #[cfg(unix)]
        {
            // As any other file: a build server may read it as another user.
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
