//! A provider in a child process, which is stopped when it is dropped.

use std::any::Any;
use std::net::SocketAddr;
use std::process::{Command, ExitStatus};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::{PipeSwitch, Process};

pub struct Instance {
    process: Process,
    pub address: SocketAddr,
    pub token: String,
    pub requests: AtomicUsize,
    pub rows: AtomicUsize,
    stopped: bool,
    /// The folder or the database of the process.
    _data: Box<dyn Any + Send + Sync>,
}

impl Instance {
    /// Starts a provider that reads its settings from the environment and prints its address. A
    /// variable that `program` sets itself keeps its value.
    #[track_caller]
    pub fn start(program: &mut Command, token: &str, data: impl Any + Send + Sync) -> Self {
        Self::try_start(program, token, data).unwrap_or_else(|log| panic!("no provider: {log}"))
    }

    /// Does the same, but returns the log of a process that has exited instead.
    pub fn try_start(
        program: &mut Command,
        token: &str,
        data: impl Any + Send + Sync,
    ) -> Result<Self, String> {
        let defaults = [
            ("CHURNKEY_ADDR", "127.0.0.1:0"),
            ("CK_INTEGRATION_TOKEN", token),
            // The tests send more unauthenticated requests than the limit per address allows.
            ("CHURNKEY_MAX_FAILURES_PER_MINUTE", "4294967295"),
        ];
        for (name, value) in defaults {
            if !program.get_envs().any(|(set, _)| set == name) {
                program.env(name, value);
            }
        }
        program.env_remove("CK_API_KEY");
        let mut process = Process::start(program);
        let Some(address) = process.stdout.try_address() else {
            process.kill();
            process.stderr.finish();
            return Err(process.stderr.text());
        };
        Ok(Self {
            process,
            address,
            token: token.to_owned(),
            requests: AtomicUsize::new(0),
            rows: AtomicUsize::new(0),
            stopped: false,
            _data: Box::new(data),
        })
    }

    pub fn saw_rows(&self, count: usize) {
        self.rows.fetch_add(count, Ordering::Relaxed);
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn log(&self) -> String {
        self.process.stderr.text()
    }

    /// Returns a function for the log, which also works after the end of the process.
    pub fn shared_log(&self) -> impl Fn() -> String + use<> {
        self.process.stderr.shared_text()
    }

    pub fn log_pipe(&self) -> PipeSwitch {
        self.process.stderr.pipe()
    }

    /// Sends SIGKILL, which interrupts all requests.
    pub fn kill(&mut self) {
        self.stopped = true;
        self.process.kill();
    }

    /// Sends SIGTERM, and returns the exit status of the process.
    pub fn stop(mut self) -> Option<ExitStatus> {
        self.process.signal("TERM");
        let status = self.process.wait();
        self.stopped = status.is_some();
        status
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        if self.stopped {
            return;
        }
        let ended_before = self.process.ended().is_some();
        if !ended_before {
            self.process.signal("TERM");
        }
        let ended = self.process.wait().is_some();
        println!(
            "{} requests, {} rows checked",
            self.requests.load(Ordering::Relaxed),
            self.rows.load(Ordering::Relaxed),
        );
        if !thread::panicking() {
            let log = self.log();
            assert!(!ended_before, "the provider ended before SIGTERM: {log}");
            assert!(ended, "the provider did not end on SIGTERM");
        }
    }
}
