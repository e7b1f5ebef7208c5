//! An instance of the provider as a process of its own, which ends with its owner.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{self, BufRead as _, BufReader, Read as _};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use crate::server::{Database, Server};

const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    pub(crate) requests: AtomicUsize,
    pub(crate) rows: AtomicUsize,
    killed: bool,
    log: Arc<Mutex<String>>,
    _database: Database,
}

impl Process {
    /// The only instance of a company of its own.
    pub(crate) fn start() -> Self {
        Self::on(&Server::shared().company())
    }

    /// One more instance.
    pub(crate) fn on(database: &Database) -> Self {
        Self::with(database, &[])
    }

    pub(crate) fn with(database: &Database, settings: &[(&str, &str)]) -> Self {
        Self::try_with(database, settings).unwrap_or_else(|log| panic!("no instance: {log}"))
    }

    /// An instance, or what it has said as it ended.
    pub(crate) fn try_with(database: &Database, settings: &[(&str, &str)]) -> Result<Self, String> {
        let token = token();
        let mut child = Command::new(binary())
            .env("ACME_DATABASE_URL", database.url())
            .env("CHURNKEY_ADDR", "127.0.0.1:0")
            .env("CK_INTEGRATION_TOKEN", &token)
            // The tests ask without the token far more often than one address may.
            .env("CHURNKEY_MAX_FAILURES_PER_MINUTE", u32::MAX.to_string())
            .env_remove("CK_API_KEY")
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the example provider starts");
        let printed = child.stdout.take().expect("stdout is piped");
        let mut logged = child.stderr.take().expect("stderr is piped");
        let log = Arc::new(Mutex::new(String::new()));
        let logging = thread::spawn({
            let log = Arc::clone(&log);
            move || {
                let mut buffer = [0; 4096];
                while let Ok(count @ 1..) = logged.read(&mut buffer) {
                    let text = String::from_utf8_lossy(&buffer[..count]);
                    log.lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push_str(&text);
                }
            }
        });
        let (found, address) = mpsc::channel();
        thread::spawn(move || {
            for line in BufReader::new(printed).lines().map_while(io::Result::ok) {
                if let Some(address) = printed_address(&line) {
                    // Only the first is waited for; the rest is read to keep the pipe empty.
                    found.send(address).ok();
                }
            }
        });
        let address = address.recv_timeout(PATIENCE);
        let mut process = Self {
            child,
            address: address.unwrap_or_else(|_| ([127, 0, 0, 1], 0).into()),
            token,
            requests: AtomicUsize::new(0),
            rows: AtomicUsize::new(0),
            killed: false,
            log,
            _database: database.clone(),
        };
        if process.address.port() == 0 {
            process.kill();
            logging.join().ok();
            return Err(process.log());
        }
        Ok(process)
    }

    pub(crate) fn saw_rows(&self, count: usize) {
        self.rows.fetch_add(count, Ordering::Relaxed);
    }

    pub(crate) fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// The log, also after its end.
    pub(crate) fn shared_log(&self) -> impl Fn() -> String + use<> {
        let log = Arc::clone(&self.log);
        move || log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// SIGKILL: nothing is ended, nothing is said.
    pub(crate) fn kill(&mut self) {
        self.killed = true;
        self.child.kill().expect("a process of ours can be killed");
        self.child.wait().expect("and ends");
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// SIGTERM, and how it ended.
    pub(crate) fn stop(mut self) -> Option<ExitStatus> {
        let ended = self.terminate();
        self.killed = ended.is_some();
        ended
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
        if self.killed {
            return;
        }
        let ended_before = matches!(self.child.try_wait(), Ok(Some(_)));
        let ended = ended_before || self.terminate().is_some();
        if !ended {
            self.child.kill().ok();
            self.child.wait().ok();
        }
        if !thread::panicking() {
            assert!(
                !ended_before,
                "the provider ended before it was told to: {}",
                self.log()
            );
            assert!(ended, "the provider did not end on SIGTERM");
        }
    }
}

fn binary() -> PathBuf {
    let this = env::current_exe().expect("the path of this test");
    let profile = this.parent().and_then(|deps| deps.parent());
    let binary = profile
        .expect("this test stands in target/<profile>/deps")
        .join(format!("postgres{}", env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "{} is missing: run `cargo build -p postgres` first",
        binary.display()
    );
    binary
}

/// The same for all instances, as they are one provider. The standard library has no random numbers, but its hash maps are
/// seeded with some.
fn token() -> String {
    static TOKEN: std::sync::LazyLock<String> = std::sync::LazyLock::new(|| {
        let word = || RandomState::new().build_hasher().finish();
        format!("Tk{:016x}-{:016x}zQ", word(), word())
    });
    TOKEN.clone()
}

fn printed_address(line: &str) -> Option<SocketAddr> {
    let (_, url) = line.split_once("http://")?;
    let (address, _) = url.split_once('/')?;
    address.parse().ok()
}
