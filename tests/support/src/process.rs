//! A child process that a test starts, watches and stops.

use std::collections::hash_map::RandomState;
use std::env;
use std::hash::{BuildHasher as _, Hasher as _};
use std::io::{BufRead as _, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::TIMEOUT;

/// A child process. It is killed when it is dropped.
pub struct Process {
    child: Child,
    pub stdout: Output,
    pub stderr: Output,
}

/// The end of a process, with all its output.
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
    /// The lines of `stderr` that no test has waited for.
    pub unread: String,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        Self::start_with(command, Stdio::null())
    }

    /// Does the same with an open file or socket as standard input.
    pub fn start_with(command: &mut Command, stdin: impl Into<Stdio>) -> Self {
        let mut child = command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|cause| panic!("{command:?} does not start: {cause}"));
        Self {
            stdout: Output::of(child.stdout.take().unwrap()),
            stderr: Output::of(child.stderr.take().unwrap()),
            child,
        }
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal by its short name, such as `TERM`.
    #[track_caller]
    pub fn signal(&self, name: &str) {
        let kill = Command::new("kill")
            .args(["-s", name, &self.id().to_string()])
            .status();
        assert!(kill.unwrap().success(), "no {name} for {}", self.id());
    }

    /// Returns the exit status if the process has ended.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// Asserts that the process still runs.
    #[track_caller]
    pub fn lives(&mut self) {
        assert_eq!(self.ended(), None);
    }

    pub fn kill(&mut self) {
        // The process can have ended before.
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }

    /// Waits for the end of the process, up to the common timeout.
    pub fn wait(&mut self) -> Option<ExitStatus> {
        let deadline = Instant::now() + TIMEOUT;
        loop {
            if let Some(status) = self.ended() {
                return Some(status);
            }
            if Instant::now() > deadline {
                return None;
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end of the process, and collects its output.
    #[track_caller]
    pub fn end(mut self) -> Ended {
        let status = self.wait().expect("the process does not end");
        self.stdout.finish();
        self.stderr.finish();
        Ended {
            status,
            stdout: self.stdout.text(),
            stderr: self.stderr.text(),
            unread: self.stderr.unread(),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
    }
}

/// One of the two output streams of a process.
pub struct Output {
    text: Arc<Mutex<String>>,
    lines: Mutex<Receiver<String>>,
    pipe: PipeSwitch,
    reader: Option<JoinHandle<()>>,
}

/// Stops the reading of an output: as long as a guard lives, or for ever.
#[derive(Clone)]
pub struct PipeSwitch(Arc<Mutex<bool>>);

impl PipeSwitch {
    /// Reads nothing while the guard lives.
    pub fn stall(&self) -> MutexGuard<'_, bool> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Closes the pipe, after one more line.
    pub fn close(&self) {
        *self.stall() = false;
    }

    fn is_open(&self) -> bool {
        *self.stall()
    }
}

impl Output {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let text = Arc::<Mutex<String>>::default();
        let (sender, lines) = channel();
        let switch = PipeSwitch(Arc::new(Mutex::new(true)));
        let reader = thread::spawn({
            let text = Arc::clone(&text);
            let switch = switch.clone();
            move || {
                for line in BufReader::new(pipe).split(b'\n').map_while(Result::ok) {
                    let line = String::from_utf8_lossy(&line).into_owned();
                    let mut text = text.lock().unwrap_or_else(PoisonError::into_inner);
                    text.push_str(&line);
                    text.push('\n');
                    drop(text);
                    // The output is read to its end even if no test waits for its lines.
                    let _not_awaited = sender.send(line);
                    if !switch.is_open() {
                        break;
                    }
                }
            }
        });
        Self {
            text,
            lines: Mutex::new(lines),
            pipe: switch,
            reader: Some(reader),
        }
    }

    /// Waits for a line that contains these words, and skips the lines before it.
    #[track_caller]
    pub fn line_with(&self, words: &str) -> String {
        self.try_line_with(words)
            .unwrap_or_else(|| panic!("no line with `{words}` in:\n{}", self.text()))
    }

    /// Does the same, but returns `None` at the end of the output or after the timeout.
    pub fn try_line_with(&self, words: &str) -> Option<String> {
        let lines = self.lines();
        loop {
            match lines.recv_timeout(TIMEOUT) {
                Ok(line) if line.contains(words) => return Some(line),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// Waits for a line with `http://ADDRESS`.
    pub fn try_address(&self) -> Option<SocketAddr> {
        let line = self.try_line_with("http://")?;
        let (_, url) = line.split_once("http://")?;
        url.split('/').next()?.parse().ok()
    }

    #[track_caller]
    pub fn address(&self) -> SocketAddr {
        self.try_address()
            .unwrap_or_else(|| panic!("no address in:\n{}", self.text()))
    }

    pub fn pipe(&self) -> PipeSwitch {
        self.pipe.clone()
    }

    /// Returns the output up to now.
    pub fn text(&self) -> String {
        text_of(&self.text)
    }

    /// Returns a function for the output, which also works after the end of the process.
    pub fn shared_text(&self) -> impl Fn() -> String + use<> {
        let text = Arc::clone(&self.text);
        move || text_of(&text)
    }

    /// Waits for the end of the output.
    pub fn finish(&mut self) {
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
    }

    fn unread(&self) -> String {
        self.lines().try_iter().collect::<Vec<_>>().join("\n")
    }

    fn lines(&self) -> MutexGuard<'_, Receiver<String>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn text_of(text: &Mutex<String>) -> String {
    text.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Returns a command for this test binary that runs one ignored test and no other.
pub fn this_test(test: &str) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env("RUST_BACKTRACE", "0");
    command
}

/// Returns the program of an example, which cargo builds two folders above this test.
pub fn built(package: &str) -> PathBuf {
    let this = env::current_exe().unwrap();
    let profile = this.parent().and_then(|deps| deps.parent());
    let program = profile
        .expect("this test is in target/<profile>/deps")
        .join(format!("{package}{}", env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "{} is missing: run `cargo build -p {package}` first",
        program.display()
    );
    program
}

/// Returns a token for a child process. The standard library has no random numbers, but it seeds
/// its hash maps randomly.
pub fn random_token() -> String {
    let word = || RandomState::new().build_hasher().finish();
    format!("Tk{:016x}-{:016x}zQ", word(), word())
}
