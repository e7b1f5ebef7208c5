//! Tests of `churnkey dev` with a provider in Python.

use std::io::{BufRead as _, BufReader, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::cli::program::{churnkey, run};

/// The limit of every wait, long enough for a busy machine.
const TIMEOUT: Duration = Duration::from_secs(60);
const PROVIDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/program/other_language");
const APP: &str = include_str!("dev/app.py");
const SERVE: &str = "\nserve()\n";
const FAULT: &str = "\nprovider.FEATURES[\"actions\"][\"cancel\"] = \"often\"\nserve()\n";
/// The process ends when it is requested to read prices.
const CRASH: &str = "
read = provider.read
def crash(company, path, query):
    if path == [\"prices\"]:
        os._exit(7)
    return read(company, path, query)
provider.read = crash
serve()
";
const BUILD_FAILURE: &str = "\nsys.exit(\"error[E0308]: mismatched types\")\n";

/// A folder with the source of the provider, and an address for it.
struct Project {
    folder: TempDir,
    port: u16,
}

impl Project {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let project = Self {
            folder: tempfile::tempdir().unwrap(),
            port: listener.local_addr().unwrap().port(),
        };
        project.write(SERVE);
        project
    }

    fn write(&self, end: &str) {
        let temporary = self.folder.path().join("app.tmp");
        std::fs::write(&temporary, format!("{APP}{end}")).unwrap();
        std::fs::rename(temporary, self.folder.path().join("app.py")).unwrap();
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn is_open(&self) -> bool {
        TcpStream::connect(("127.0.0.1", self.port)).is_ok()
    }

    /// The process of the provider that was started last.
    fn pid(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("pid")).unwrap()
    }

    /// Runs `churnkey dev` in the folder.
    fn dev(&self, arguments: &[&str]) -> Dev {
        let mut command = self.command(arguments);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        Dev {
            lines: lines(child.stdout.take().unwrap()),
            errors: lines(child.stderr.take().unwrap()),
            child,
            seen: String::new(),
        }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = churnkey();
        command
            .args([
                "dev",
                &self.url(),
                "--listen",
                "127.0.0.1:0",
                "--ignore",
                "pid",
            ])
            .args(arguments)
            .current_dir(self.folder.path())
            .envs(environment());
        command
    }
}

/// The variables that Python and the provider need.
fn environment() -> Vec<(&'static str, String)> {
    let inherited = ["PATH", "HOME"].into_iter();
    let mut variables: Vec<_> = inherited
        .filter_map(|name| Some((name, std::env::var(name).ok()?)))
        .collect();
    variables.push(("PROVIDER", PROVIDER.to_owned()));
    variables
}

fn lines(stream: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        for line in BufReader::new(stream).lines() {
            // The test may have ended.
            let _ = sender.send(line.unwrap());
        }
    });
    receiver
}

/// A running `churnkey dev`.
struct Dev {
    child: Child,
    lines: Receiver<String>,
    errors: Receiver<String>,
    seen: String,
}

impl Dev {
    /// Waits for a line with this text, and returns it.
    #[track_caller]
    fn wait_for(&mut self, text: &str) -> String {
        let until = Instant::now() + TIMEOUT;
        while let Ok(line) = self.lines.recv_timeout(until - Instant::now()) {
            self.seen.push_str(&format!("{line}\n"));
            if line.contains(text) {
                return line;
            }
        }
        let errors: Vec<_> = self.errors.try_iter().collect();
        panic!("no {text:?} in {}\n{errors:#?}", self.seen);
    }

