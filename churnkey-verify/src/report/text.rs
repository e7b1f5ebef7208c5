//! A report as text. Every symbol and color has a word next to it, for screen readers and plain
//! terminals.

use std::fmt;

use super::tally::{counted, duration, grouped, skips, tally, tally_of};
use super::{Finding, ModuleReport, Outcome, Report, State};
use crate::check::Severity;
use crate::module::Module;
use crate::printable::printable;

/// The role of a piece of text, for coloring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// A title.
    Heading,
    /// A good result.
    Good,
    /// An error.
    Error,
    /// A warning.
    Warning,
    /// A piece of advice.
    Advice,
    /// Less important text.
    Aside,
}

/// The layout of a report.
#[derive(Clone, Copy, Debug)]
pub struct Layout {
    /// Columns of a line. Lines for the shell are not wrapped.
    pub width: usize,
    /// Shows only findings and the summary.
    pub quiet: bool,
    /// Colors a text.
    pub paint: fn(Style, &str) -> String,
}

impl Layout {
    /// A layout without colors.
    pub(crate) const PLAIN: Self = Self {
        width: 100,
        quiet: false,
        paint: |_, text| text.to_owned(),
    };
}

/// Writes a report.
pub fn write(report: &Report, layout: Layout, out: &mut dyn fmt::Write) -> fmt::Result {
    let mut renderer = Renderer { layout, out };
    if layout.quiet {
        renderer.unexercised(report)?;
        if report.findings.is_empty() {
            return Ok(());
        }
        renderer.findings(report)?;
        return renderer.summary(report);
    }
    renderer.head(report)?;
    renderer.modules(report)?;
    renderer.findings(report)?;
    renderer.skips(report)?;
    renderer.changes(report)?;
    renderer.summary(report)
}

/// Writes one finding without colors.
pub(super) fn write_finding(finding: &Finding, out: &mut dyn fmt::Write) -> fmt::Result {
    let layout = Layout::PLAIN;
    Renderer { layout, out }.render_finding(finding)
}

struct Renderer<'a> {
    layout: Layout,
    out: &'a mut dyn fmt::Write,
}

/// Indents of the second column: in the list of modules, and in a finding.
const MODULE_INDENT: usize = 28;
const FINDING_INDENT: usize = 14;

