//! The file, which a thread of its own writes and rotates.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;

use crate::error::{Error, Result};
use crate::events::emit;

/// Lines that wait to be written.
const WAITING: usize = 1024;

/// The queue to the thread.
pub(super) struct Lines {
    queue: SyncSender<Message>,
    dropped: Arc<AtomicU64>,
}

enum Message {
    Line(String),
    Flush(SyncSender<()>),
}

impl Lines {
    pub(super) fn start(path: PathBuf, header: String, max_bytes: u64, files: u32) -> Result<Self> {
        let failure = |cause: io::Error| {
            let message = format!("cannot record to {}", path.display());
            Error::new(StatusCode::INTERNAL_SERVER_ERROR, message).with_cause(cause)
        };
        let mut output = Output {
            file: open(&path).map_err(failure)?,
            written: 0,
            path: path.clone(),
            header,
            max_bytes,
            files,
        };
        output.begin().map_err(failure)?;
        let (queue, waiting) = sync_channel(WAITING);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&dropped);
        thread::Builder::new()
            .name("churnkey-record".to_owned())
            .spawn(move || output.run(&waiting, &counted))
            .map_err(failure)?;
        Ok(Self { queue, dropped })
    }

    /// Queues a line. It is dropped and counted if the queue is full.
    pub(super) fn write(&self, line: String) {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(Message::Line(line)) {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }

    pub(super) fn flush(&self, timeout: Duration) {
        let (done, wait) = sync_channel(1);
        if self.queue.send(Message::Flush(done)).is_ok() {
            let _too_late = wait.recv_timeout(timeout);
        }
    }
}

struct Output {
    file: File,
    written: u64,
    path: PathBuf,
    header: String,
    max_bytes: u64,
    files: u32,
}

impl Output {
    /// Writes lines until the recorder is dropped. A failure is logged once, and the lines are lost
    /// until the file can be written again.
    fn run(mut self, waiting: &Receiver<Message>, dropped: &AtomicU64) {
        let mut failed = false;
        while let Ok(message) = waiting.recv() {
            let lost = dropped.swap(0, Ordering::Relaxed);
            let lines = match message {
                Message::Line(line) => Some(line),
                Message::Flush(done) => {
                    let _gone = done.try_send(());
                    None
                }
            };
            let lost = (lost > 0).then(|| json!({ "dropped": lost }).to_string());
            for line in lost.into_iter().chain(lines) {
                match self.write(&line) {
                    Ok(()) => failed = false,
                    Err(cause) if !failed => {
                        failed = true;
                        emit(|| tracing::error!(cause = %cause, "calls cannot be recorded"));
                    }
                    Err(_) => {}
                }
            }
        }
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        let bytes = line.len() as u64 + 1;
        if self.written + bytes > self.max_bytes && self.written > self.header.len() as u64 + 1 {
            self.rotate()?;
        }
        self.append(line)
    }

    fn append(&mut self, line: &str) -> io::Result<()> {
        self.file.write_all(format!("{line}\n").as_bytes())?;
        self.written += line.len() as u64 + 1;
        Ok(())
    }

    fn begin(&mut self) -> io::Result<()> {
        self.written = self.file.metadata()?.len();
        let header = self.header.clone();
        self.append(&header)
    }

    fn rotate(&mut self) -> io::Result<()> {
        for number in (1..self.files).rev() {
            let from = match number {
                1 => self.path.clone(),
                number => older(&self.path, number - 1),
            };
            if from.exists() {
                std::fs::rename(from, older(&self.path, number))?;
            }
        }
        if self.files == 1 {
            std::fs::remove_file(&self.path)?;
        }
        self.file = open(&self.path)?;
        self.begin()
    }
}

fn older(path: &Path, number: u32) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Opens for appending; only the owner may read a new file.
fn open(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
