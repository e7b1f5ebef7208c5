//! Tests of `churnkey new`: the files that it writes and the arguments that it rejects. The package
//! `tests/scaffold` tests that the projects build and pass their own tests.

mod format;
mod program;
mod refused;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use churnkey_cli::new::{self, Created, Database, Library, NewProject};

type Kind = (Database, Option<Library>);

const KINDS: [Kind; 5] = [
    (Database::None, None),
    (Database::Sqlite, None),
    (Database::Postgres, None),
    (Database::Sqlite, Some(Library::Sqlx)),
    (Database::Postgres, Some(Library::Sqlx)),
];

/// Creates a project below a temporary directory.
fn create(name: &str, (database, with): Kind, around: &Path) -> Created {
    let created = new::create(&NewProject {
        name: name.to_owned(),
        database,
        with,
        directory: around.join("project"),
        workspace: None,
    });
    created.unwrap()
}

/// The files of a new project with their contents.
fn files(name: &str, kind: Kind) -> BTreeMap<&'static str, String> {
    let around = tempfile::tempdir().unwrap();
    let created = create(name, kind, around.path());
    let text = |file| fs::read_to_string(created.directory.join(file)).unwrap();
    created
        .files
        .into_iter()
        .map(|file| (file, text(file)))
        .collect()
}

/// The version of Rust that a project needs. sqlx needs a newer one than this workspace.
fn rust_version((_, with): Kind) -> &'static str {
    match with {
        Some(Library::Sqlx) => "1.94",
        None => env!("CARGO_PKG_RUST_VERSION"),
    }
}

#[test]
fn no_file_contains_a_placeholder() {
    for kind in KINDS {
        for (path, text) in files("acme-billing", kind) {
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
    let project = files("my-provider-my_provider", (Database::Sqlite, None));
    assert!(project["Cargo.toml"].contains("name = \"my-provider-my_provider\""));
    assert!(project["src/main.rs"].contains("use my_provider_my_provider::Billing;"));
}

#[test]
fn dockerfile_builds_and_runs_the_package() {
    for kind in KINDS {
        let project = files("acme-billing", kind);
        let dockerfile = &project["Dockerfile"];
        let lines: Vec<_> = dockerfile.lines().collect();
        let base = format!("FROM rust:{}.0-slim-bookworm AS build", rust_version(kind));
        for line in [
            &*base,
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
            dockerfile.contains("VOLUME /data"),
            kind.0 == Database::Sqlite
        );
    }
}

#[test]
fn secrets_stay_out_of_git_and_image() {
    for kind in KINDS {
        let project = files("acme-billing", kind);
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
    for kind in KINDS {
        let project = files("acme-billing", kind);
        let manifest = &project["Cargo.toml"];
        let version = concat!(
            "\"",
            env!("CARGO_PKG_VERSION_MAJOR"),
            ".",
            env!("CARGO_PKG_VERSION_MINOR"),
            "\""
        );
        let rust = format!("rust-version = \"{}\"", rust_version(kind));
        let churnkey = match kind.1 {
            Some(Library::Sqlx) => {
                format!("\nchurnkey = {{ version = {version}, features = [\"chrono\"] }}\n")
            }
            None => format!("\nchurnkey = {version}\n"),
        };
        assert!(manifest.contains(&churnkey), "{manifest}");
        assert!(
            manifest.contains(&format!("\nchurnkey-verify = {version}\n")),
            "{manifest}"
        );
        assert!(manifest.contains(&rust), "{manifest}");
        assert!(!manifest.contains("[workspace]") && !manifest.contains("path"));
        let ci = &project[".github/workflows/ci.yml"];
        let default = format!("rustup default {}\n", rust_version(kind));
        assert!(ci.contains(&default), "{ci}");
    }
}
