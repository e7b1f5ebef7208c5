//! The log of all requests to the provider, with their responses and with limits.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use churnkey_verify::internal::Sent;

use super::scrub::Scrub;

mod entry;
mod recorded;

pub(super) use entry::{Answer, Entry, Source, Twin};

/// The number of entries that are kept.
const MAX_ENTRIES: usize = 5_000;
/// Bytes of all entries.
const MAX_BYTES: usize = 48 << 20;

tokio::task_local! {
    /// The source of the requests of a task. Without it, they are not logged.
    static SOURCE: Source;
}

/// The last requests, with their responses.
pub(super) struct RequestLog {
    entries: Mutex<Entries>,
    runs: AtomicU64,
    scrub: Scrub,
}

#[derive(Default)]
struct Entries {
    /// The number of all entries so far.
    count: u64,
    bytes: usize,
    kept: VecDeque<Arc<Entry>>,
}

impl RequestLog {
    pub(super) fn new(scrub: Scrub) -> Self {
        Self {
            entries: Mutex::default(),
            runs: AtomicU64::new(0),
            scrub,
        }
    }

    pub(super) fn scrub(&self) -> &Scrub {
        &self.scrub
    }

    /// The source of another verification.
    pub(super) fn verification(&self) -> Source {
        Source::Verification(self.next_run())
    }

    /// The source of another simulation.
    pub(super) fn simulation(&self) -> Source {
        Source::Simulation(self.next_run())
    }

    fn next_run(&self) -> u64 {
        self.runs.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Adds a request with its source.
    pub(super) fn add(&self, source: Source, sent: &Sent<'_>) {
        self.put(Entry::new(source, sent, &self.scrub));
    }

    /// Adds a request of a task, if the task has a source.
    pub(super) fn add_of_task(&self, sent: &Sent<'_>) {
        if let Ok(source) = SOURCE.try_with(|source| *source) {
            self.add(source, sent);
        }
    }

    /// Adds an entry, and returns its number.
    pub(super) fn put(&self, entry: Entry) -> u64 {
        let mut entries = self.lock();
        entries.count += 1;
        let number = entries.count;
        entries.bytes += entry.size();
        entries.kept.push_back(Arc::new(Entry { number, ..entry }));
        while entries.kept.len() > MAX_ENTRIES || entries.bytes > MAX_BYTES {
            let Some(oldest) = entries.kept.pop_front() else {
                break;
            };
            entries.bytes -= oldest.size();
        }
        number
    }

    pub(super) fn get(&self, number: u64) -> Option<Arc<Entry>> {
        let entries = self.lock();
        let newest = entries.kept.back()?.number;
        let from_end = usize::try_from(newest.checked_sub(number)?).ok()?;
        let index = entries.kept.len().checked_sub(from_end + 1)?;
        entries.kept.get(index).cloned()
    }

    /// The entries, the newest first, and the number of those that are not kept any more.
    pub(super) fn all(&self) -> (Vec<Arc<Entry>>, u64) {
        let entries = self.lock();
        let all: Vec<_> = entries.kept.iter().rev().cloned().collect();
        let kept = all.len() as u64;
        (all, entries.count - kept)
    }

    /// The first request since the last response, for the reason why a provider ended.
    pub(super) fn first_unanswered(&self) -> Option<String> {
        let entries = self.lock();
        let newest_first = entries.kept.iter().rev();
        let first = newest_first
            .take_while(|entry| entry.status().is_none())
            .last()?;
        Some(format!("{} {}", first.method, first.path))
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs a future whose requests have this source.
pub(super) async fn of<F: Future>(source: Source, future: F) -> F::Output {
    SOURCE.scope(source, future).await
}

/// Runs a future of a page. In the cancel flow its requests belong to the flow.
pub(super) async fn of_page<F: Future>(future: F) -> F::Output {
    let source = SOURCE.try_with(|source| *source).unwrap_or(Source::Page);
    SOURCE.scope(source, future).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use entry::Subject;

    fn entry(path: String) -> Entry {
        Entry {
            number: 0,
            at: None,
            source: Source::Page,
            method: "GET".to_owned(),
            path,
            mode: "test".to_owned(),
            subject: Subject::default(),
            curl: None,
            body: None,
            answer: Answer::None(String::new()),
            took: None,
            request: None,
            twin: None,
        }
    }

    #[test]
    fn oldest_entries_are_dropped() {
        let log = RequestLog::new(Scrub::new("token"));
        for _ in 0..=MAX_ENTRIES {
            log.put(entry(String::new()));
        }
        let (kept, dropped) = log.all();
        assert_eq!((kept.len(), dropped), (MAX_ENTRIES, 1));
        assert!(log.get(1).is_none());
        assert_eq!(log.get(2).map(|entry| entry.number), Some(2));
        assert!(log.get(MAX_ENTRIES as u64 + 2).is_none());
    }

    #[test]
    fn memory_is_limited() {
        let log = RequestLog::new(Scrub::new("token"));
        for _ in 0..3 {
            log.put(entry("x".repeat(MAX_BYTES / 2)));
        }
        assert_eq!(log.all().0.len(), 2);
    }
}
