//! A PostgreSQL of the tests' own, in a temporary directory, reached through a socket there and by nobody else.

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

const PATIENCE: Duration = Duration::from_secs(60);

/// It stops with its last owner. Should the tests be killed, the kernel tells it to stop.
pub struct Server {
    directory: TempDir,
    programs: PathBuf,
    as_root: bool,
    settings: &'static [&'static str],
    running: Mutex<Option<JoinHandle<io::Result<ExitStatus>>>>,
    template: OnceLock<()>,
    databases: AtomicUsize,
}

/// A database on a server, and the server for as long as the database is needed.
#[derive(Clone)]
pub struct Database {
    pub server: Arc<Server>,
    name: String,
}

impl Server {
    /// A server as it is installed: what was committed is on disk.
    pub fn durable() -> Arc<Self> {
        Arc::new(Self::new(&[]))
    }

    /// The server of all tests at a time that do not stop it.
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
        // A socket's path has to be short.
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
        // Waiting for its end, the thread lasts as long as the server, which the kernel stops when the thread ends.
        let running = thread::spawn(move || command.spawn()?.wait());
        *self.running.lock().unwrap_or_else(PoisonError::into_inner) = Some(running);
        let deadline = Instant::now() + PATIENCE;
        while let Err(cause) = Session::try_open(&self.url("postgres")) {
            assert!(
                Instant::now() < deadline,
                "PostgreSQL does not start: {cause}\n{}",
                self.log()
            );
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// `fast` undoes what is under way and hangs up; `immediate` drops everything, as a loss of power would, and the next start
    /// recovers from the log.
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
            .expect("the server's thread ends")
            .expect("the server was started");
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// An empty database.
    pub fn empty(self: &Arc<Self>) -> Database {
        self.create("")
    }

    /// The company as its first instance makes it.
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

    /// A program of PostgreSQL, run by a user that it accepts.
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
            eprintln!("the server's last words:\n{}", tail(&self.log()));
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

    /// The company's time stands still from now on, at a moment just after it was founded.
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

/// Where Debian keeps the newest version's programs, if they are not on the way to others.
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
