//! A report as Markdown, for the summary of a job.

use std::fmt::Write as _;

use churnkey_verify::internal::printable;
use churnkey_verify::{Finding, ModuleReport, Outcome, Report, Severity, State};

use crate::gates::Gates;

/// The report as Markdown. Text of the provider is escaped, so that it cannot add a link or markup.
pub(crate) fn markdown(report: &Report, strict: bool, gates: &Gates) -> String {
    let mut page = String::new();
    let verdict = match gates.is_good(report, strict) {
        true => "✅ good",
        false => "❌ faulty",
    };
    // Writing to a string does not fail.
    let _ = writeln!(page, "## churnkey verify: {verdict}\n");
    let target = escaped(&report.target);
    let _ = writeln!(
        page,
        "{target}, {} data, {}\n",
        escaped(&report.mode),
        counts(report)
    );
    if !report.complete {
        page.push_str("The run ended before all checks ran.\n\n");
    }
    page.push_str("| module | result | items | passed | failed | skipped |\n");
    page.push_str("| --- | --- | ---: | ---: | ---: | ---: |\n");
    for module in &report.modules {
        page.push_str(&row(module));
    }
    if !report.findings.is_empty() {
        page.push_str("\n### Findings\n");
        for finding in &report.findings {
            page.push_str(&of_finding(finding, gates.is_known(finding)));
        }
    }
    let text = gates.text();
    if !text.is_empty() {
        let _ = writeln!(page, "\n### Gates\n\n{}", block(text.trim()));
    }
    page
}

fn counts(report: &Report) -> String {
    let of = |severity| report.count(severity);
    format!(
        "{} errors, {} warnings, {} pieces of advice in {} requests",
        of(Severity::Error),
        of(Severity::Warning),
        of(Severity::Advice),
        report.requests
    )
}

fn row(module: &ModuleReport) -> String {
    let of = |outcome| {
        let checks = module.checks.iter();
        checks.filter(|check| check.outcome == outcome).count()
    };
    let mark = match module.state {
        State::Good => "✅",
        State::Faulty => "❌",
        _ => "➖",
    };
    format!(
        "| {} | {mark} {} | {} | {} | {} | {} |\n",
        module.module.as_str(),
        module.state.as_str(),
        module.items,
        of(Outcome::Passed),
        of(Outcome::Failed),
        of(Outcome::Skipped)
    )
}

fn of_finding(finding: &Finding, is_known: bool) -> String {
    let known = if is_known { ", in the baseline" } else { "" };
    let severity = finding.severity.as_str();
    let mut text = format!("\n#### {severity}: {}{known}\n\n", escaped(&finding.id));
    let _ = writeln!(
        text,
        "{} ({})\n",
        escaped(&finding.rule),
        finding.known.as_str()
    );
    let place = finding.path.as_deref();
    let count = finding.count.to_string();
    let also: Vec<_> = finding.places().skip(1).map(|(id, _)| id).collect();
    let also = also.join(", ");
    for (label, value) in [
        ("at", place),
        ("expected", Some(&*finding.expected)),
        ("found", Some(&*finding.found)),
        ("item", finding.item.as_deref()),
        ("places", (finding.count > 1).then_some(&*count)),
        ("also", (!also.is_empty()).then_some(&*also)),
        ("fix", Some(&*finding.fix)),
    ] {
        if let Some(value) = value {
            let _ = writeln!(text, "- {label}: {}", escaped(value));
        }
    }
    if let Some(request) = &finding.request {
        let _ = writeln!(text, "\n{}", block(&printable(request)));
    }
    text
}

/// A block of code, whose fence is longer than every run of backticks in it.
fn block(text: &str) -> String {
    let longest = text
        .split(|char| char != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{text}\n{fence}")
}

/// Text without any markup.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for char in printable(text).chars() {
        match char {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            // A backslash does not prevent a mention.
            '@' => escaped.push_str("&#64;"),
            // A link is made of text with such a colon.
            ':' => escaped.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '(' | ')' | '#' | '|' | '~' | '!' => {
                escaped.push('\\');
                escaped.push(char);
            }
            _ => escaped.push(char),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faulty() -> Report {
        serde_json::from_str(include_str!("tests/faulty.json")).expect("a report")
    }

    #[test]
    fn page_has_every_module_and_finding() {
        let report = faulty();
        let page = markdown(&report, false, &Gates::default());
        assert!(
            page.starts_with("## churnkey verify: ❌ faulty\n"),
            "{page}"
        );
        for module in &report.modules {
            assert!(page.contains(&format!("| {} |", module.module)), "{page}");
        }
        let headings = page.matches("\n#### ").count();
        assert_eq!(headings, report.findings.len(), "{page}");
        assert!(page.contains("curl -i"), "{page}");
    }

    #[test]
    fn hostile_text_adds_no_markup() {
        let hostile =
            "| x |\n# title\n![i](http://e.test/i) <img src=x> ```\n@all [l](javascript:x)";
        let mut report = faulty();
        for finding in &mut report.findings {
            finding.path = Some(hostile.to_owned());
            finding.found = hostile.to_owned();
            finding.request = Some(format!("curl ````` {hostile}"));
        }
        report.target = hostile.to_owned();
        let page = markdown(&report, false, &Gates::default());
        let mut fence = None;
        for line in page.lines() {
            match fence {
                Some(end) if line == end => fence = None,
                Some(_) => continue,
                None if line.starts_with("```") => fence = Some(line.trim_end_matches("text")),
                None => {
                    let is_heading = line.starts_with("# ");
                    let has_markup = ["<img", "](", "![", "@all"]
                        .iter()
                        .any(|bad| line.contains(bad));
                    assert!(!is_heading && !has_markup, "{line}");
                }
            }
        }
        assert_eq!(fence, None, "{page}");
    }
}
