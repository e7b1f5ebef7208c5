//! Logs that cannot be written: a closed pipe, a full disk, a reader that has stalled.
//!
//! The children print nothing of their own: only the log is faulty.

use std::fs::File;
use std::io::{self, PipeReader, Write as _, pipe};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::Instant;

use churnkey::{LogQueue, Result, ResultExt as _};
use test_support::{SmallDisk, this_test};
use tracing_subscriber::fmt::format::FmtSpan;
use tracing_subscriber::fmt::writer::BoxMakeWriter;

use crate::support::{LONG, Peer, SHORT, TOKEN, cancel, eventually, get, server_of_environment};

const KIND: &str = "CHURNKEY_TEST_LOG";
const FILE: &str = "CHURNKEY_TEST_LOG_FILE";

/// A server whose log is set up in the way that a variable names, on standard error or in a file.
#[test]
#[ignore = "child process of the other tests"]
fn child() -> Result<()> {
    let file = std::env::var_os(FILE).map(|path| File::options().append(true).open(path));
    let file = file.transpose().or_internal()?;
    let builder = tracing_subscriber::fmt().with_ansi(false);
    let written = match &file {
        Some(file) => BoxMakeWriter::new(Arc::new(file.try_clone().or_internal()?)),
        None => BoxMakeWriter::new(io::stderr),
    };
    let mut queue = None;
    match std::env::var(KIND).as_deref() {
        Ok("plain") => builder.with_writer(written).init(),
        Ok("spans") => {
            let builder = builder.with_span_events(FmtSpan::FULL);
            builder.with_writer(written).init();
        }
        Ok("queue") => {
            let queue = queue.insert(match file {
                Some(file) => LogQueue::new(file),
                None => LogQueue::stderr(),
            });
            builder.with_writer(queue.writer()).init();
        }
        _ => {}
    }
    let _queue = queue.map(LogQueue::with_panics);
    server_of_environment(|server| server)
}

/// A server whose output is a pipe.
struct Logging {
    child: Child,
    address: SocketAddr,
    reader: Option<PipeReader>,
    /// Functions may panic.
    panics: bool,
}

impl Logging {
    fn start(kind: &str, file: Option<&Path>) -> Self {
        Self::start_on(kind, file, pipe().unwrap())
    }