impl Renderer<'_> {
    /// The modules that should have been exercised and were not.
    fn unexercised(&mut self, report: &Report) -> fmt::Result {
        let missing = report.coverage.unexercised.iter();
        let missing = missing.map(|one| format!("{} ({})", one.module, printable(&one.reason)));
        let missing: Vec<_> = missing.collect();
        if missing.is_empty() {
            return Ok(());
        }
        let first = self.painted(Style::Warning, "Not exercised");
        self.paragraph("", "", &format!("{first}: {}.", missing.join("; ")))
    }

    fn head(&mut self, report: &Report) -> fmt::Result {
        self.unexercised(report)?;
        let title = format!("churnkey verify: {}", printable(&report.target));
        let title = self.painted(Style::Heading, &title);
        let mode = match report.mode.as_str() {
            "live" => self.painted(Style::Warning, "LIVE data"),
            mode => format!("{mode} data"),
        };
        writeln!(self.out, "{title}, {mode}")?;
        let is_read = report
            .modules
            .iter()
            .any(|module| module.module != Module::Manifest && is_checked(module));
        let read = match is_read {
            true => {
                "Fetched the feature manifest and checked the modules below, like the Verify button of Churnkey's dashboard."
            }
            false => {
                "Fetched the feature manifest, like the Verify button of Churnkey's dashboard."
            }
        };
        let changed = match (report.actions_sent, report.changes.is_empty()) {
            (0, _) => "No action was sent, and no data was changed.",
            (_, true) => "Actions were sent, and no change was seen.",
            (_, false) => "Actions were sent; their changes are listed below.",
        };
        self.paragraph("", "", &format!("{read} {changed}"))?;
        writeln!(self.out)
    }

    fn modules(&mut self, report: &Report) -> fmt::Result {
        for module in &report.modules {
            let worst = report
                .findings
                .iter()
                .filter(|finding| finding.concerns(module.module))
                .map(|finding| finding.severity)
                .max();
            let (mark, style) = match (module.state, worst) {
                (State::Faulty, _) => ("✗", Style::Error),
                (State::Good, None) => ("✓", Style::Good),
                (State::Good, Some(worst)) => ("!", style(worst)),
                (State::Skipped | State::Absent, _) => ("–", Style::Aside),
            };
            let word = match (module.state, worst) {
                (State::Good, Some(worst)) => worst.as_str(),
                (state, _) => state.as_str(),
            };
            let name = module.module.as_str();
            let first = self.painted(style, mark);
            // Without a tally, the word ends the line and may be longer than its column.
            let tally = tally(module);
            if tally.is_empty() {
                let word = self.painted(style, word);
                writeln!(self.out, "  {first} {name:<14} {word}")?;
            } else {
                let word = self.painted(style, &format!("{word:<8}"));
                let first = format!("  {first} {name:<14} {word} ");
                self.paragraph(&first, &" ".repeat(MODULE_INDENT), &tally)?;
            }
            if !module.features.is_empty() {
                let features = printable(&module.features.join("; "));
                let indent = " ".repeat(MODULE_INDENT);
                self.paragraph(&indent, &indent, &features)?;
            }
        }
        writeln!(self.out)
    }

    fn findings(&mut self, report: &Report) -> fmt::Result {
        if report.findings.is_empty() {
            return Ok(());
        }
        self.heading("Findings")?;
        for finding in &report.findings {
            self.render_finding(finding)?;
            writeln!(self.out)?;
        }
        Ok(())
    }

    fn render_finding(&mut self, finding: &Finding) -> fmt::Result {
        let severity = self.painted(style(finding.severity), finding.severity.as_str());
        let id = self.painted(Style::Heading, &printable(&finding.id));
        let known = finding.known.as_str();
        let known = self.painted(Style::Aside, &format!("({known})"));
        writeln!(self.out, "  {severity}  {id}  {known}")?;
        self.render_line("rule", &finding.rule)?;
        if let Some(path) = &finding.path {
            self.render_line("at", path)?;
        }
        self.render_line("expected", &finding.expected)?;
        let count = (finding.count > 1).then(|| format!("in {} places", grouped(finding.count)));
        let item = finding.item.as_ref().map(|id| match finding.count {
            0 | 1 => format!("of {id}"),
            _ => format!("first of {id}"),
        });
        let places: Vec<_> = count.into_iter().chain(item).collect();
        match places.is_empty() {
            true => self.render_line("found", &finding.found)?,
            false => {
                let found = format!("{} ({})", finding.found, places.join(", "));
                self.render_line("found", &found)?;
            }
        }
        if !finding.also.is_empty() {
            let also = finding.places().skip(1).map(|(id, path)| match path {
                Some(path) => format!("{id} at {path}"),
                None => id.to_owned(),
            });
            self.render_line("also", &also.collect::<Vec<_>>().join(", "))?;
        }
        if let Some(request) = &finding.request {
            let label = self.label("request");
            writeln!(self.out, "{label}{}", printable(request))?;
        }
        let fix = format!("{}: {}", finding.cause.as_str(), finding.fix);
        self.render_line("fix", &fix)
    }

    fn skips(&mut self, report: &Report) -> fmt::Result {
        let skips = skips(report);
        if skips.is_empty() {
            return Ok(());
        }
        self.heading("Skipped checks")?;
        for (reason, skipped) in skips {
            let reason = printable(reason);
            self.paragraph("  – ", "    ", &format!("{reason}:"))?;
            self.paragraph("      ", "      ", &skipped.names())?;
        }
        writeln!(self.out)
    }

    fn changes(&mut self, report: &Report) -> fmt::Result {
        if report.changes.is_empty() {
            return Ok(());
        }
        self.heading("Changes")?;
        for change in &report.changes {
            let of = match &change.subscription_id {
                Some(id) => format!("subscription {id} of customer {}", change.customer_id),
                None => format!("customer {}", change.customer_id),
            };
            let first = format!("  {:<14} ", change.module);
            let text = printable(&format!("{of}: {}", change.what));
            self.paragraph(&first, &" ".repeat(17), &text)?;
        }
        writeln!(self.out)
    }

    fn summary(&mut self, report: &Report) -> fmt::Result {
        let of = |severity: Severity, words: [&str; 2]| match report.count(severity) {
            0 => None,
            1 => Some(format!("1 {}", words[0])),
            many => Some(format!("{many} {}", words[1])),
        };
        let counts: Vec<_> = [
            of(Severity::Error, ["error", "errors"]),
            of(Severity::Warning, ["warning", "warnings"]),
            of(Severity::Advice, ["piece of advice", "pieces of advice"]),
        ]
        .into_iter()
        .flatten()
        .collect();
        let (style, verdict) = match report.findings.iter().map(|finding| finding.severity).max() {
            None if report.complete => (Style::Good, "Good".to_owned()),
            None => (Style::Warning, "No finding, but incomplete".to_owned()),
            Some(worst) if report.complete => (style(worst), counts.join(", ")),
            Some(worst) => (
                style(worst),
                format!("{}, and incomplete", counts.join(", ")),
            ),
        };
        let verdict = self.painted(style, &verdict);
        let tally = tally_of(report.modules.iter());
        let requests = counted(report.requests, ["request", "requests"]);
        let time = duration(report.milliseconds);
        let tally = match tally.is_empty() {
            true => "nothing was checked",
            false => &tally,
        };
        self.paragraph(
            "",
            "",
            &format!("{verdict}: {tally}; {requests} in {time}."),
        )
    }

    fn heading(&mut self, text: &str) -> fmt::Result {
        let text = self.painted(Style::Heading, text);
        writeln!(self.out, "{text}\n")
    }

    fn render_line(&mut self, label: &str, text: &str) -> fmt::Result {
        let label = self.label(label);
        self.paragraph(&label, &" ".repeat(FINDING_INDENT), &printable(text))
    }

    fn label(&self, label: &str) -> String {
        self.painted(Style::Aside, &format!("    {label:<8}  "))
    }

    /// Writes a wrapped text. The prefixes of the first line and of the others have the same width.
    fn paragraph(&mut self, first: &str, others: &str, text: &str) -> fmt::Result {
        let width = self.layout.width.saturating_sub(others.len()).max(20);
        let mut before = first;
        // A wrapped id could not be copied.
        let options = textwrap::Options::new(width)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation);
        for line in textwrap::wrap(text, options) {
            writeln!(self.out, "{before}{line}")?;
            before = others;
        }
        Ok(())
    }

    fn painted(&self, style: Style, text: &str) -> String {
        (self.layout.paint)(style, text)
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Error,
        Severity::Warning => Style::Warning,
        Severity::Advice => Style::Advice,
    }
}

fn is_checked(module: &ModuleReport) -> bool {
    let is_done = |outcome| outcome != Outcome::Skipped;
    module.checks.iter().any(|check| is_done(check.outcome))
}

/// The finding as text, without colors.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_finding(self, f)
    }
}

/// The report as text, without colors.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(self, Layout::PLAIN, f)
    }
}
