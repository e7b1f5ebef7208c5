//! A small disk that a test fills.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// A file system of a fixed size in memory, which is unmounted on drop.
pub struct SmallDisk(TempDir);

impl SmallDisk {
    /// Mounts a file system of a size such as `64k`. Without the rights to do so, this prints that
    /// the test is skipped, and returns `None`.
    pub fn mount(size: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(folder.path())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self(folder));
        }
        // Written directly, because the test harness captures `eprintln!`.
        let _printed = writeln!(io::stderr(), "SKIPPED: cannot mount a file system");
        None
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// Uses all the space that is left.
    #[track_caller]
    pub fn fill(&self) {
        let mut filler = File::create(self.filler()).unwrap();
        let block = [1; 4096];
        let full = loop {
            if let Err(error) = filler.write_all(&block) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }

    /// Gives the space back that [`fill`](Self::fill) used.
    pub fn free(&self) {
        fs::remove_file(self.filler()).unwrap();
    }

    fn filler(&self) -> PathBuf {
        self.path().join("filler")
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _unmounted = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}
