//! A queue between the log and the file that it is written to, so that a log that is full, closed
//! or stalled affects no request.

use std::fmt;
use std::io::{self, Write};
use std::mem::take;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use crate::telemetry;

/// The queue of a log: its [`writer`](Self::writer) neither blocks nor fails nor panics.
///
/// A subscriber that writes to a file itself stops the whole process where the reader of a pipe has
/// stalled, and `tracing_subscriber::fmt` panics where neither its line nor its message about that
/// can be written. This queue has a thread of its own that writes.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// # fn main() {
/// let log = churnkey::LogQueue::stderr();
/// let writer = log.writer();
/// // tracing_subscriber::fmt().with_writer(log.writer()).init();
/// # use std::io::Write as _;
/// # writer().write_all(b"a line\n").expect("never");
/// assert_eq!(log.lost(), 0);
/// # }
/// ```
///
/// At most 4 MiB wait. A line that does not fit, or that cannot be written, is lost and counted:
/// see [`lost`](Self::lost), and with the feature `metrics` the counter
/// `churnkey_log_lines_lost_total`.
///
/// Keep it until the end of `main`: when it is dropped, it waits up to a second for the lines that
/// are still queued.
pub struct LogQueue(Arc<Queue>);

impl LogQueue {
    /// A queue in front of standard error.
    pub fn stderr() -> Self {
        Self::new(io::stderr())
    }

    /// A queue in front of standard output.
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }

    /// A queue in front of a file of your own.
    pub fn new(mut file: impl Write + Send + 'static) -> Self {
        let queue = Arc::<Queue>::default();
        let written = Arc::clone(&queue);
        let thread = thread::Builder::new().name("log".to_owned());
        // Without a thread nothing is written: the lines are lost, and counted.
        let _lost_if_none = thread.spawn(move || written.write_to(&mut file));
        lock(&QUEUES).push(Arc::clone(&queue));
        Self(queue)
    }

    /// The function that makes a writer for each line, as `with_writer` of
    /// `tracing_subscriber::fmt` takes it.
    pub fn writer(&self) -> impl Fn() -> LogWriter + Clone + Send + Sync + 'static {
        let queue = Arc::clone(&self.0);
        move || LogWriter(Arc::clone(&queue))
    }

    /// Writes the messages of panics to this log as well, instead of to standard error, where a
    /// reader that has stalled stops the thread that panicked. It replaces the panic hook of the
    /// process.
    #[must_use]
    pub fn with_panics(self) -> Self {
        let queue = Arc::clone(&self.0);
        std::panic::set_hook(Box::new(move |panic| {
            let backtrace = std::backtrace::Backtrace::capture();
            let thread = thread::current();
            let name = thread.name().unwrap_or("<unnamed>");
            let mut message = format!("thread '{name}' {panic}\n");
            if backtrace.status() == std::backtrace::BacktraceStatus::Captured {
                message += &format!("{backtrace}");
            }
            queue.push(message.as_bytes());
        }));
        self
    }

    /// The number of lines that were not written.
    pub fn lost(&self) -> u64 {
        lock(&self.0.state).lost
    }
}

impl Drop for LogQueue {
    fn drop(&mut self) {
        self.0.wait();
    }
}

impl fmt::Debug for LogQueue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogQueue")
            .field("lost", &self.lost())
            .finish_non_exhaustive()
    }
}

/// The writer of one line to a [`LogQueue`]. It succeeds even if the line is lost.
pub struct LogWriter(Arc<Queue>);

impl Write for LogWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.0.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LogWriter(..)")
    }
}

/// Waits up to a second for the lines of all queues, before the process ends.
#[cfg(feature = "server")]
pub(crate) fn flush() {
    let queues = lock(&QUEUES).clone();
    for queue in queues {
        queue.wait();
    }
}

static QUEUES: Mutex<Vec<Arc<Queue>>> = Mutex::new(Vec::new());

/// The bytes that may wait: some ten thousand lines.
const CAPACITY: usize = 4 << 20;

/// The time that the end of the process waits for the log.
const TO_WRITE: Duration = Duration::from_secs(1);

#[derive(Default)]
struct Queue {
    state: Mutex<QueueState>,
    changed: Condvar,
}

#[derive(Default)]
struct QueueState {
    waiting: Vec<u8>,
    /// The thread has taken lines and not written all of them.
    writing: bool,
    lost: u64,
}

impl Queue {
    fn push(&self, line: &[u8]) {
        let mut state = lock(&self.state);
        if state.waiting.len() + line.len() > CAPACITY {
            drop(state);
            return self.lose(lines(line));
        }
        let was_empty = state.waiting.is_empty();
        state.waiting.extend_from_slice(line);
        drop(state);
        // Otherwise the thread is at work.
        if was_empty {
            self.changed.notify_all();
        }
    }

    fn lose(&self, lines: u64) {
        lock(&self.state).lost += lines;
        telemetry::lost_lines(lines);
    }

    /// Writes lines forever, each on its own: a disk that is full for one may have room for the
    /// next.
    fn write_to(&self, file: &mut impl Write) {
        loop {
            let taken = {
                let state = lock(&self.state);
                let mut state = self
                    .changed
                    .wait_while(state, |state| state.waiting.is_empty())
                    .unwrap_or_else(PoisonError::into_inner);
                state.writing = true;
                take(&mut state.waiting)
            };
            for line in taken.split_inclusive(|byte| *byte == b'\n') {
                if file.write_all(line).and_then(|()| file.flush()).is_err() {
                    self.lose(1);
                }
            }
            lock(&self.state).writing = false;
            self.changed.notify_all();
        }
    }

    /// Waits until everything is written, for a bounded time.
    fn wait(&self) {
        let pending = |state: &mut QueueState| state.writing || !state.waiting.is_empty();
        let state = lock(&self.state);
        let _written_or_late = self.changed.wait_timeout_while(state, TO_WRITE, pending);
    }
}

fn lines(text: &[u8]) -> u64 {
    let ends = text.iter().filter(|byte| **byte == b'\n').count();
    (ends as u64).max(1)
}

fn lock<T>(state: &Mutex<T>) -> MutexGuard<'_, T> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
