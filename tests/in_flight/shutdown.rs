//! Shutdown of a process while actions run.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use churnkey::{Result, ResultExt as _, Server};
use test_support::{Ended, Peer, Process, this_test};
use tokio::net::TcpListener;

use crate::action::{Action, Change};
use crate::company::{Control, Resume};
use crate::database::Database;
use crate::harness::{TOKEN, provider};

const RELEASE: &str = "CHURNKEY_TEST_RELEASE";
const DEADLINE_MS: &str = "CHURNKEY_TEST_DEADLINE_MS";

/// Runs a server, and resumes every function as soon as a file exists.
#[test]
#[ignore = "child process of the other tests"]
fn child() -> Result<()> {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let release =
        PathBuf::from(std::env::var_os(RELEASE).expect("the variable is set by the test"));
    let (database, control) = (Arc::new(Database::new()), Arc::default());
    let deadline = std::env::var(DEADLINE_MS).expect("the variable is set by the test");
    let deadline = Duration::from_millis(deadline.parse().expect("a number"));
    let provider = provider(&database, &control).request_timeout(deadline);
    tokio::runtime::Runtime::new()
        .or_internal()?
        .block_on(async move {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await.or_internal()?;
            tokio::spawn(resume_functions(control, release));
            Server::new(provider).run_on(listener).await
        })
}

async fn resume_functions(control: Arc<Control>, release: PathBuf) {
    let mut announced = 0;
    loop {
        while announced < control.entered() {
            announced += 1;
            tracing::info!("function {announced} runs");
        }
        if release.exists() {
            control.resume_all(Resume::Proceed);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Long enough for a busy machine.
const LONG_DEADLINE: Duration = Duration::from_secs(60);

struct Provider {
    process: Process,
    release: tempfile::TempDir,
    address: SocketAddr,
}

impl Provider {
    fn start(deadline: Duration) -> Self {
        let release = tempfile::tempdir().unwrap();
        let mut command = this_test("shutdown::child");
        command
            .env(RELEASE, Self::file(release.path()))
            .env(DEADLINE_MS, deadline.as_millis().to_string());
        let process = Process::start(&mut command);
        let address = process.stderr.address();
        Self {
            process,
            release,
            address,
        }
    }

    fn file(directory: &Path) -> PathBuf {
        directory.join("release")
    }

    /// Resumes all functions, including later ones.
    fn release(&self) {
        fs::write(Self::file(self.release.path()), "").unwrap();
    }

    /// Sends an action. When this returns, its request is being processed.
    fn send(&self, action: Action, id: &str) -> Peer {
        let body = action.spelled(0);
        let mut peer = Peer::open(self.address);
        peer.send(format!(
            "POST {} HTTP/1.1\r\nHost: provider.test\r\nAuthorization: Bearer {TOKEN}\r\n\
             X-Request-Id: {id}\r\nX-Churnkey-Mode: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            action.path(),
            action.mode,
            body.len(),
        ));
        assert_eq!(peer.reply().status, 100);
        peer.send(body);
        peer
    }
}

/// Returns the log line with the outcome of a request.
fn outcome<'a>(output: &'a str, id: &str) -> &'a str {
    let tag = format!("request_id=\"{id}\"");
    let mut lines = output
        .lines()
        .filter(|line| line.contains(&tag) && line.contains("status="));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("{id} has no outcome in: {output}"));
    assert_eq!(lines.next(), None, "{id} has two outcomes");
    line
}

#[test]
fn sigterm_finishes_and_answers_accepted_actions() {
    let provider = Provider::start(LONG_DEADLINE);
    let customers = ["ada", "bob"];
    let mut waiting = Vec::new();
    for (number, customer) in customers.into_iter().enumerate() {
        // The first action runs. A repetition joins it, and another action is queued behind it.
        let first = Action::live(customer, Change::PauseAll(1));
        let gone = provider.send(first, &format!("{customer}-gone"));
        provider
            .process
            .stderr
            .line_with(&format!("function {} runs", number + 1));
        drop(gone);
        waiting.push(provider.send(first, &format!("{customer}-joined")));
        let behind = Action::live(customer, Change::CancelAll);
        waiting.push(provider.send(behind, &format!("{customer}-behind")));
    }
    provider.process.signal("TERM");
    while TcpStream::connect(provider.address).is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
    provider.release();
    for mut peer in waiting {
        assert_eq!(peer.reply().status, 200);
    }
    let Ended {
        status,
        unread: output,
        ..
    } = provider.process.end();
    assert!(status.success(), "{output}");
    for customer in customers {
        for caller in ["gone", "joined", "behind"] {
            let line = outcome(&output, &format!("{customer}-{caller}"));
            assert!(line.contains("status=200"), "{line}");
        }
        assert!(
            outcome(&output, &format!("{customer}-joined")).contains("outcome of the same action")
        );
    }
    assert!(
        output.trim_end().ends_with("Company has stopped"),
        "{output}"
    );
}

#[test]
fn sigterm_waits_for_actions_without_callers() {
    let provider = Provider::start(Duration::from_millis(100));
    let actions = [Change::Reprice("ada-1", "pro"), Change::CancelAll];
    for (change, id) in actions.into_iter().zip(["first", "second"]) {
        let late = provider.send(Action::live("ada", change), id).reply();
        assert_eq!(late.status, 503);
    }
    provider.process.signal("TERM");
    provider
        .process
        .stderr
        .line_with("waiting for the actions under way (2)");
    provider.release();
    let Ended {
        status,
        unread: output,
        ..
    } = provider.process.end();
    assert!(status.success(), "{output}");
    for id in ["first", "second"] {
        assert!(outcome(&output, id).contains("status=200"), "{output}");
    }
    assert!(
        output.trim_end().ends_with("Company has stopped"),
        "{output}"
    );
}
