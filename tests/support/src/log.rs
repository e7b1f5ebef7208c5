//! Captures the log of this process.

use std::io::{self, Write};
use std::sync::{Mutex, Once, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

pub fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_ansi(false)
            .with_writer(|| Sink)
            .init();
    });
}

/// Returns the log lines of a request, once there is one: the line of an action is written after
/// its reply was handed over.
pub fn log_of(request_id: &str) -> Vec<String> {
    let tag = format!("request_id=\"{request_id}\"");
    let deadline = Instant::now() + Duration::from_secs(2);
    loop {
        let lines = lines_with(&tag);
        if !lines.is_empty() || Instant::now() > deadline {
            return lines;
        }
        thread::sleep(Duration::from_millis(2));
    }
}

fn lines_with(tag: &str) -> Vec<String> {
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner);
    String::from_utf8_lossy(&lines)
        .lines()
        .filter(|line| line.contains(tag))
        .map(str::to_owned)
        .collect()
}

struct Sink;

impl Write for Sink {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        LINES
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .write(line)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