    fn start_on(
        kind: &str,
        file: Option<&Path>,
        (reader, writer): (PipeReader, io::PipeWriter),
    ) -> Self {
        // The address cannot be read from the log.
        let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let mut command = this_test("logging::child");
        command
            .env(KIND, kind)
            .env("CK_INTEGRATION_TOKEN", TOKEN)
            .env("CHURNKEY_ADDR", address.to_string())
            .env("CHURNKEY_MAX_FAILURES_PER_MINUTE", u32::MAX.to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(writer);
        if let Some(file) = file {
            command.env(FILE, file);
        }
        let child = command.spawn().unwrap();
        eventually("it serves", || TcpStream::connect(address).is_ok());
        Self {
            child,
            address,
            reader: Some(reader),
            panics: true,
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let kill = Command::new("kill").args(["-s", name, &id]).status();
        assert!(kill.unwrap().success());
    }

    fn lives(&mut self) {
        assert_eq!(self.child.try_wait().unwrap(), None);
    }

    fn end(mut self) -> ExitStatus {
        self.signal("TERM");
        let mut ended = None;
        eventually("it ends", || {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        });
        ended.unwrap()
    }

    /// Sends requests of all kinds and asserts their replies.
    #[track_caller]
    fn serves_everything(&mut self, round: usize) {
        let mut peer = Peer::open(self.address);
        for (request, status) in [
            (cancel(&format!("s{round}")), 200),
            (cancel("broken"), 500),
            (cancel("panic"), 500),
            (cancel("busy"), 503),
            (get("/customers/c"), 200),
            (get("/customers/panic"), 500),
            (get("/customers/broken"), 500),
            (get("/customers/missing"), 404),
            (get("/features"), 200),
            (get("/nothing"), 404),
            (get("/features").replace(TOKEN, "other"), 401),
            ("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 200),
            ("GET /readyz HTTP/1.1\r\nHost: a\r\n\r\n".to_owned(), 200),
        ] {
            // Without a queue, the hook of the process writes panics to standard error itself.
            if self.panics || !request.contains("panic") {
                assert_eq!(peer.ask(&request).status, status, "{request}");
            }
        }
        let mut bad = Peer::open(self.address);
        bad.ask("nonsense\r\n\r\n").is_unparsed(400);
    }
}

impl Drop for Logging {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

#[test]
fn closed_or_full_log_loses_no_request() {
    let full = Path::new("/dev/full");
    for (kind, file) in [
        ("none", None),
        ("plain", None),
        ("spans", None),
        ("queue", None),
        ("plain", Some(full)),
        ("spans", Some(full)),
        ("queue", Some(full)),
    ] {
        let mut server = Logging::start(kind, file);
        drop(server.reader.take());
        for round in 0..5 {
            server.serves_everything(round);
            server.signal("HUP");
        }
        server.lives();
        let status = server.end();
        assert_eq!(status.signal(), None, "{kind} {file:?} {status}");
    }
}

#[test]
fn stalled_log_stalls_no_request() {
    for kind in ["none", "queue"] {
        // The pipe is full before the first line, and is not read.
        let (reader, mut writer) = pipe().unwrap();
        let filled = writer.write(&[b'x'; 64 << 10]).unwrap();
        assert_eq!(filled, 64 << 10, "the capacity of a pipe");
        let mut server = Logging::start_on(kind, None, (reader, writer));
        server.panics = kind == "queue";
        let begun = Instant::now();
        for round in 0..50 {
            server.serves_everything(round);
        }
        server.signal("HUP");
        server.serves_everything(50);
        // Each reply would have waited for the log.
        assert!(begun.elapsed() < 2 * LONG, "{:?}", begun.elapsed());
        server.lives();
        let status = server.end();
        assert_eq!(status.signal(), None, "{kind} {status}");
    }
}

#[test]
fn process_with_a_stalled_plain_log_can_be_ended() {
    let mut server = Logging::start("plain", None);
    let mut answered = 0;
    // The log of this set-up writes in the thread of the request.
    for round in 0.. {
        let stream = TcpStream::connect(server.address).unwrap();
        stream.set_read_timeout(Some(SHORT)).unwrap();
        (&stream).write_all(get("/customers/c").as_bytes()).unwrap();
        if io::Read::read(&mut &stream, &mut [0; 1024]).is_err() {
            break;
        }
        answered = round;
    }
    assert!(answered > 100, "{answered}");
    server.lives();
    server.signal("TERM");
    std::thread::sleep(SHORT);
    assert_eq!(server.end().code(), Some(1));
}

#[test]
fn log_names_the_caller_behind_a_proxy() {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    File::create(&log).unwrap();
    let server = Logging::start("plain", Some(&log));
    let other = get("/features").replace(TOKEN, "other");
    let forwarded = "\r\nX-Forwarded-For: 198.51.100.9, 203.0.113.7\r\n\r\n";
    let request = other.replacen("\r\n\r\n", forwarded, 1);
    assert_eq!(Peer::open(server.address).ask(&request).status, 401);
    drop(server);
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("peer=127.0.0.1"), "{text}");
    assert!(!text.contains("203.0.113.7"), "{text}");

    // The variable is inherited by the child only.
    let trusting = {
        let mut command = this_test("logging::child");
        command.env("CHURNKEY_TRUSTED_PROXIES", "127.0.0.0/8");
        command
            .env(KIND, "plain")
            .env("CK_INTEGRATION_TOKEN", TOKEN);
        command.env("CHURNKEY_ADDR", "127.0.0.1:0");
        test_support::Process::start(&mut command)
    };
    let address = trusting.stderr.address();
    assert_eq!(Peer::open(address).ask(&request).status, 401);
    trusting.stderr.line_with("peer=203.0.113.7");
}

#[test]
#[ignore = "needs the rights of root, to mount a file system"]
fn full_disk_loses_no_request_and_recovers() {
    let Some(disk) = SmallDisk::mount("64k") else {
        return;
    };
    let file = disk.path().join("log");
    for kind in ["plain", "spans", "queue"] {
        File::create(&file).unwrap();
        let mut server = Logging::start(kind, Some(&file));
        drop(server.reader.take());
        for round in 0..100 {
            server.serves_everything(round);
        }
        let length = || std::fs::metadata(&file).unwrap().len();
        assert_eq!(length(), 64 << 10, "the disk is not full");
        File::options()
            .write(true)
            .open(&file)
            .unwrap()
            .set_len(0)
            .unwrap();
        server.serves_everything(100);
        eventually("the log is written again", || length() > 0);
        server.lives();
        assert_eq!(server.end().signal(), None);
    }
}
