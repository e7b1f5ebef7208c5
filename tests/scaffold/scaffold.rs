//! The projects of `churnkey new` build, pass their own tests and serve.

mod postgres;
mod project;
mod served;

use std::io::Write as _;

use churnkey_cli::new::Database;

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
