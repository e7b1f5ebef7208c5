//! Counts of events, and violations of invariants.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// The maximum number of printed violations, because one cause often has many.
const MAX_SHOWN: usize = 20;

#[derive(Default)]
pub(crate) struct Tally {
    counts: Mutex<BTreeMap<(String, String), usize>>,
    latencies: Mutex<BTreeMap<&'static str, Vec<Duration>>>,
    violations: Mutex<Vec<String>>,
}

impl Tally {
    pub(crate) fn count(&self, kind: &str, outcome: &str, by: usize) {
        let key = (kind.to_owned(), outcome.to_owned());
        *lock(&self.counts).entry(key).or_default() += by;
    }

    pub(crate) fn took(&self, kind: &'static str, time: Duration) {
        lock(&self.latencies).entry(kind).or_default().push(time);
    }

    pub(crate) fn violation(&self, what: String) {
        let mut violations = lock(&self.violations);
        if violations.len() < MAX_SHOWN {
            println!("VIOLATION: {what}");
        }
        violations.push(what);
    }

    /// Prints the tables for the documentation.
    pub(crate) fn report(&self) {
        println!("\n| what | outcome | times |\n| --- | --- | ---: |");
        for ((kind, outcome), times) in lock(&self.counts).iter() {
            println!("| {kind} | {outcome} | {times} |");
        }
        println!(
            "\n| outside of faults | requests | p50, ms | p99, ms | longest, ms |\n| --- | ---: | ---: | ---: | ---: |"
        );
        for (kind, times) in lock(&self.latencies).iter_mut() {
            times.sort_unstable();
            let at = |share: usize| times[(times.len() - 1) * share / 100].as_secs_f64() * 1e3;
            println!(
                "| {kind} | {} | {:.1} | {:.1} | {:.1} |",
                times.len(),
                at(50),
                at(99),
                at(100)
            );
        }
    }

    pub(crate) fn verdict(&self) -> ExitCode {
        let violations = lock(&self.violations).len();
        println!("\nviolations: {violations}");
        if violations == 0 {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
