//! A PostgreSQL server of the tests in a temporary directory. It listens only on a socket in that
//! directory.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, io};

use tempfile::TempDir;

use crate::instance;
use crate::session::Session;

const TIMEOUT: Duration = Duration::from_secs(60);

/// The server stops when its last owner is dropped. If the tests are killed, the kernel signals it
/// to stop.
pub struct Server {
    directory: TempDir,
    programs: PathBuf,
    as_root: bool,
    settings: &'static [&'static str],
    running: Mutex<Option<JoinHandle<io::Result<ExitStatus>>>>,
    template: OnceLock<()>,
    databases: AtomicUsize,
}

/// A database, and a reference that keeps its server running.
#[derive(Clone)]
pub struct Database {
    pub server: Arc<Server>,
    name: String,
}

impl Server {
    /// Starts a server with the default settings, which writes commits to disk.
    pub fn durable() -> Arc<Self> {
        Arc::new(Self::new(&[]))
    }

    /// Returns the server that all concurrent tests share if they do not stop it.
    pub fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let started = Arc::new(Self::new(&["fsync=off"]));
            *shared = Arc::downgrade(&started);
            started
        })
    }

    fn new(settings: &'static [&'static str]) -> Self {
        // The path of a socket must be short.
        let directory = tempfile::Builder::new().prefix("pg").tempdir();
        let directory = directory.expect("a temporary directory");
        let owner = fs::metadata(directory.path()).expect("the directory is there");
        let server = Self {
            as_root: owner.uid() == 0,
            programs: programs(),
            directory,
            settings,
            running: Mutex::new(None),
            template: OnceLock::new(),
            databases: AtomicUsize::new(0),
        };
        if server.as_root {
            // The server refuses to run as root.
            succeed(Command::new("chown").arg("postgres:").arg(server.path()));
        }
        let initdb = [
            "--username=acme",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ];
        succeed(
            server
                .command("initdb")
                .args(initdb)
                .arg("--pgdata")
                .arg(server.data()),
        );
        server.start();
        server
    }

    pub fn start(&self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file());
        let log = log.expect("a log file");
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses="])
            .arg("-k")
            .arg(self.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log);
        for setting in self.settings {
            command.args(["-c", setting]);
        }
        // The kernel stops the server when this thread ends, so the thread waits for the end of the
        // server.
        let running = thread::spawn(move || command.spawn()?.wait());
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        let deadline = Instant::now() + TIMEOUT;
        while let Err(cause) = Session::try_open(&self.url("postgres")) {
            assert!(
                Instant::now() < deadline,
                "PostgreSQL does not start: {cause}\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Stops the server. `fast` rolls back transactions and disconnects clients. `immediate` aborts
    /// the server like a power failure, so that the next start recovers from the log.
    pub fn stop(&self, how: &str) {
        let running = self
            .running
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        let Some(running) = running else { return };
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-w", "-m", how, "-D"]).arg(self.data());
        let stopped = stop.stdout(Stdio::null()).status();
        assert!(
            stopped.is_ok_and(|status| status.success()),
            "pg_ctl cannot stop the server\n{}",
            self.log()
        );
        running
            .join()
            .expect("the server thread ends")
            .expect("the server was started");
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// Creates an empty database.
    pub fn empty(self: &Arc<Self>) -> Database {
        self.create("")
    }

    /// Creates a copy of the company that its first instance creates.
    pub fn company(self: &Arc<Self>) -> Database {
        self.template.get_or_init(|| {
            let template = Database {
                server: Arc::clone(self),
                name: "company".to_owned(),
            };
            Session::open(&self.url("postgres")).run("CREATE DATABASE company");
            drop(instance::start_on(&template));
        });
        self.create("TEMPLATE company")
    }

    /// Does the same in a directory of its own, which belongs to the tests.
    pub fn company_in(self: &Arc<Self>, directory: &Path) -> Database {
        if self.as_root {
            succeed(Command::new("chown").arg("postgres:").arg(directory));
        }
        drop(self.company());
        let location = directory.display();
        let tablespace = format!("CREATE TABLESPACE small LOCATION '{location}'");
        Session::open(&self.url("postgres")).run(&tablespace);
        self.create("TEMPLATE company TABLESPACE small")
    }

    fn create(self: &Arc<Self>, from: &str) -> Database {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{number}");
        Session::open(&self.url("postgres")).run(&format!("CREATE DATABASE {name} {from}"));
        Database {
            server: Arc::clone(self),
            name,
        }
    }

    fn url(&self, database: &str) -> String {
        let path = self.path().to_str().expect("a path in UTF-8");
        format!(
            "postgresql://acme@{}/{database}",
            test_support::encoded(path)
        )
    }

    /// Returns a command for a PostgreSQL program, with a user that it accepts.
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new("setpriv");
        command
            .current_dir(self.path())
            .args(["--pdeathsig", "QUIT"]);
        if self.as_root {
            command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        }
        command.arg(self.programs.join(program));
        command
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn data(&self) -> PathBuf {
        self.path().join("data")
    }

    fn log_file(&self) -> PathBuf {
        self.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("the end of the server log:\n{}", tail(&self.log()));
        }
        self.stop("immediate");
    }
}

impl Database {
    pub fn url(&self) -> String {
        self.server.url(&self.name)
    }

    pub fn session(&self) -> Session {
        Session::open(&self.url())
    }

    /// Stops the clock of the company at a time shortly after its creation.
    pub fn stop_the_clock(&self) -> String {
        let session = self.session();
        let founded =
            "SELECT date_trunc('milliseconds', max(taken_at) + '1 minute') FROM migrations";
        let moment = session.texts(founded).remove(0);
        self.stop_the_clock_at(&moment);
        moment
    }

    pub fn stop_the_clock_at(&self, moment: &str) {
        self.session().run(&format!(
            "CREATE OR REPLACE FUNCTION company_time() RETURNS timestamptz LANGUAGE sql AS $$ SELECT timestamptz '{moment}' $$"
        ));
    }

    pub fn set(&self, setting: &str) {
        self.session()
            .run(&format!("ALTER DATABASE {} SET {setting}", self.name));
    }
}

/// Returns the folder in which Debian installs the newest version, if the programs are not on the
/// `PATH`.
fn programs() -> PathBuf {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| Some(version.ok()?.path().join("bin")))
        .collect();
    versions.sort_by_key(|folder| {
        let version = folder.parent().and_then(Path::file_name);
        version.and_then(|version| version.to_str()?.parse::<u32>().ok())
    });
    folders.extend(versions.into_iter().rev());
    let found = folders
        .into_iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file());
    found.expect("these tests start a PostgreSQL of their own, which is not installed: `apt-get install postgresql` on Debian, or put its initdb and postgres on the PATH")
}

fn succeed(command: &mut Command) {
    let output = command
        .output()
        .unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

fn tail(log: &str) -> String {
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
