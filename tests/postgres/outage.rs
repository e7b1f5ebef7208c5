//! Responses to Churnkey while the database is unavailable or busy.

use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use postgres_tests::caller::{Action, Caller};
use postgres_tests::instance;
use postgres_tests::server::Server;
use test_support::conformance::client::{Client, Mode};
use test_support::{Connection, Reply, Request, SmallDisk, eventually};

fn cancel(customer: u32) -> Action {
    Action {
        request_id: format!("cancel-{customer}"),
        mode: "test",
        path: "subscription/cancel",
        body: json!({
            "customerId": format!("cus_test_{customer:04}"),
            "subscriptionId": format!("sub_test_{customer:04}_1"),
            "scheduledAt": "immediate",
        }),
    }
}

fn assert_unavailable(response: &Reply) {
    assert_eq!(response.status, 503, "{}", response.text());
    assert_eq!(response.header("retry-after"), Some("1"));
    assert_eq!(
        response.json(),
        json!({ "code": 503, "message": "Service Unavailable" })
    );
}

#[test]
fn database_outage_is_a_503_until_it_returns() {
    for how in ["fast", "immediate"] {
        let server = Server::durable();
        let process = [instance::start_on(&server.company())];
        let caller = Caller::of(&process);
        let mut client = Client::new(&process[0], Mode::Test);
        assert_eq!(client.get("/prices").status, 200);

        server.stop(how);
        for path in [
            "/prices",
            "/customers",
            "/customers/cus_test_0010",
            "/customers/cus_test_0010/subscriptions",
        ] {
            assert_unavailable(&client.get(path));
        }
        assert_unavailable(&caller.send(&cancel(10), 0).expect("an answer"));
        server.start();

        assert_eq!(client.get("/prices").status, 200);
        assert_eq!(caller.send(&cancel(10), 0).expect("an answer").status, 200);
    }
}

#[test]
fn request_without_a_free_connection_is_a_503() {
    let database = Server::shared().company();
    let process = [instance::start_with(
        &database,
        &[("ACME_DATABASE_CONNECTIONS", "1")],
    )];
    let caller = Caller::of(&process);
    let session = database.session();
    session.run("BEGIN; SELECT 1 FROM subscriptions WHERE id = 'sub_test_0010_1' FOR UPDATE");

    thread::scope(|scope| {
        let holder = scope.spawn(|| caller.send_until_answered(&cancel(10), 0));
        while session.waiting() == 0 {
            thread::yield_now();
        }
        assert_unavailable(&Client::new(&process[0], Mode::Test).get("/prices"));
        session.run("ROLLBACK");
        holder
            .join()
            .expect("the request with the connection is answered");
    });
    assert_eq!(
        Client::new(&process[0], Mode::Test).get("/prices").status,
        200
    );
}

#[test]
fn reads_do_not_wait_behind_actions() {
    let database = Server::shared().company();
    let process = [instance::start_on(&database)];
    let caller = Caller::of(&process);
    let session = database.session();
    session.run("BEGIN; SELECT 1 FROM subscriptions FOR UPDATE");

    thread::scope(|scope| {
        let actions: Vec<_> = (10..110)
            .map(|number| {
                scope.spawn({
                    let caller = &caller;
                    move || caller.send(&cancel(number), 0)
                })
            })
            .collect();
        while session.waiting() == 0 {
            thread::yield_now();
        }
        let began = Instant::now();
        let mut client = Client::new(&process[0], Mode::Test);
        assert_eq!(client.get("/prices").status, 200);
        assert!(began.elapsed() < Duration::from_secs(1));
        session.run("ROLLBACK");
        for action in actions {
            let answer = action.join().expect("the caller does not panic");
            answer.expect("the action is answered");
        }
    });
}

#[test]
fn long_row_lock_is_a_503_but_reads_succeed() {
    let database = Server::shared().company();
    let process = [instance::start_on(&database)];
    let caller = Caller::of(&process);
    let session = database.session();
    session.run("BEGIN; SELECT 1 FROM subscriptions WHERE id = 'sub_test_0010_1' FOR UPDATE");

    assert_unavailable(&caller.send(&cancel(10), 0).expect("an answer"));
    let mut client = Client::new(&process[0], Mode::Test);
    let subscription = client.row("/customers/cus_test_0010/subscriptions/sub_test_0010_1");
    assert_eq!(subscription["status"]["name"], "active");
    assert_eq!(caller.send(&cancel(20), 0).expect("an answer").status, 200);

    session.run("ROLLBACK");
    assert_eq!(caller.send(&cancel(10), 0).expect("an answer").status, 200);
    assert_eq!(
        session.texts("SELECT request_id || outcome FROM audit ORDER BY number"),
        ["cancel-20applied", "cancel-10applied"]
    );
}

