//! The time windows of the faults, and the effects that each fault explains.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use churnkey::Timestamp;

/// An instance times out an action after ten seconds. Until then an action without callers can
/// still fail and log an error, after a fault of the database.
const LOG_DELAY: Duration = Duration::from_secs(12);

/// Longer than the request timeout, plus a margin for a slow machine.
const TIMEOUT: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// A 503 with `Retry-After`.
    Unavailable,
    /// The connection is refused, or ends without a response.
    Disconnected,
}

/// The time from just before a fault until its end and the end of every request that it affected.
struct Window {
    fault: &'static str,
    effects: &'static [Effect],
    /// `None` means all instances.
    instance: Option<usize>,
    from: Moment,
    until: Option<Moment>,
}

/// A time on the monotonic clock, and the same time as in the logs.
#[derive(Clone)]
struct Moment {
    at: Instant,
    in_log: String,
}

impl Moment {
    fn now() -> Self {
        Self {
            at: Instant::now(),
            in_log: Timestamp::now().to_string(),
        }
    }

    fn later(&self, by: Duration) -> String {
        let at: Timestamp = self.in_log.parse().expect("a moment of ours");
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

/// A request that was sent and has not ended.
pub(crate) struct UnderWay<'a> {
    windows: &'a Windows,
    number: u64,
    pub(crate) since: Instant,
}

impl Windows {
    /// Runs `fault` within a window. It causes a fault and ends it.
    pub(crate) fn during<T>(
        &self,
        fault: &'static str,
        effects: &'static [Effect],
        instance: Option<usize>,
        inject: impl FnOnce() -> T,
    ) -> T {
        let index = {
            let mut all = lock(&self.all);
            all.push(Window {
                fault,
                effects,
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

    /// Waits for the requests that are running now.
    fn settle(&self, fault: &'static str) {
        let over = Instant::now();
        while lock(&self.under_way).1.values().any(|since| *since < over) {
            assert!(
                over.elapsed() < TIMEOUT,
                "requests during `{fault}` do not end"
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

    /// Returns `true` if a fault explains this effect on a request that was sent to an instance at
    /// `since`.
    pub(crate) fn explain(&self, effect: Effect, instance: usize, since: Instant) -> bool {
        self.overlapping(since).any_of(|window| {
            window.effects.contains(&effect) && window.instance.is_none_or(|one| one == instance)
        })
    }

    /// Returns `true` if any fault was active on any instance.
    pub(crate) fn touch(&self, since: Instant) -> bool {
        self.overlapping(since).any_of(|_| true)
    }

    fn overlapping(&self, since: Instant) -> Overlapping<'_> {
        Overlapping {
            all: lock(&self.all),
            since,
        }
    }

    /// Returns `true` if a fault explains an error that an instance has logged at this time.
    pub(crate) fn explain_log(&self, instance: usize, in_log: &str) -> bool {
        lock(&self.all).iter().any(|window| {
            let until = window.until.as_ref().map(|until| until.later(LOG_DELAY));
            // SIGTERM does not explain an error. Only `/readyz` returns 503 then.
            window.effects == [Effect::Unavailable]
                && window.instance.is_none_or(|one| one == instance)
                && window.from.in_log.as_str() <= in_log
                && until.is_none_or(|until| in_log <= until.as_str())
        })
    }

    /// Returns the number of windows of each fault and their total duration.
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
    /// Searches from the end, because the few windows are in order and only the last ones overlap.
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
