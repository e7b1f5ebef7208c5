//! Tests that the projects of `churnkey new` build, pass their own tests and serve.

mod faults;
mod postgres;
mod project;
mod served;

use std::io::Write as _;
use std::path::Path;

use churnkey_cli::new::{Database, Library};

use rusqlite::Connection;
use test_support::SmallDisk;

use faults::{
    TableLock, assert_full_disk_is_a_503, assert_reads_do_not_wait_behind_actions, assert_refused,
};
use postgres::Server;
use project::Project;
use served::Served;

/// The tests of a new provider.
const TESTS: usize = 5;

#[tokio::test]
async fn memory_provider_passes_its_tests_and_serves() {
    let project = Project::create("in-memory", Database::None, None);
    project.check_format_and_lints();
    assert_eq!(project.test(&[]), Ok(TESTS));
    Served::start(&project, &[]).verify().await;
}

/// Faults in the rules, each with the tests that fail and a word of their output.
#[test]
fn tests_of_a_provider_detect_wrong_rules() {
    let repeated = (
        "if let Some(pause) = self.pause {",
        "if let Some(pause) = self.pause.filter(|_| false) {",
        &[
            "provider_passes_all_checks",
            "repeated_pause_is_applied_once",
            "of_concurrent_different_pauses_one_is_applied",
            "provider_follows_the_model_for_months",
        ][..],
        "pause.repeated",
    );
    let lost_day = (
        "self.period = SubscriptionPeriod::new(at, end);",
        "self.period = SubscriptionPeriod::new(at, end);
        self.billing_day = day_of_month(end);",
        &["provider_follows_the_model_for_months"][..],
        "status.currentPeriod.end: expected",
    );
    for (right, wrong, tests, word) in [repeated, lost_day] {
        let project = Project::create("with-a-mistake", Database::None, None);
        project.insert_fault("src/subscription.rs", right, wrong);
        let output = project.test(&[]).expect_err("a test must fail");
        for failed in tests {
            assert!(
                output.contains(&format!("test {failed} ... FAILED")),
                "{output}"
            );
        }
        let failures = output.matches("... FAILED").count();
        assert_eq!(failures, tests.len(), "{output}");
        assert!(output.contains(word), "{output}");
    }
}

#[tokio::test]
async fn sqlite_provider_passes_its_tests_and_serves() {
    // A name of the maximum length.
    let name = "sqlite-".to_owned() + &"provider-".repeat(7)[..57];
    let name = name.trim_end_matches('-');
    let project = Project::create(name, Database::Sqlite, None);
    project.check_format_and_lints();
    assert_eq!(project.test(&[]), Ok(TESTS));
    let data = project.path().join("data");
    let environment = [("DATABASE_DIR", data.display().to_string())];
    Served::start(&project, &environment).verify().await;
    // A second start uses the data of the first.
    let served = Served::start(&project, &environment);
    served.check_health();
    let lock = locked(&data.join("test.db"));
    assert_reads_do_not_wait_behind_actions(&served);
    drop(lock);
    if let Some(disk) = SmallDisk::mount("8m") {
        let data = disk.path().display().to_string();
        let served = Served::start(&project, &[("DATABASE_DIR", data)]);
        assert_full_disk_is_a_503(&served, &disk);
    }
}

/// A connection that holds the write lock of a file.
fn locked(file: &Path) -> Connection {
    let connection = Connection::open(file).expect("the file must be a database");
    let locked = connection.execute_batch("BEGIN IMMEDIATE");
    locked.expect("no other connection may write");
    connection
}

#[tokio::test]
async fn sqlx_provider_on_sqlite_passes_its_tests_and_serves() {
    let project = Project::create("a2", Database::Sqlite, Some(Library::Sqlx));
    project.check_format_and_lints();
    assert_eq!(project.test(&[]), Ok(TESTS));
    let file = project.path().join("provider.db");
    let environment = [("DATABASE_URL", format!("sqlite:{}", file.display()))];
    Served::start(&project, &environment).verify().await;
    let served = Served::start(&project, &environment);
    served.check_health();
    let lock = locked(&file);
    assert_reads_do_not_wait_behind_actions(&served);
    drop(lock);
    for memory in ["sqlite::memory:", "sqlite:", "sqlite:a?mode=memory"] {
        assert_refused(&project, memory, "in memory");
    }
    if let Some(disk) = SmallDisk::mount("8m") {
        let url = format!("sqlite:{}/provider.db", disk.path().display());
        let served = Served::start(&project, &[("DATABASE_URL", url)]);
        assert_full_disk_is_a_503(&served, &disk);
    }
}

#[tokio::test]
async fn postgresql_provider_passes_its_tests_and_serves() {
    let project = Project::create("on_postgres", Database::Postgres, None);
    let without_server = "set DATABASE_URL to postgresql://";
    passes_on_postgresql(&project, without_server, "test.subscriptions").await;
}

#[tokio::test]
async fn sqlx_provider_on_postgresql_passes_its_tests_and_serves() {
    let project = Project::create("zebra", Database::Postgres, Some(Library::Sqlx));
    passes_on_postgresql(&project, "DATABASE_URL must be set", "subscriptions").await;
}

/// Asserts that a provider passes its tests and serves, and that its tests ask for a server.
async fn passes_on_postgresql(project: &Project, without_server: &str, table: &str) {
    project.check_format_and_lints();
    let output = project.test(&[]).expect_err("the tests need a database");
    assert!(output.contains(without_server), "{output}");

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
    assert_eq!(project.test(&database), Ok(TESTS));
    assert_eq!(server.databases(), databases);
    let served = Served::start(project, &database);
    served.verify().await;
    let _lock = TableLock::hold(&server.url(), table);
    assert_reads_do_not_wait_behind_actions(&served);
}
