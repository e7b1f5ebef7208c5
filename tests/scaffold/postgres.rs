//! A PostgreSQL server for one test, in a temporary directory, with only a Unix socket in it.

use std::fs::{self, File};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{env, io};

use tempfile::TempDir;

const TIMEOUT: Duration = Duration::from_secs(60);

/// A server that is stopped on drop. If the test is killed, the kernel sends it a signal.
pub(crate) struct Server {
    directory: TempDir,
    programs: PathBuf,
    as_root: bool,
    running: Option<JoinHandle<io::Result<()>>>,
}

impl Server {
    /// Starts a server, or returns `None` if PostgreSQL is not installed.
    pub(crate) fn start() -> Option<Self> {
        let programs = programs()?;
        // The path of a socket must be short.
        let directory = tempfile::Builder::new().prefix("pg").tempdir();
        let directory = directory.expect("a temporary directory");
        let owner = fs::metadata(directory.path()).expect("the directory must exist");
        let mut server = Self {
            as_root: owner.uid() == 0,
            programs,
            directory,
            running: None,
        };
        if server.as_root {
            // The server does not run as root.
            run(Command::new("chown").arg("postgres:").arg(server.path()));
        }
        let settings = [
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ];
        run(server
            .command("initdb")
            .args(settings)
            .arg("--pgdata")
            .arg(server.data()));
        server.serve();
        Some(server)
    }

    fn serve(&mut self) {
        let log = File::create(self.path().join("log")).expect("a log file");
        let mut command = self.command("postgres");
        command
            .arg("-D")
            .arg(self.data())
            .args(["-c", "listen_addresses=", "-c", "fsync=off", "-k"])
            .arg(self.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log file"))
            .stderr(log);
        // The kernel stops the server when the thread that started it ends, so the thread waits for
        // the server.
        self.running = Some(thread::spawn(move || command.spawn()?.wait().map(drop)));
        let deadline = Instant::now() + TIMEOUT;
        while !self.log().contains("ready to accept connections") {
            assert!(
                Instant::now() < deadline,
                "PostgreSQL does not start: {}",
                self.log()
            );
            thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn url(&self) -> String {
        let path = self.path().to_str().expect("a path in UTF-8");
        format!(
            "postgresql://postgres@{}/postgres",
            path.replace('/', "%2F")
        )
    }

    /// The number of databases, each of which has its own directory.
    pub(crate) fn databases(&self) -> usize {
        let directories = fs::read_dir(self.data().join("base")).expect("the directory must exist");
        let names = directories.map(|directory| directory.expect("a directory").file_name());
        let is_database = |name: &std::ffi::OsString| {
            name.to_str()
                .is_some_and(|name| name.parse::<u32>().is_ok())
        };
        names.filter(is_database).count()
    }

    /// A program of PostgreSQL, run by a user that PostgreSQL accepts.
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

    fn log(&self) -> String {
        fs::read_to_string(self.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            eprintln!("log of the server:\n{}", self.log());
        }
        let mut stop = self.command("pg_ctl");
        stop.args(["stop", "-w", "-m", "immediate", "-D"])
            .arg(self.data());
        let stopped = stop.stdout(Stdio::null()).status();
        if let (Ok(_), Some(running)) = (stopped, self.running.take()) {
            let _ = running.join();
        }
    }
}

/// The directory of the programs: one on the PATH, or the one of the newest version on Debian.
fn programs() -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = env::split_paths(&path).collect();
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|version| {
            let version = version.ok()?;
            let number = version.file_name().to_str()?.parse().ok()?;
            Some((number, version.path().join("bin")))
        })
        .collect();
    versions.sort();
    folders.extend(versions.into_iter().rev().map(|(_, folder)| folder));
    folders
        .into_iter()
        .find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|cause| panic!("{command:?}: {cause}"));
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    said
}
