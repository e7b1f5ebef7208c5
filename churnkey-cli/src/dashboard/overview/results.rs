//! The results of a run: findings first, then the modules with what was not exercised, then the
//! changes that the actions made.

use churnkey_verify::{CHECKS, Check, CheckReport, Module, ModuleReport, Outcome, Report, State};
use maud::{Markup, html};

use super::badges::badge;
use super::export::FORMATS;
use super::findings::findings;
use crate::dashboard::links::customer_path;
use crate::dashboard::table::{Row, numbers, table, words};
use crate::dashboard::text::{plain, text};
use crate::dashboard::verification::{End, Run};

/// The results of a run. `id` is the anchor of the first heading.
pub(super) fn results(run: &Run, id: &str) -> Markup {
    let report = &run.report;
    let has_findings = !report.findings.is_empty();
    html! {
        @if run.end == End::CutOff {
            p.notice.down role="note" {
                "The provider could not be reached any more during this run, so its results are not complete. This is not counted as a fault."
            }
        }
        @if has_findings { (findings(run, id)) }
        section aria-labelledby={ @if has_findings { "modules" } @else { (id) } } {
            h2 id={ @if has_findings { "modules" } @else { (id) } } tabindex="-1" { "Modules" }
            (unexercised(report))
            (modules(report))
            (exports(run))
        }
        @if !report.changes.is_empty() { (changes(report)) }
    }
}

/// The modules that no check exercised.
fn unexercised(report: &Report) -> Markup {
    let coverage = &report.coverage;
    html! {
        p.muted {
            (coverage.exercised) " of " (coverage.checks) " checks ran."
            @if are_actions_untried(report) {
                " The actions were not tested, because they change data."
                @if report.mode == "test" { " To test them, check the box in the options of Verify." }
            }
        }
        @if !coverage.unexercised.is_empty() {
            section.notice.warn aria-labelledby="unexercised" {
                h3 id="unexercised" { "Not exercised" }
                ul {
                    @for one in &coverage.unexercised {
                        li { strong { (one.module) } ": " (plain(&one.reason)) }
                    }
                }
            }
        }
    }
}

fn modules(report: &Report) -> Markup {
    let columns = [
        words("Module"),
        words("Result"),
        words("Supports"),
        numbers("Items"),
        words("Checks"),
    ];
    let rows: Vec<_> = report
        .modules
        .iter()
        .map(|module| Row::Cells(row(module, report)))
        .collect();
    table("Results for each module", &columns, &rows)
}

fn row(module: &ModuleReport, report: &Report) -> Vec<Markup> {
    let of_module = report.findings.iter();
    let findings = of_module.filter(|finding| finding.concerns(module.module));
    let findings = findings.count();
    let has_items = module.module.is_controller() && module.state != State::Absent;
    vec![
        html! { (module.module) @if module.module.is_required() { span.muted { " required" } } },
        badge(module),
        html! { @for feature in &module.features { span.feature { (plain(feature)) } " " } },
        html! { @if has_items { (module.items) } },
        html! { @if module.state != State::Absent { (checks(module, findings)) } },
    ]
}

/// True if the actions were not requested, or if there was no data to test them on.
fn are_actions_untried(report: &Report) -> bool {
    let mut actions = report
        .modules
        .iter()
        .filter(|module| module.module.is_action());
    actions.all(|action| matches!(action.state, State::Skipped | State::Absent))
}

/// The checks of a module by outcome. Those that passed or were skipped can be listed.
fn checks(module: &ModuleReport, findings: usize) -> Markup {
    let of = |outcome| -> Vec<&CheckReport> {
        let checks = module.checks.iter();
        checks.filter(|check| check.outcome == outcome).collect()
    };
    let (passed, failed, skipped) = (
        of(Outcome::Passed),
        of(Outcome::Failed),
        of(Outcome::Skipped),
    );
    html! {
        div.checks {
            @if !failed.is_empty() {
                span { strong { (failed.len()) " failed" } " (" (findings) @if findings == 1 { " finding)" } @else { " findings)" } }
            }
            @for (checks, word) in [(&passed, "passed"), (&skipped, "skipped")] {
                @if !checks.is_empty() {
                    details.inline {
                        summary { (checks.len()) " " (word) span.sr { " in " (module.module) } }
                        ul {
                            @for check in checks {
                                li {
                                    code { (check.id) }
                                    @match &check.reason {
                                        Some(reason) => { ": " (plain(reason)) }
                                        None => (rule(module.module, &check.id)),
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The rule of a check with an id, as the rest of a line.
fn rule(module: Module, id: &str) -> Markup {
    let name = id.strip_prefix(module.as_str());
    let name = name.and_then(|name| name.strip_prefix('.'));
    let mut checks = CHECKS.iter();
    let is_it = |check: &&&Check| Some(check.name) == name && check.modules.contains(&module);
    let check = checks.find(is_it);
    html! { @if let Some(check) = check { ": " (check.rule) } }
}

fn exports(run: &Run) -> Markup {
    html! {
        p.exports {
            "Export run " (run.number) ": "
            @for (index, (format, name)) in FORMATS.iter().enumerate() {
                @if index > 0 { " · " }
                a href={ "/run/export?number=" (run.number) "&format=" (format) } download { (name) }
            }
        }
    }
}

fn changes(report: &Report) -> Markup {
    let columns = [
        words("Action"),
        words("Customer"),
        words("Subscription"),
        words("Change"),
    ];
    let rows: Vec<_> = report
        .changes
        .iter()
        .map(|change| {
            Row::Cells(vec![
                html! { (change.module) },
                html! {
                    a href=(customer_path(&change.customer_id)) { (text(&change.customer_id)) }
                },
                html! { @if let Some(id) = &change.subscription_id { (text(id)) } },
                text(&change.what),
            ])
        })
        .collect();
    html! {
        section aria-labelledby="changes" {
            h2 id="changes" { "Changes to data" }
            (table("Changes to data", &columns, &rows))
        }
    }
}
