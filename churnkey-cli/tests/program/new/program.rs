//! Tests of the command `churnkey new`.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

#[test]
fn default_is_sqlite_in_a_directory_of_its_name() {
    let around = tempfile::tempdir().unwrap();
    let output = new(around.path(), &["acme-billing"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.ends_with("    cd acme-billing && cargo test\n"),
        "{said}"
    );
    let manifest = fs::read_to_string(around.path().join("acme-billing/Cargo.toml")).unwrap();
    assert!(manifest.contains("rusqlite"), "{manifest}");
}

#[test]
fn database_and_directory_can_be_chosen() {
    let around = tempfile::tempdir().unwrap();
    let arguments = ["acme", "--db", "postgres", "--path", "in here/it's"];
    let output = new(around.path(), &arguments);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(said.contains("cd \"in here/it's\" && cargo test"), "{said}");
    let manifest = around.path().join("in here/it's/Cargo.toml");
    let manifest = fs::read_to_string(manifest).unwrap();
    assert!(manifest.contains("tokio-postgres"), "{manifest}");
}

#[test]
fn sqlx_can_be_chosen_for_both_databases() {
    for (database, feature) in [("sqlite", "\"sqlite\""), ("postgres", "\"postgres\"")] {
        let around = tempfile::tempdir().unwrap();
        let output = new(around.path(), &["acme", "--db", database, "--with", "sqlx"]);
        assert_eq!(output.status.code(), Some(0));
        let manifest = fs::read_to_string(around.path().join("acme/Cargo.toml")).unwrap();
        assert!(
            manifest.contains("\nsqlx = ") && manifest.contains(feature),
            "{manifest}"
        );
    }
}

#[test]
fn workspace_may_be_a_relative_path() {
    let around = tempfile::tempdir().unwrap();
    let checkout = concat!(env!("CARGO_MANIFEST_DIR"), "/../churnkey-verify/..");
    for (name, more) in [("direct", &[][..]), ("by-sqlx", &["--with", "sqlx"])] {
        let arguments = [&[name, "--workspace", checkout], more].concat();
        let output = new(around.path(), &arguments);
        assert_eq!(output.status.code(), Some(0));
        let manifest = around.path().join(name).join("Cargo.toml");
        let manifest = fs::read_to_string(manifest).unwrap();
        let depends = |line: &str| manifest.lines().any(|other| other.starts_with(line));
        assert!(depends("churnkey = { path = \"/"), "{manifest}");
        assert!(depends("churnkey-verify = { path = \"/"), "{manifest}");
    }
}

#[test]
fn rejected_name_is_exit_code_2() {
    let around = tempfile::tempdir().unwrap();
    let output = new(around.path(), &["test"]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(
        String::from_utf8(output.stderr).unwrap(),
        "error: `test` is the name of a crate that comes with Rust: use another, such as `test-billing`\n"
    );
    assert_eq!(fs::read_dir(around.path()).unwrap().count(), 0);
}

fn new(directory: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_churnkey"))
        .arg("new")
        .args(arguments)
        .current_dir(directory)
        .output()
        .expect("the program must start")
}
