//! The log of an instance.

use crate::faults;
use crate::soak::Soak;

/// Asserts that no instance panics, and that a fault explains every error.
pub(crate) fn check_log(soak: &Soak, instance: usize, log: &str) {
    for line in log.lines() {
        soak.tally.count("log", "lines", 1);
        if line.contains("panicked") {
            soak.tally.violation(format!("instance {instance}: {line}"));
        }
        // The level follows the time, which has the length of a `Timestamp` with more digits.
        let mut words = line.split_whitespace();
        let (Some(moment), Some("ERROR")) = (words.next(), words.next()) else {
            continue;
        };
        soak.tally.count("log", "errors", 1);
        let injected = line.contains(faults::REFUSED_TOKEN_FILE);
        let written = format!("{}Z", moment.get(..23).unwrap_or(moment));
        if !injected && !soak.windows.explain_log(instance, &written) {
            soak.tally.violation(format!(
                "instance {instance} logged an error that no fault explains: {line}"
            ));
        }
    }
}