    /// The page of the dashboard with this path.
    fn page(&self, path: &str) -> String {
        let entry = self.seen.lines().find(|line| line.contains("/enter/"));
        let entry = entry.unwrap().trim();
        let (root, _) = entry.split_once("/enter/").unwrap();
        let curl = |arguments: &[&str]| {
            let output = Command::new("curl").args(arguments).output().unwrap();
            String::from_utf8(output.stdout).unwrap()
        };
        let entered = curl(&["-si", entry]);
        let cookie = entered
            .lines()
            .find_map(|line| line.strip_prefix("set-cookie: "));
        let cookie = cookie.unwrap().split(';').next().unwrap();
        curl(&[
            "-s",
            "-H",
            &format!("cookie: {cookie}"),
            &format!("{root}{path}"),
        ])
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Ends it with a signal, and returns its exit code.
    fn end(&mut self, signal: Signal) -> Option<i32> {
        self.signal(signal);
        let until = Instant::now() + TIMEOUT;
        while Instant::now() < until {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("it does not end: {}", self.seen);
    }
}

impl Drop for Dev {
    fn drop(&mut self) {
        // It fails if the test has ended it.
        let _ = kill_process(Pid::from_child(&self.child), Signal::TERM);
        let _ = self.child.wait();
    }
}

const PYTHON: [&str; 3] = ["--", "python3", "app.py"];

#[test]
fn change_shows_new_and_fixed_findings() {
    let project = Project::new();
    let mut dev = project.dev(&PYTHON);
    dev.wait_for("starting python3 app.py");
    dev.wait_for("✓ verified: no faults, in ");

    project.write(FAULT);
    dev.wait_for("changed: app.py");
    let verified = dev.wait_for("✗ verified: ");
    assert!(verified.contains(" new, 0 fixed"), "{verified}");
    dev.wait_for("new error  manifest.");
    let page = dev.page("/");
    for part in ["While you code", "python3 app.py", r#"news-new">new<"#] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(dev.page("/requests").contains("verification 2"));

    project.write(SERVE);
    dev.wait_for("✓ verified: no faults; 0 new, ");
    dev.wait_for("fixed error  manifest.");
    assert!(dev.page("/").contains(r#"news-fixed">fixed<"#));
    assert!(!dev.seen.contains('\u{1b}'), "{:?}", dev.seen);

    let pid = project.pid();
    assert_eq!(dev.end(Signal::INT), Some(0));
    assert!(!project.is_open());
    assert!(!Path::new("/proc").join(pid).exists());
}

#[test]
fn crash_is_reported_with_its_request() {
    let project = Project::new();
    project.write(CRASH);
    let mut dev = project.dev(&PYTHON);
    dev.wait_for("ended during GET /churnkey/prices");
    assert!(dev.page("/").contains("A change starts it again."));

    project.write(SERVE);
    dev.wait_for("✓ verified: no faults");
    assert_eq!(dev.end(Signal::TERM), Some(0));
}

#[test]
fn failed_build_shows_its_output_and_waits() {
    let project = Project::new();
    project.write(BUILD_FAILURE);
    let mut dev = project.dev(&PYTHON);
    let ended = dev.wait_for("ended before 127.0.0.1:");
    assert!(ended.contains("exit status: 1"), "{ended}");
    assert!(ended.contains("waiting for a change"), "{ended}");
    let output = dev.errors.recv_timeout(TIMEOUT).unwrap();
    assert_eq!(output, "error[E0308]: mismatched types");

    project.write(SERVE);
    dev.wait_for("✓ verified: no faults");
    assert_eq!(dev.end(Signal::INT), Some(0));
}

#[test]
fn all_processes_of_the_command_end() {
    let project = Project::new();
    // The shell ignores the signal, and the provider is its child.
    let script = "trap '' TERM; python3 app.py & wait; sleep 600";
    let mut dev = project.dev(&["--", "sh", "-c", script]);
    dev.wait_for("✓ verified: ");
    let pid = project.pid();
    dev.signal(Signal::INT);
    dev.wait_for("ending");
    // The second signal does not wait for the shell.
    assert_eq!(dev.end(Signal::INT), Some(0));
    assert!(!project.is_open());
    assert!(!Path::new("/proc").join(pid).exists());
}

#[test]
fn running_provider_is_verified_and_left_alone() {
    let project = Project::new();
    let start = || {
        let mut command = Command::new("python3");
        command
            .arg("app.py")
            .current_dir(project.folder.path())
            .envs(environment())
            .env("CHURNKEY_ADDR", format!("127.0.0.1:{}", project.port))
            .env("CK_INTEGRATION_TOKEN", super::cli::provider::TOKEN);
        command.spawn().unwrap()
    };
    let mut provider = start();
    let mut dev = project.dev(&[]);
    dev.wait_for("✓ verified: ");

    // With a command, the address is not free.
    let refused = run(&mut project.command(&PYTHON));
    assert_eq!(refused.code, 2, "{refused:?}");
    assert!(
        refused.stderr.contains("something listens there already"),
        "{refused:?}"
    );

    provider.kill().unwrap();
    provider.wait().unwrap();
    dev.wait_for("the provider cannot be reached");
    let mut provider = start();
    dev.wait_for("the provider was restarted");
    dev.wait_for("✓ verified: ");
    assert_eq!(dev.end(Signal::INT), Some(0));
    assert!(provider.try_wait().unwrap().is_none());
    provider.kill().unwrap();
    provider.wait().unwrap();
}

#[test]
fn short_simulation_follows_each_change() {
    let project = Project::new();
    let simulate = [
        "--simulate",
        "--seed",
        "4",
        "--sequences",
        "1",
        "--steps",
        "2",
    ];
    let mut dev = project.dev(&[&simulate[..], &PYTHON].concat());
    dev.wait_for("✓ verified: ");
    dev.wait_for("of seed 4");
    assert!(
        dev.page("/requests?source=simulation")
            .contains("simulation 2")
    );
}

#[test]
fn command_that_does_not_exist_is_exit_code_2() {
    let project = Project::new();
    let output = run(&mut project.command(&["--", "no-such-program"]));
    assert_eq!(output.code, 2, "{output:?}");
    assert!(
        output.stderr.contains("cannot start no-such-program"),
        "{output:?}"
    );
    let output = run(&mut project.command(&["--watch", "/no/such/folder", "--", "true"]));
    assert_eq!(output.code, 2, "{output:?}");
}
