//! Faults of the database behind a provider that is served.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use test_support::{Connection, Process, Reply, Request, SmallDisk, eventually};

use crate::project::Project;
use crate::served::{Served, TOKEN};

/// Asserts that reads and the probe are answered beside actions that wait for a lock, which the
/// caller holds.
pub(crate) fn assert_reads_do_not_wait_behind_actions(served: &Served) {
    let waiting: Vec<Reply> = thread::scope(|scope| {
        let actions: Vec<_> = (0..40)
            .map(|number| scope.spawn(move || pause(served, &number.to_string())))
            .collect();
        thread::sleep(Duration::from_millis(500));
        let began = Instant::now();
        for path in ["/churnkey/prices", "/churnkey/customers/cus_ada", "/readyz"] {
            let reply = get(served, path);
            assert_eq!(reply.status, 200, "{}", reply.text());
        }
        assert!(began.elapsed() < Duration::from_secs(1));
        let ended = actions.into_iter().map(|action| action.join());
        ended.map(|reply| reply.expect("a reply")).collect()
    });
    for reply in waiting {
        assert_unavailable(&reply);
    }
}

/// Asserts that a full disk is a 503 and not ready, until it has room.
pub(crate) fn assert_full_disk_is_a_503(served: &Served, disk: &SmallDisk) {
    let is_ready = || get(served, "/readyz").status == 200;
    assert!(is_ready());
    disk.fill();
    assert_unavailable(&pause(served, "ada"));
    eventually("the probe fails", || !is_ready());
    assert_eq!(get(served, "/churnkey/customers/cus_ada").status, 200);
    disk.free();
    eventually("it is ready", is_ready);
    assert_eq!(pause(served, "ada").status, 200);
}

/// Asserts that the provider does not start with a database, for this reason.
pub(crate) fn assert_refused(project: &Project, database: &str, reason: &str) {
    let mut command = Command::new(project.program());
    command
        .env("CK_INTEGRATION_TOKEN", TOKEN)
        .env("CHURNKEY_ADDR", "127.0.0.1:0")
        .env("DATABASE_URL", database)
        .current_dir(project.path());
    let ended = Process::start(&mut command).end();
    assert!(!ended.status.success(), "{database}");
    assert!(
        ended.stderr.contains(reason),
        "{database}: {}",
        ended.stderr
    );
}

/// A lock on a table of a PostgreSQL database, which actions wait for and reads do not.
pub(crate) struct TableLock(Child);

impl TableLock {
    pub(crate) fn hold(url: &str, table: &str) -> Self {
        let mut session = Command::new("psql")
            .args(["--no-psqlrc", url])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql must start");
        let mut input = session.stdin.as_ref().expect("the input must be a pipe");
        let sql = format!("BEGIN; LOCK TABLE {table} IN EXCLUSIVE MODE;\n");
        input.write_all(sql.as_bytes()).expect("psql must read");
        let output = session.stdout.take().expect("the output must be a pipe");
        let mut lines = BufReader::new(output).lines().map_while(Result::ok);
        assert!(lines.any(|line| line == "LOCK TABLE"), "no lock on {table}");
        Self(session)
    }
}

impl Drop for TableLock {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn assert_unavailable(reply: &Reply) {
    assert_eq!(reply.status, 503, "{}", reply.text());
    assert_eq!(reply.header("retry-after"), Some("1"));
}

fn pause(served: &Served, who: &str) -> Reply {
    let body = json!({
        "customerId": format!("cus_{who}"),
        "subscriptionId": format!("sub_{who}"),
        "startAt": "immediate",
        "duration": { "type": "period", "amount": 2, "unit": "month" },
    });
    let path = "/churnkey/actions/subscription/pause";
    send(served, Request::new("POST", path).json(body))
}

fn get(served: &Served, path: &str) -> Reply {
    send(served, Request::new("GET", path))
}

fn send(served: &Served, request: Request) -> Reply {
    let request = request
        .header("Authorization", format!("Bearer {TOKEN}"))
        .header("X-Churnkey-Mode", "test");
    let reply = Connection::new(served.address).send(&request);
    reply.expect("the provider must answer")
}
