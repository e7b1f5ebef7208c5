//! Tests of `churnkey new`: the files that it writes and the arguments that it rejects. The package
//! `tests/scaffold` tests that the projects build and pass their own tests.

mod program;
mod refused;

use std::collections::BTreeMap;
use std::fs;

use churnkey_cli::new::{self, Database, NewProject};

const DATABASES: [Database; 3] = [Database::None, Database::Sqlite, Database::Postgres];

/// The files of a new project with their contents.
fn files(name: &str, database: Database) -> BTreeMap<&'static str, String> {
    let around = tempfile::tempdir().unwrap();
    let created = new::create(&NewProject {
        name: name.to_owned(),
        database,
        directory: around.path().join("project"),
        workspace: None,
    });
    let created = created.unwrap();
    let text = |file| fs::read_to_string(created.directory.join(file)).unwrap();
    created
        .files
        .into_iter()
        .map(|file| (file, text(file)))
        .collect()
}

#[test]
fn no_file_contains_a_placeholder() {
    for database in DATABASES {
        for (path, text) in files("acme-billing", database) {
            for left in ["my-provider", "my_provider", "{{", "}}"] {
                assert!(!text.contains(left), "{path} has {left}");
            }
            assert!(text.ends_with('\n'), "{path} does not end with a newline");
        }
    }
}

/// The placeholder in the templates is `my-provider`, and a name may contain it.
#[test]
fn name_may_contain_the_placeholder() {
    let project = files("my-provider-my_provider", Database::Sqlite);
    assert!(project["Cargo.toml"].contains("name = \"my-provider-my_provider\""));
    assert!(project["src/main.rs"].contains("use my_provider_my_provider::Billing;"));
}

#[test]
fn dockerfile_builds_and_runs_the_package() {
    for database in DATABASES {
        let project = files("acme-billing", database);
        let dockerfile = &project["Dockerfile"];
        let lines: Vec<_> = dockerfile.lines().collect();
        for line in [
            concat!(
                "FROM rust:",
                env!("CARGO_PKG_RUST_VERSION"),
                ".0-slim-bookworm AS build"
            ),
            "COPY --from=build /build/target/release/acme-billing /usr/local/bin/acme-billing",
            "USER 10001:10001",
            "CMD [\"acme-billing\"]",
        ] {
            assert!(lines.contains(&line), "missing line {line}:\n{dockerfile}");
        }
        let user = lines.iter().position(|line| line.starts_with("USER"));
        let command = lines.iter().position(|line| line.starts_with("CMD"));
        assert!(user < command);
        assert_eq!(
            dockerfile.contains("DATABASE_DIR"),
            database == Database::Sqlite
        );
    }
}

#[test]
fn secrets_stay_out_of_git_and_image() {
    for database in DATABASES {
        let project = files("acme-billing", database);
        let example = &project[".env.example"];
        let set: Vec<_> = example
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert!(set.contains(&"CK_INTEGRATION_TOKEN="), "{example}");
        assert!(!project["Dockerfile"].contains("CK_INTEGRATION_TOKEN="));
        for ignored in [".gitignore", ".dockerignore"] {
            assert!(project[ignored].lines().any(|line| line == ".env"));
        }
    }
}

#[test]
fn new_provider_depends_on_the_current_version() {
    for database in DATABASES {
        let project = files("acme-billing", database);
        let manifest = &project["Cargo.toml"];
        let version = concat!(
            "\"",
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR"),
            "\""
        );
        let rust = concat!("rust-version = \"", env!("CARGO_PKG_RUST_VERSION"), "\"");
        assert!(
            manifest.contains(&format!("\nchurnkey = {version}\n")),
            "{manifest}"
        );
        assert!(
            manifest.contains(&format!("\nchurnkey-verify = {version}\n")),
            "{manifest}"
        );
        assert!(manifest.contains(rust), "{manifest}");
        assert!(!manifest.contains("[workspace]") && !manifest.contains("path"));
        let ci = &project[".github/workflows/ci.yml"];
        assert!(
            ci.contains(concat!(
                "rustup default ",
                env!("CARGO_PKG_RUST_VERSION"),
                "\n"
            )),
            "{ci}"
        );
    }
}
