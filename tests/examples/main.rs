//! The examples as folders that can be copied out of the workspace.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Returns the files of a folder by their relative paths.
fn files(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_owned();
                found.insert(name, fs::read(path).unwrap());
            }
        }
    }
    found
}

#[test]
fn postgres_shares_billing_and_seed_with_acme() {
    for folder in ["src/billing", "src/seed"] {
        let acme = files(&root().join("examples/acme").join(folder));
        let postgres = files(&root().join("examples/postgres").join(folder));
        let differs = |path: &&PathBuf| acme.get(*path) != postgres.get(*path);
        let different: Vec<_> = acme.keys().chain(postgres.keys()).filter(differs).collect();
        assert!(!acme.is_empty());
        assert!(
            different.is_empty(),
            "{different:?} of {folder} differ: edit those of acme, then \
             `cp -r examples/acme/src/{{billing,seed}} examples/postgres/src/`"
        );
    }
}

/// Copies an example out of the workspace, applies the edits that `examples/README.md` lists, and
/// builds it.
#[track_caller]
fn assert_copy_builds(example: &str) {
    let root = root().canonicalize().unwrap();
    let copy = tempfile::tempdir().unwrap();
    for (path, bytes) in files(&root.join("examples").join(example)) {
        let path = copy.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
    let manifest = copy.path().join("Cargo.toml");
    let original = fs::read_to_string(&manifest).unwrap();
    let checkout = format!("path = \"{}", root.display());
    let edited = original.replace("path = \"../..", &checkout);
    assert_ne!(edited, original);
    fs::write(&manifest, edited).unwrap();
    fs::copy(root.join("Cargo.lock"), copy.path().join("Cargo.lock")).unwrap();
    fs::copy(
        root.join("rust-toolchain.toml"),
        copy.path().join("rust-toolchain.toml"),
    )
    .unwrap();
    let check = Command::new(env!("CARGO"))
        .args(["check", "--offline", "--all-targets"])
        .current_dir(copy.path())
        .env("CARGO_TARGET_DIR", copy.path().join("target"))
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&check.stderr);
    assert!(check.status.success(), "{printed}");
}

#[test]
#[ignore = "compiles the dependencies of the copy, which takes about a minute"]
fn acme_builds_as_a_copy() {
    assert_copy_builds("acme");
}

#[test]
#[ignore = "compiles the dependencies of the copy, which takes about a minute"]
fn minimal_builds_as_a_copy() {
    assert_copy_builds("minimal");
}
