//! The end of a process in the middle of actions.

use std::fs;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use churnkey::{Result, Server};
use test_support::{Ended, Peer, Process, this_test};
use tokio::net::TcpListener;

use crate::action::{Action, What};
use crate::books::Database;
use crate::company::{Cue, Stage};
use crate::office::{TOKEN, provider};

const RELEASE: &str = "CHURNKEY_TEST_RELEASE";
const DEADLINE_MS: &str = "CHURNKEY_TEST_DEADLINE_MS";

/// Serves, and gives every function its cues once there is a file to say so.
#[test]
#[ignore = "the process that the other tests start"]
fn child() -> Result<()> {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let release = PathBuf::from(std::env::var_os(RELEASE).expect("the test says where"));
    let (database, stage) = (Arc::new(Database::new()), Arc::default());
    let deadline = std::env::var(DEADLINE_MS).expect("the test says how long");
    let deadline = Duration::from_millis(deadline.parse().expect("a number"));
    let provider = provider(&database, &stage).request_timeout(deadline);
    tokio::runtime::Runtime::new()?.block_on(async move {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        tokio::spawn(conduct(stage, release));
        Server::new(provider).run_on(listener).await
    })
}

async fn conduct(stage: Arc<Stage>, release: PathBuf) {
    let mut announced = 0;
    loop {
        while announced < stage.entered() {
            announced += 1;
            tracing::info!("function {announced} runs");
        }
        if release.exists() {
            stage.cue_all(Cue::Proceed);
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// With a machine that has much else to do.
const LONG: Duration = Duration::from_secs(60);

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

    /// Lets all functions go on, those to come as well.
    fn release(&self) {
        fs::write(Self::file(self.release.path()), "").unwrap();
    }

    /// Sends an action; once this returns, its request is under way.
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

/// The line of the log that has the outcome of a request.
fn outcome<'a>(said: &'a str, id: &str) -> &'a str {
    let tag = format!("request_id=\"{id}\"");
    let mut lines = said
        .lines()
        .filter(|line| line.contains(&tag) && line.contains("status="));
    let line = lines
        .next()
        .unwrap_or_else(|| panic!("{id} has no outcome in: {said}"));
    assert_eq!(lines.next(), None, "{id} has two outcomes");
    line
}

#[test]
fn on_sigterm_every_accepted_action_ends_and_is_logged_and_callers_that_wait_are_answered() {
    let provider = Provider::start(LONG);
    let customers = ["ada", "bob"];
    let mut waiting = Vec::new();
    for (number, customer) in customers.into_iter().enumerate() {
        // The first runs, and the others wait for it: a repetition, and another action behind it.
        let first = Action::live(customer, What::PauseAll(1));
        let gone = provider.send(first, &format!("{customer}-gone"));
        provider
            .process
            .stderr
            .line_with(&format!("function {} runs", number + 1));
        drop(gone);
        waiting.push(provider.send(first, &format!("{customer}-joined")));
        let behind = Action::live(customer, What::CancelAll);
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
        unread: said,
        ..
    } = provider.process.end();
    assert!(status.success(), "{said}");
    for customer in customers {
        for caller in ["gone", "joined", "behind"] {
            let line = outcome(&said, &format!("{customer}-{caller}"));
            assert!(line.contains("status=200"), "{line}");
        }
        assert!(
            outcome(&said, &format!("{customer}-joined")).contains("outcome of the same action")
        );
    }
    assert!(said.trim_end().ends_with("Company has stopped"), "{said}");
}

#[test]
fn on_sigterm_the_process_waits_for_actions_that_no_caller_waits_for_and_for_those_behind_them() {
    let provider = Provider::start(Duration::from_millis(100));
    let actions = [What::ChangePrice("ada-1", "pro"), What::CancelAll];
    for (what, id) in actions.into_iter().zip(["first", "second"]) {
        let late = provider.send(Action::live("ada", what), id).reply();
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
        unread: said,
        ..
    } = provider.process.end();
    assert!(status.success(), "{said}");
    for id in ["first", "second"] {
        assert!(outcome(&said, id).contains("status=200"), "{said}");
    }
    assert!(said.trim_end().ends_with("Company has stopped"), "{said}");
}
