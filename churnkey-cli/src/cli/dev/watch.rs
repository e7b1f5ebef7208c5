//! The source files, whose changes restart the provider.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use notify::{EventKind, RecommendedWatcher, RecursiveMode, Watcher as _};
use tokio::sync::mpsc::{Receiver, channel};

/// The time without a change after which all changes of one save have arrived.
const QUIET: Duration = Duration::from_millis(200);
/// Paths that wait. Further ones are of the same change.
const MOST: usize = 1024;

/// Folders with the output of a build or with dependencies.
const LEFT_OUT: [&str; 5] = ["target", "node_modules", "__pycache__", "venv", "dist"];
/// Endings of files that a running provider or an editor writes.
const WRITTEN: [&str; 6] = ["~", ".log", ".ndjson", ".pyc", ".tmp", ".bak"];
/// Parts of the names of databases and their journals.
const DATABASES: [&str; 2] = [".db", ".sqlite"];

/// A watch on source files.
pub(super) struct Watch {
    watcher: RecommendedWatcher,
    roots: Vec<PathBuf>,
    ignored: Vec<String>,
    events: Receiver<PathBuf>,
    pending: BTreeSet<PathBuf>,
    /// Files that the program or the provider writes, below a root.
    written: BTreeSet<PathBuf>,
}

impl Watch {
    pub(super) fn new(roots: &[PathBuf], ignored: Vec<String>) -> notify::Result<Self> {
        let (sender, events) = channel(MOST);
        let mut absolute = Vec::new();
        for root in roots {
            let found = fs::canonicalize(root);
            absolute.push(found.map_err(|fault| notify::Error::io(fault).add_path(root.clone()))?);
        }
        let watcher = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            let Ok(event) = event else { return };
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            for path in event.paths {
                // Without room, a change waits already.
                let _ = sender.try_send(path);
            }
        })?;
        let mut watch = Self {
            watcher,
            roots: absolute.clone(),
            ignored,
            events,
            pending: BTreeSet::new(),
            written: BTreeSet::new(),
        };
        for root in &absolute {
            watch.add_root(root)?;
        }
        Ok(watch)
    }

    /// Watches a folder, but not the folders in it that are left out: the output of a build has
    /// thousands.
    fn add_root(&mut self, root: &Path) -> notify::Result<()> {
        self.watcher.watch(root, RecursiveMode::NonRecursive)?;
        let Ok(entries) = fs::read_dir(root) else {
            return Ok(());
        };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.is_dir() && self.is_source(&path) {
                self.watcher.watch(&path, RecursiveMode::Recursive)?;
            }
        }
        Ok(())
    }

    /// Waits for a change, and until no more follow. May be dropped and called again.
    pub(super) async fn changed(&mut self) -> BTreeSet<PathBuf> {
        loop {
            let next = match self.pending.is_empty() {
                true => self.events.recv().await,
                false => match tokio::time::timeout(QUIET, self.events.recv()).await {
                    Ok(next) => next,
                    Err(_) => return std::mem::take(&mut self.pending),
                },
            };
            let Some(path) = next else {
                // The watcher has ended. Nothing changes any more.
                return std::future::pending().await;
            };
            if !self.is_source(&path) {
                continue;
            }
            let is_new_folder =
                path.is_dir() && self.roots.iter().any(|root| path.parent() == Some(root));
            if is_new_folder {
                // It may be gone already.
                let _ = self.watcher.watch(&path, RecursiveMode::Recursive);
            }
            let shown = self
                .roots
                .iter()
                .find_map(|root| path.strip_prefix(root).ok());
            self.pending.insert(shown.unwrap_or(&path).to_owned());
        }
    }

    /// Counts no more changes of a path that was reported.
    pub(super) fn leave_out(&mut self, path: PathBuf) {
        self.written.insert(path);
    }

    fn is_source(&self, path: &Path) -> bool {
        let below = |root: &PathBuf| path.strip_prefix(root).ok();
        let relative = self.roots.iter().find_map(below).unwrap_or(path);
        !self.written.contains(relative) && is_source(relative, &self.ignored)
    }
}

/// True for a path below a watched folder that is part of the source.
fn is_source(relative: &Path, ignored: &[String]) -> bool {
    let mut names = relative
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        });
    !names.any(|name| {
        let is_hidden = name.starts_with('.') && name != ".env";
        is_hidden
            || LEFT_OUT.contains(&&*name)
            || ignored.iter().any(|other| *other == name)
            || WRITTEN.iter().any(|ending| name.ends_with(ending))
            || DATABASES.iter().any(|part| name.contains(part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_and_data_are_no_source() {
        let ignored = ["generated".to_owned()];
        let is_source = |path| is_source(Path::new(path), &ignored);
        for path in [
            "src/main.rs",
            "Cargo.toml",
            ".env",
            "migrations/1.sql",
            "app.py",
            "",
        ] {
            assert!(is_source(path), "{path}");
        }
        for path in [
            "target/debug/provider",
            "crates/one/target/x",
            ".git/index",
            ".churnkey-pins.json",
            "src/.main.rs.swp",
            "src/main.rs~",
            "data/test.db-wal",
            "books.sqlite3",
            "provider.log",
            "generated/models.rs",
        ] {
            assert!(!is_source(path), "{path}");
        }
    }

    #[tokio::test]
    async fn change_in_a_new_folder_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let mut watch = Watch::new(&[folder.path().to_owned()], Vec::new()).unwrap();
        let new = folder.path().join("src");
        fs::create_dir(&new).unwrap();
        assert_eq!(watch.changed().await, [PathBuf::from("src")].into());

        fs::create_dir(folder.path().join("target")).unwrap();
        fs::write(folder.path().join("target/output"), "").unwrap();
        fs::write(new.join("main.rs"), "").unwrap();
        assert_eq!(watch.changed().await, [PathBuf::from("src/main.rs")].into());
    }

    #[test]
    fn missing_folder_is_an_error() {
        let fault = Watch::new(&[PathBuf::from("/no/such/folder")], Vec::new()).err();
        assert!(fault.unwrap().to_string().contains("/no/such/folder"));
    }
}
