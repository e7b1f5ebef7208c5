//! Files that fail, stall and recover.

use std::io::{self, Write};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use super::{CAPACITY, LogQueue};

/// A file that sends each line that is written, and fails for those with `bad`.
struct File {
    lines: Sender<String>,
    /// A file that has stalled waits for this.
    stalled: Option<Receiver<()>>,
}

impl Write for File {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if let Some(stalled) = &self.stalled {
            stalled.recv().expect("the test goes on");
        }
        let text = String::from_utf8_lossy(line).into_owned();
        if text.contains("bad") {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.lines.send(text).expect("the test goes on");
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn file() -> (File, Receiver<String>) {
    let (lines, written) = channel();
    let stalled = None;
    (File { lines, stalled }, written)
}

fn write(queue: &LogQueue, text: &str) {
    let written = queue.writer()().write_all(text.as_bytes());
    written.expect("a writer of a queue never fails");
}

#[test]
fn lines_are_written_in_order_before_the_end() {
    let (file, written) = file();
    let queue = LogQueue::new(file);
    for number in 0..1000 {
        write(&queue, &format!("{number}\n"));
    }
    assert_eq!(queue.lost(), 0);
    drop(queue);
    let lines: Vec<_> = written.try_iter().collect();
    let expected: Vec<_> = (0..1000).map(|number| format!("{number}\n")).collect();
    assert_eq!(lines, expected);
}

#[test]
fn lines_that_cannot_be_written_are_counted() {
    let (file, written) = file();
    let queue = LogQueue::new(file);
    write(&queue, "one\nbad\ntwo\n");
    write(&queue, "bad\n");
    write(&queue, "three\n");
    let lines: Vec<_> = written.iter().take(3).collect();
    assert_eq!(lines, ["one\n", "two\n", "three\n"]);
    assert_eq!(queue.lost(), 2);
}

#[test]
fn stalled_file_blocks_neither_writers_nor_the_end() {
    let (mut file, written) = file();
    let (go_on, stalled) = channel();
    file.stalled = Some(stalled);
    let queue = LogQueue::new(file);
    let line = "x".repeat(999) + "\n";
    let begun = Instant::now();
    for _ in 0..3 * CAPACITY / 1000 {
        write(&queue, &line);
    }
    let lost = queue.lost();
    // One queue waits, and one was taken to be written.
    assert!(lost > CAPACITY as u64 / 1000 - 10, "{lost}");
    let writer = queue.writer();
    drop(queue);
    assert!(begun.elapsed() < Duration::from_secs(20));

    drop(written.try_recv());
    for _ in 0..20_000 {
        // The thread is gone only after a failed assertion.
        let _gone = go_on.send(());
    }
    writer()
        .write_all(b"after\n")
        .expect("a writer never fails");
    assert!(written.iter().any(|line| line == "after\n"));
}