#[test]
fn hanging_connections_are_replaced() {
    let database = Server::shared().company();
    let process = [instance::start_on(&database)];
    let mut client = Client::new(&process[0], Mode::Test);
    assert_eq!(client.get("/prices").status, 200);
    let session = database.session();
    let hanging = session.texts(
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'acme'",
    );
    assert!(!hanging.is_empty());

    signal("-STOP", &hanging);
    let answer = client.get("/prices");
    signal("-CONT", &hanging);

    assert_eq!(answer.status, 200, "{}", answer.text());
}

#[test]
fn silent_database_is_a_503_and_action_applies_once() {
    let database = Server::shared().company();
    let process = [instance::start_on(&database)];
    let caller = Caller::of(&process);
    let session = database.session();
    session.run("BEGIN; SELECT 1 FROM subscriptions WHERE id = 'sub_test_0010_1' FOR UPDATE");

    thread::scope(|scope| {
        let action = scope.spawn(|| caller.send(&cancel(10), 0).expect("an answer"));
        while session.waiting() == 0 {
            assert!(!action.is_finished(), "the action is finished");
            thread::yield_now();
        }
        let silent = session.texts(
            "SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))",
        );
        signal("-STOP", &silent);
        session.run("ROLLBACK");
        let answer = action.join().expect("no panic");
        signal("-CONT", &silent);
        assert_unavailable(&answer);
    });

    caller.send_until_answered(&cancel(10), 0);
    caller.send_until_answered(&cancel(10), 0);
    let applied = "SELECT count(*) FROM audit WHERE outcome = 'applied'";
    assert_eq!(session.number(applied), 1);
}

/// Sends a signal to processes of the test server.
fn signal(name: &str, processes: &[String]) {
    let sent = Command::new("kill").arg(name).args(processes).status();
    assert!(sent.is_ok_and(|status| status.success()));
}

#[test]
fn permanent_failure_is_an_opaque_500_without_changes() {
    let database = Server::shared().company();
    let process = [instance::start_on(&database)];
    let caller = Caller::of(&process);
    database
        .session()
        .run("ALTER TABLE audit RENAME TO somewhere_else");

    let response = caller.send(&cancel(10), 0).expect("an answer");

    assert_eq!(response.status, 500);
    assert_eq!(
        response.json(),
        json!({ "code": 500, "message": "Internal Server Error" })
    );
    // The log is read by a thread of its own, after the response.
    let deadline = Instant::now() + Duration::from_secs(20);
    while !process[0].log().contains("audit") {
        assert!(Instant::now() < deadline, "the log has no cause");
        thread::sleep(Duration::from_millis(10));
    }
    let version = "SELECT version FROM subscriptions WHERE id = 'sub_test_0010_1'";
    assert_eq!(
        database.session().number(version),
        0,
        "a failed action has changed data"
    );
}

#[test]
fn instance_without_a_database_exits_with_an_error() {
    let server = Server::durable();
    let database = server.empty();
    server.stop("fast");

    let Err(log) = instance::try_start_with(&database, &[]) else {
        panic!("it started")
    };

    assert!(log.contains("because: error connecting to server"), "{log}");
}

#[test]
#[ignore = "needs the rights of root, to mount a file system"]
fn full_disk_is_a_503_until_it_has_room() {
    let Some(disk) = SmallDisk::mount("64m") else {
        return;
    };
    // Only the data is on the full disk: without room for its log, PostgreSQL stops.
    let folder = tempfile::tempdir_in(disk.path()).expect("a directory on the disk");
    let database = Server::durable().company_in(folder.path());
    let process = [instance::start_on(&database)];
    let caller = Caller::of(&process);
    let mut client = Client::new(&process[0], Mode::Test);
    let ready = || {
        let probe = Request::new("GET", "/readyz");
        let answer = Connection::new(process[0].address).send(&probe);
        answer.expect("an answer").status
    };

    disk.fill();
    // The pages of the tables have room for some actions.
    let refused = (10..400).map(|customer| (customer, caller.send(&cancel(customer), 0)));
    let refused = refused.map(|(customer, answer)| (customer, answer.expect("an answer")));
    let (customer, answer) = { refused }
        .find(|(_, answer)| answer.status != 200)
        .expect("an action needs another page");
    assert_unavailable(&answer);
    eventually("the probe fails", || ready() == 503);
    assert_eq!(client.get("/prices").status, 200);

    disk.free();
    eventually("it is ready", || ready() == 200);
    assert_eq!(
        caller.send(&cancel(customer), 0).expect("an answer").status,
        200
    );
    assert_eq!(
        database.session().texts(&format!(
            "SELECT outcome FROM audit WHERE request_id = 'cancel-{customer}'"
        )),
        ["applied"]
    );
}
