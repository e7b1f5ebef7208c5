//! `churnkey new`: what it writes builds, passes its own tests and serves; what it refuses, it leaves alone.

mod postgres;
mod program;
mod project;
mod refused;
mod served;

use std::io::Write as _;

use churnkey_verify::new::Database;

use postgres::Server;
use project::Project;
use served::Served;

#[tokio::test]
async fn a_provider_in_memory_passes_its_own_tests_and_serves() {
    let project = Project::create("in-memory", Database::None);
    project.is_clean();
    assert_eq!(project.test(&[]), Ok(4));
    Served::start(&project, &[]).verify().await;
}

#[test]
fn the_tests_of_a_provider_notice_a_pause_that_grows() {
    let project = Project::create("with-a-mistake", Database::None);
    let present = "if let Some(pause) = self.present_pause(now)";
    let never = format!("{present}.filter(|_| false)");
    project.break_it("src/subscription.rs", present, &never);
    let said = project.test(&[]).expect_err("a pause grows");
    for failed in [
        "churnkey_finds_no_fault",
        "a_pause_that_arrives_twice_is_applied_once",
        "of_several_different_pauses_at_once_one_is_applied_and_the_others_are_refused",
    ] {
        assert!(
            said.contains(&format!("test {failed} ... FAILED")),
            "{said}"
        );
    }
    assert!(said.contains("pause.repeated"), "{said}");
}

#[tokio::test]
async fn a_provider_on_sqlite_passes_its_own_tests_and_serves() {
    // As long as a name may be.
    let name = "sqlite-".to_owned() + &"provider-".repeat(7)[..57];
    let project = Project::create(name.trim_end_matches('-'), Database::Sqlite);
    project.is_clean();
    assert_eq!(project.test(&[]), Ok(4));
    let data = project.path().join("data").display().to_string();
    let environment = [("DATABASE_DIR", data)];
    Served::start(&project, &environment).verify().await;
    // Another start finds what the first has left.
    Served::start(&project, &environment).check_health();
}

#[tokio::test]
async fn a_provider_on_postgresql_passes_its_own_tests_and_serves() {
    let project = Project::create("on_postgres", Database::Postgres);
    project.is_clean();
    let said = project.test(&[]).expect_err("there is no database");
    assert!(said.contains("set DATABASE_URL to postgresql://"), "{said}");

    let Some(server) = Server::start() else {
        // Past the test harness, which would keep it to itself.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the tests of a new provider on PostgreSQL have not run, as its programs are not here (`apt-get install postgresql`)"
        );
        return;
    };
    let databases = server.databases();
    let database = [("DATABASE_URL", server.url())];
    assert_eq!(project.test(&database), Ok(4));
    assert_eq!(server.databases(), databases);
    Served::start(&project, &database).verify().await;
}

#[test]
fn no_file_has_anything_left_of_its_template() {
    for database in [Database::None, Database::Sqlite, Database::Postgres] {
        let project = Project::create("acme-billing", database);
        for (path, text) in project.files() {
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
    let project = Project::create("my-provider-my_provider", Database::Sqlite);
    assert!(
        project
            .text("Cargo.toml")
            .contains("name = \"my-provider-my_provider\"")
    );
    assert!(
        project
            .text("src/main.rs")
            .contains("use my_provider_my_provider::Billing;")
    );
}

#[test]
fn the_dockerfile_builds_and_runs_the_package_that_there_is() {
    for database in [Database::None, Database::Sqlite, Database::Postgres] {
        let project = Project::create("acme-billing", database);
        let dockerfile = project.text("Dockerfile");
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
    for database in [Database::None, Database::Sqlite, Database::Postgres] {
        let project = Project::create("acme-billing", database);
        let example = project.text(".env.example");
        let set: Vec<_> = example
            .lines()
            .filter(|line| !line.starts_with('#'))
            .collect();
        assert!(set.contains(&"CK_INTEGRATION_TOKEN="), "{example}");
        assert!(!project.text("Dockerfile").contains("CK_INTEGRATION_TOKEN="));
        for ignored in [".gitignore", ".dockerignore"] {
            assert!(project.text(ignored).lines().any(|line| line == ".env"));
        }
    }
}

#[test]
fn a_new_provider_asks_for_the_version_that_the_program_is_of() {
    for database in [Database::None, Database::Sqlite, Database::Postgres] {
        let project = Project::published("acme-billing", database);
        let manifest = project.text("Cargo.toml");
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
            manifest.contains(&format!(
                "\nchurnkey-verify = {{ version = {version}, default-features = false }}\n"
            )),
            "{manifest}"
        );
        assert!(manifest.contains(rust), "{manifest}");
        assert!(!manifest.contains("[workspace]") && !manifest.contains("path"));
        let ci = project.text(".github/workflows/ci.yml");
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
