//! When which fault was on, and what it excuses.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use churnkey::Timestamp;

/// An instance gives up an action after ten seconds. So long may one that nobody waits for still fail, and log it, after a fault of the database.
const LAST_WORDS: Duration = Duration::from_secs(12);

/// No request takes longer than the limit on a function, and what the machine adds.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Excuse {
    /// A 503 that says when to come back.
    ComeBack,
    /// The connection is refused, or ends without an answer.
    CutOff,
}

/// From just before a fault begins to when it is over and every request that met it has ended.
struct Window {
    fault: &'static str,
    excuses: &'static [Excuse],
    /// `None` is all of them.
    instance: Option<usize>,
    from: Moment,
    until: Option<Moment>,
}

/// By the clock that never jumps, and by that of the logs.
#[derive(Clone)]
struct Moment {
    at: Instant,
    written: String,
}

impl Moment {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            written: Timestamp::now().to_string(),
        }
    }

    fn later(&self, by: Duration) -> String {
        let at: Timestamp = self.written.parse().expect("a moment of ours");
        let millis = at.unix_millis() + i64::try_from(by.as_millis()).expect("not long");
        Timestamp::from_unix_millis(millis)
            .expect("soon")
            .to_string()
    }
}

#[derive(Default)]
pub(crate) struct Windows {
    all: Mutex<Vec<Window>>,
    under_way: Mutex<(u64, BTreeMap<u64, Instant>)>,
}

/// A request that has been sent and has not ended.
pub(crate) struct UnderWay<'a> {
    windows: &'a Windows,
    number: u64,
    pub(crate) since: Instant,
}

impl Windows {
    /// Does something that breaks things, and undoes it.
    pub(crate) fn during<T>(
        &self,
        fault: &'static str,
        excuses: &'static [Excuse],
        instance: Option<usize>,
        inject: impl FnOnce() -> T,
    ) -> T {
        let index = {
            let mut all = lock(&self.all);
            all.push(Window {
                fault,
                excuses,
                instance,
                from: Moment::now(),
                until: None,
            });
            all.len() - 1
        };
        let done = inject();
        self.settle(fault);
        lock(&self.all)[index].until = Some(Moment::now());
        done
    }

    /// Waits for the requests that are under way now.
    fn settle(&self, fault: &'static str) {
        let over = Instant::now();
        while lock(&self.under_way).1.values().any(|since| *since < over) {
            assert!(
                over.elapsed() < PATIENCE,
                "requests that met `{fault}` do not end"
            );
            thread::sleep(Duration::from_millis(5));
        }
    }

    pub(crate) fn begin(&self) -> UnderWay<'_> {
        let mut under_way = lock(&self.under_way);
        under_way.0 += 1;
        let (number, since) = (under_way.0, Instant::now());
        under_way.1.insert(number, since);
        UnderWay {
            windows: self,
            number,
            since,
        }
    }

    /// Whether a fault explains that a request to an instance, under way since then, has come to this now.
    pub(crate) fn explain(&self, what: Excuse, instance: usize, since: Instant) -> bool {
        self.overlapping(since).any_of(|window| {
            window.excuses.contains(&what) && window.instance.is_none_or(|one| one == instance)
        })
    }

    /// Whether any fault was on anywhere.
    pub(crate) fn touch(&self, since: Instant) -> bool {
        self.overlapping(since).any_of(|_| true)
    }

    fn overlapping(&self, since: Instant) -> Overlapping<'_> {
        Overlapping {
            all: lock(&self.all),
            since,
        }
    }

    /// Whether a fault explains an error that an instance has logged at this moment.
    pub(crate) fn explain_log(&self, instance: usize, written: &str) -> bool {
        lock(&self.all).iter().any(|window| {
            let until = window.until.as_ref().map(|until| until.later(LAST_WORDS));
            // Not in an instance that is told to end, of which only `/readyz` says so.
            window.excuses == [Excuse::ComeBack]
                && window.instance.is_none_or(|one| one == instance)
                && window.from.written.as_str() <= written
                && until.is_none_or(|until| written <= until.as_str())
        })
    }

    /// How often each fault was on, and for how long.
    pub(crate) fn summary(&self) -> BTreeMap<&'static str, (usize, Duration)> {
        let mut summary: BTreeMap<_, (usize, Duration)> = BTreeMap::new();
        for window in lock(&self.all).iter() {
            let entry = summary.entry(window.fault).or_default();
            entry.0 += 1;
            if let Some(until) = &window.until {
                entry.1 += until.at - window.from.at;
            }
        }
        summary
    }
}

struct Overlapping<'a> {
    all: MutexGuard<'a, Vec<Window>>,
    since: Instant,
}

impl Overlapping<'_> {
    /// The windows are few and in order, and those that matter are the last.
    fn any_of(&self, is_meant: impl Fn(&Window) -> bool) -> bool {
        self.all.iter().rev().any(|window| {
            let open = window
                .until
                .as_ref()
                .is_none_or(|until| until.at >= self.since);
            open && is_meant(window)
        })
    }
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        lock(&self.windows.under_way).1.remove(&self.number);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
