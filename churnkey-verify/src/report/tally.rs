//! Counts of a report, in words.

use std::collections::BTreeMap;

use super::{ModuleReport, Outcome, Report, State};

/// The items and checks of a module.
pub(super) fn tally(module: &ModuleReport) -> String {
    if module.state == State::Skipped {
        return String::new();
    }
    let items = match module.items {
        0 => String::new(),
        items => counted(items, ["item", "items"]),
    };
    let checks = tally_of(std::iter::once(module));
    match (items.is_empty(), checks.is_empty()) {
        (false, false) => format!("{items}; {checks}"),
        _ => items + &checks,
    }
}

/// The number of checks with each outcome.
pub(super) fn tally_of<'a>(modules: impl Iterator<Item = &'a ModuleReport>) -> String {
    let (mut passed, mut failed, mut skipped) = (0, 0, 0);
    for module in modules.filter(|module| module.state != State::Absent) {
        for check in &module.checks {
            match check.outcome {
                Outcome::Passed => passed += 1,
                Outcome::Failed => failed += 1,
                Outcome::Skipped => skipped += 1,
            }
        }
    }
    let outcomes = [(passed, "passed"), (failed, "failed"), (skipped, "skipped")];
    let mut tally: Vec<_> = outcomes
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, word)| (count, format!("{count} {word}")))
        .collect();
    // The noun stands once, after the first number.
    if let Some((count, first)) = tally.first_mut() {
        let noun = if *count == 1 { "check" } else { "checks" };
        *first = first.replacen(' ', &format!(" {noun} "), 1);
    }
    let words: Vec<_> = tally.into_iter().map(|(_, words)| words).collect();
    words.join(", ")
}

/// The checks that were skipped for one reason.
#[derive(Default)]
pub(super) struct Skipped<'a> {
    /// Modules in which every check was skipped.
    modules: Vec<&'a str>,
    checks: Vec<&'a str>,
}

impl Skipped<'_> {
    pub(super) fn names(&self) -> String {
        let mut names = self.modules.join(", ");
        if !names.is_empty() {
            names.insert_str(0, "all of ");
        }
        if !names.is_empty() && !self.checks.is_empty() {
            names.push_str("; ");
        }
        names + &self.checks.join(", ")
    }
}

/// The skipped checks by reason, in the order of the report, without undeclared modules.
pub(super) fn skips(report: &Report) -> Vec<(&str, Skipped<'_>)> {
    let mut order = Vec::new();
    let mut skips: BTreeMap<&str, Skipped<'_>> = BTreeMap::new();
    for module in &report.modules {
        if module.state == State::Absent {
            continue;
        }
        let skipped: Vec<_> = module
            .checks
            .iter()
            .filter(|check| check.outcome == Outcome::Skipped)
            .map(|check| {
                let reason = check.reason.as_deref();
                (reason.unwrap_or("the check could not run"), &check.id)
            })
            .collect();
        let whole =
            module.state == State::Skipped && skipped.windows(2).all(|pair| pair[0].0 == pair[1].0);
        for (reason, id) in &skipped {
            let of_reason = skips.entry(reason).or_insert_with(|| {
                order.push(*reason);
                Skipped::default()
            });
            if whole {
                of_reason.modules.push(module.module.as_str());
                break;
            }
            of_reason.checks.push(id);
        }
    }
    order
        .into_iter()
        .filter_map(|reason| Some((reason, skips.remove(reason)?)))
        .collect()
}

/// A number with its noun, in singular or plural.
pub fn counted(count: u64, words: [&str; 2]) -> String {
    let word = if count == 1 { words[0] } else { words[1] };
    format!("{} {word}", grouped(count))
}

/// A number with separators: `1,000,000`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut grouped = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// A rounded time in words.
pub(super) fn duration(milliseconds: u64) -> String {
    let seconds = milliseconds / 1000;
    match seconds {
        0 => format!("{milliseconds} ms"),
        1..60 => format!("{seconds}.{} s", milliseconds % 1000 / 100),
        _ => format!("{} min {} s", seconds / 60, seconds % 60),
    }
}
