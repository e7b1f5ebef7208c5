//! The end of a process in the middle of actions.
//!
//! The process is this test binary over again, which runs [`child`] and nothing else.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use churnkey::{Result, Server};
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
const PATIENCE: Duration = Duration::from_secs(60);

struct Process {
    child: Child,
    lines: Receiver<String>,
    release: tempfile::TempDir,
    address: SocketAddr,
}

impl Process {
    fn start(deadline: Duration) -> Self {
        let release = tempfile::tempdir().unwrap();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["shutdown::child", "--exact", "--ignored", "--nocapture"])
            .env(RELEASE, Self::file(release.path()))
            .env(DEADLINE_MS, deadline.as_millis().to_string())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            let mut lines = stderr.lines().map_while(std::result::Result::ok);
            lines.try_for_each(|line| sender.send(line))
        });
        let mut process = Self {
            child,
            lines,
            release,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
        };
        let line = process.line_with("listens on http://");
        let address = line.split("http://").nth(1).unwrap();
        process.address = address.trim_end_matches("/churnkey").parse().unwrap();
        process
    }

    fn file(directory: &Path) -> PathBuf {
        directory.join("release")
    }

    /// Lets all functions go on, those to come as well.
    fn release(&self) {
        fs::write(Self::file(self.release.path()), "").unwrap();
    }

    fn line_with(&self, words: &str) -> String {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => said.push(line),
                Err(_) => panic!("the process never said `{words}`, but {said:#?}"),
            }
        }
    }

    /// Sends an action; once this returns, its request is under way.
    fn send(&self, action: Action, id: &str) -> TcpStream {
        let body = action.spelled(0);
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(
            stream,
            "POST {} HTTP/1.1\r\nHost: provider.test\r\nAuthorization: Bearer {TOKEN}\r\n\
             X-Request-Id: {id}\r\nX-Churnkey-Mode: {}\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
            action.path(),
            action.mode,
            body.len(),
        )
        .unwrap();
        let mut go_on = [0; b"HTTP/1.1 100 Continue\r\n\r\n".len()];
        stream.read_exact(&mut go_on).unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100 "), "{go_on:?}");
        stream.write_all(body.as_bytes()).unwrap();
        stream
    }

    fn terminate(&self) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-TERM", &id]).status();
        assert!(kill.unwrap().success());
    }

    /// Waits for the end: how it ended, and what was said since the last look.
    fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + PATIENCE;
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(Instant::now() < deadline, "the process does not end");
            thread::sleep(Duration::from_millis(10));
        };
        (status, self.lines.iter().collect::<Vec<_>>().join("\n"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn read(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
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
    let process = Process::start(PATIENCE);
    let customers = ["ada", "bob"];
    let mut waiting = Vec::new();
    for (number, customer) in customers.into_iter().enumerate() {
        // The first runs, and the others wait for it: a repetition, and another action behind it.
        let first = Action::live(customer, What::PauseAll(1));
        let gone = process.send(first, &format!("{customer}-gone"));
        process.line_with(&format!("function {} runs", number + 1));
        drop(gone);
        waiting.push(process.send(first, &format!("{customer}-joined")));
        let behind = Action::live(customer, What::CancelAll);
        waiting.push(process.send(behind, &format!("{customer}-behind")));
    }
    process.terminate();
    while TcpStream::connect(process.address).is_ok() {
        thread::sleep(Duration::from_millis(5));
    }
    process.release();
    for stream in waiting {
        let answer = read(stream);
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    let (status, said) = process.end();
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
    let process = Process::start(Duration::from_millis(100));
    let actions = [What::ChangePrice("ada-1", "pro"), What::CancelAll];
    for (what, id) in actions.into_iter().zip(["first", "second"]) {
        let late = read(process.send(Action::live("ada", what), id));
        assert!(late.starts_with("HTTP/1.1 503 "), "{late}");
    }
    process.terminate();
    process.line_with("waiting for the actions under way (2)");
    process.release();
    let (status, said) = process.end();
    assert!(status.success(), "{said}");
    for id in ["first", "second"] {
        assert!(outcome(&said, id).contains("status=200"), "{said}");
    }
    assert!(said.trim_end().ends_with("Company has stopped"), "{said}");
}
