//! What an instance has logged in its life.

use crate::faults;
use crate::soak::Soak;

/// No instance may panic, and every error must have its fault.
pub(crate) fn look_through(soak: &Soak, instance: usize, log: &str) {
    for line in log.lines() {
        soak.tally.count("log", "lines", 1);
        if line.contains("panicked") {
            soak.tally.violation(format!("instance {instance}: {line}"));
        }
        // The level follows the moment, which is as long as that of `Timestamp` but for more digits.
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
