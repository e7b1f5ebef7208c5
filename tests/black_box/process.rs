//! The provider as a process of its own, which ends with its owner.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

const PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) requests: AtomicUsize,
    pub(crate) rows: AtomicUsize,
    started: Instant,
    _directory: TempDir,
}

impl Process {
    pub(crate) fn start() -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let token = random_token();
        let mut child = Command::new(binary())
            .current_dir(directory.path())
            .env("ACME_DB", directory.path().join("acme.db"))
            .env("CHURNKEY_ADDR", "127.0.0.1:0")
            .env("CK_INTEGRATION_TOKEN", &token)
            // The tests ask without the token far more often than one address may.
            .env("CHURNKEY_MAX_FAILURES_PER_MINUTE", u32::MAX.to_string())
            .env_remove("CK_API_KEY")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example provider starts");
        let printed = child.stdout.take().expect("stdout is piped");
        let logged = child.stderr.take().expect("stderr is piped");
        thread::spawn(move || drain(logged));
        let (found, address) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(printed).lines().map_while(Result::ok) {
                if let Some(address) = printed_address(&line) {
                    // Only the first is waited for; the rest is read to keep the pipe empty.
                    found.send(address).ok();
                }
            }
        });
        let address = address.recv_timeout(PATIENCE);
        let process = Self {
            child,
            address: address.unwrap_or_else(|_| ([127, 0, 0, 1], 0).into()),
            token,
            requests: AtomicUsize::new(0),
            rows: AtomicUsize::new(0),
            started: Instant::now(),
            _directory: directory,
        };
        assert_ne!(
            process.address.port(),
            0,
            "the provider printed no address that begins with http://"
        );
        process
    }

    pub(crate) fn saw_rows(&self, count: usize) {
        self.rows.fetch_add(count, Ordering::Relaxed);
    }

    /// What `kill` and a container's runtime send.
    fn terminate(&mut self) -> Option<ExitStatus> {
        Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .ok()?;
        let deadline = Instant::now() + PATIENCE;
        while Instant::now() < deadline {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let ended_before = matches!(self.child.try_wait(), Ok(Some(_)));
        let ended = ended_before || self.terminate().is_some();
        if !ended {
            self.child.kill().ok();
            self.child.wait().ok();
        }
        println!(
            "{} requests, {} rows checked, {:.1} s",
            self.requests.load(Ordering::Relaxed),
            self.rows.load(Ordering::Relaxed),
            self.started.elapsed().as_secs_f32()
        );
        if !thread::panicking() {
            assert!(!ended_before, "the provider ended before it was told to");
            assert!(ended, "the provider did not end on SIGTERM");
        }
    }
}

fn binary() -> PathBuf {
    let this = env::current_exe().expect("the path of this test");
    let profile = this.parent().and_then(|deps| deps.parent());
    let binary = profile
        .expect("this test stands in target/<profile>/deps")
        .join(format!("acme{}", env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "{} is missing: run `cargo build -p acme` first",
        binary.display()
    );
    binary
}

/// The standard library has no random numbers, but its hash maps are seeded with some.
fn random_token() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("Tk{:016x}-{:016x}zQ", word(), word())
}

fn printed_address(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once("http://")?;
    let (address, _) = url.split_once('/')?;
    address.parse().ok()
}

fn drain(mut pipe: impl Read) {
    io::copy(&mut pipe, &mut io::sink()).ok();
}
