//! A server in a process of its own, as the environment describes it: this test binary over again, which runs one test and nothing else.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use churnkey::Server;
use rustix::process::{Pid, Signal, kill_process};

use super::{Billing, LONG, TOKEN};

/// The variables that a server reads.
const VARIABLES: [&str; 5] = [
    "CK_INTEGRATION_TOKEN",
    "CK_INTEGRATION_TOKEN_FILE",
    "CK_INTEGRATION_TOKEN_PREVIOUS",
    "CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL",
    "CK_API_KEY",
];

pub(crate) struct Process {
    child: Child,
    lines: Receiver<String>,
}

impl Process {
    /// Starts the ignored test of this name with these variables, on a free port.
    pub(crate) fn start<V: AsRef<OsStr>>(test: &str, variables: &[(&str, V)]) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        for name in VARIABLES {
            command.env_remove(name);
        }
        command
            .args([test, "--exact", "--ignored", "--nocapture"])
            .env("RUST_BACKTRACE", "0")
            .env("CHURNKEY_ADDR", "127.0.0.1:0")
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            stderr
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| sender.send(line))
        });
        Self { child, lines }
    }

    /// The same with the token of every test, once it serves.
    pub(crate) fn serving(test: &str) -> (Self, SocketAddr) {
        let process = Self::start(test, &[("CK_INTEGRATION_TOKEN", TOKEN)]);
        let address = process.address();
        (process, address)
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> SocketAddr {
        let line = self.line_with("listens on");
        line.split("http://")
            .nth(1)
            .and_then(|rest| rest.strip_suffix("/churnkey")?.parse().ok())
            .unwrap_or_else(|| panic!("no address in `{line}`"))
    }

    #[track_caller]
    pub(crate) fn line_with(&self, words: &str) -> String {
        let mut said = Vec::new();
        loop {
            match self.lines.recv_timeout(LONG) {
                Ok(line) if line.contains(words) => return line,
                Ok(line) => said.push(line),
                Err(_) => panic!("it never said `{words}`, but: {said:#?}"),
            }
        }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    #[track_caller]
    pub(crate) fn lives(&mut self) {
        assert!(self.child.try_wait().unwrap().is_none());
    }

    /// Waits for the end: how it ended, and what was said since the last look.
    #[track_caller]
    pub(crate) fn end(mut self) -> (ExitStatus, String) {
        let deadline = Instant::now() + LONG;
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

/// Runs a server that the environment describes: what the started tests do.
pub(crate) fn server_of_environment(
    limits: impl FnOnce(Server<Billing>) -> Server<Billing>,
) -> churnkey::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(limits(Server::from_env(Billing::default())?).run())
}
