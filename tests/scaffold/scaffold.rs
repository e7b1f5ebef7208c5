//! Tests that the projects of `churnkey new` build, pass their own tests and serve.

mod postgres;
mod project;
mod served;

use std::io::Write as _;

use churnkey_cli::new::Database;

use postgres::Server;
use project::Project;
use served::Served;

#[tokio::test]
async fn memory_provider_passes_its_tests_and_serves() {
    let project = Project::create("in-memory", Database::None);
    project.check_format_and_lints();
    assert_eq!(project.test(&[]), Ok(4));
    Served::start(&project, &[]).verify().await;
}

#[test]
fn tests_of_a_provider_detect_a_repeated_pause() {
    let project = Project::create("with-a-mistake", Database::None);
    let current = "if let Some(pause) = self.current_pause(now)";
    let never = format!("{current}.filter(|_| false)");
    project.insert_fault("src/subscription.rs", current, &never);
    let output = project
        .test(&[])
        .expect_err("a repeated pause must fail the tests");
    for failed in [
        "provider_passes_all_checks",
        "repeated_pause_is_applied_once",
        "of_concurrent_different_pauses_one_is_applied",
    ] {
        assert!(
            output.contains(&format!("test {failed} ... FAILED")),
            "{output}"
        );
    }
    assert!(output.contains("pause.repeated"), "{output}");
}

#[tokio::test]
async fn sqlite_provider_passes_its_tests_and_serves() {
    // A name of the maximum length.
    let name = "sqlite-".to_owned() + &"provider-".repeat(7)[..57];
    let project = Project::create(name.trim_end_matches('-'), Database::Sqlite);
    project.check_format_and_lints();
    assert_eq!(project.test(&[]), Ok(4));
    let data = project.path().join("data").display().to_string();
    let environment = [("DATABASE_DIR", data)];
    Served::start(&project, &environment).verify().await;
    // A second start uses the data of the first.
    Served::start(&project, &environment).check_health();
}

#[tokio::test]
async fn postgresql_provider_passes_its_tests_and_serves() {
    let project = Project::create("on_postgres", Database::Postgres);
    project.check_format_and_lints();
    let output = project.test(&[]).expect_err("the tests need a database");
    assert!(
        output.contains("set DATABASE_URL to postgresql://"),
        "{output}"
    );

    let Some(server) = Server::start() else {
        // Written directly, because the test harness captures `eprintln!`.
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: the tests of a new provider on PostgreSQL, because PostgreSQL is not installed (`apt-get install postgresql`)"
        );
        return;
    };
    let databases = server.databases();
    let database = [("DATABASE_URL", server.url())];
    assert_eq!(project.test(&database), Ok(4));
    assert_eq!(server.databases(), databases);
    Served::start(&project, &database).verify().await;
}
