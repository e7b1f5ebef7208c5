//! `churnkey new`: what it writes, and what it refuses and leaves alone. That the projects build and pass their own tests
//! is shown by the package `tests/scaffold`.

mod program;
mod refused;

use std::collections::BTreeMap;
use std::fs;

use churnkey_cli::new::{self, Database, Options};

const DATABASES: [Database; 3] = [Database::None, Database::Sqlite, Database::Postgres];

/// The files of a new project, each with its text.
fn files(name: &str, database: Database) -> BTreeMap<&'static str, String> {
    let around = tempfile::tempdir().unwrap();
    let created = new::create(&Options {
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
fn no_file_has_anything_left_of_its_template() {
    for database in DATABASES {
        for (path, text) in files("acme-billing", database) {
            for left in ["my-provider", "my_provider", "{{", "}}"] {
                assert!(!text.contains(left), "{path} has {left}");
            }
            assert!(text.ends_with('\n'), "{path} ends in the middle of a line");
        }
    }
}

/// The templates say `my-provider` for the name, and a name may have that in it.
#[test]
fn a_name_that_is_like_a_placeholder_is_kept_as_it_is() {
    let project = files("my-provider-my_provider", Database::Sqlite);
    assert!(project["Cargo.toml"].contains("name = \"my-provider-my_provider\""));
    assert!(project["src/main.rs"].contains("use my_provider_my_provider::Billing;"));
}

#[test]
fn the_dockerfile_builds_and_runs_the_package_that_there_is() {
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
            assert!(
                lines.contains(&line),
                "there is no line {line}:\n{dockerfile}"
            );
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
fn no_file_has_a_secret_and_none_that_has_one_gets_into_git_or_the_image() {
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
fn a_new_provider_asks_for_the_version_that_the_program_is_of() {
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
