//! The results of a verification.

use churnkey_verify::{Finding, Known, ModuleReport, Outcome, Report, Severity, State};
use maud::{Markup, html};

use crate::dashboard::subscription::customer_path;
use crate::dashboard::text::{block, plain, text};

/// The results of a verification: modules, findings and changes.
pub(super) fn results(report: &Report) -> Markup {
    html! {
        section aria-labelledby="results" {
            h2 id="results" tabindex="-1" { "Results" }
            @if are_actions_untried(report) {
                p.muted {
                    "The actions were not tested, because they change data."
                    @if report.mode == "test" { " To test them, check the box in the options of Verify." }
                }
            }
            div.scroll tabindex="0" role="region" aria-label="Results for each module" {
                table.stack role="table" {
                    caption.sr { "Results for each module" }
                    thead role="rowgroup" {
                        tr role="row" {
                            @for column in ["Module", "Result", "Supports", "Items", "Checks"] {
                                th.number[column == "Items"] role="columnheader" scope="col" { (column) }
                            }
                        }
                    }
                    tbody role="rowgroup" { @for module in &report.modules { (row(module, report)) } }
                }
            }
        }
        @if !report.findings.is_empty() {
            section aria-labelledby="findings" {
                h2 id="findings" { "Findings" }
                @for finding in &report.findings { (show_finding(finding)) }
            }
        }
        @if !report.changes.is_empty() {
            section aria-labelledby="changes" {
                h2 id="changes" { "Changes to data" }
                ul {
                    @for change in &report.changes {
                        li {
                            (change.module) " of "
                            a href=(customer_path(&change.customer_id)) {
                                (text(&change.customer_id))
                            }
                            @if let Some(id) = &change.subscription_id { ", " (text(id)) }
                            ": " (text(&change.what))
                        }
                    }
                }
            }
        }
    }
}

fn row(module: &ModuleReport, report: &Report) -> Markup {
    let findings = report
        .findings
        .iter()
        .filter(|finding| finding.concerns(module.module))
        .count();
    html! {
        // Explicit roles keep the table semantics on narrow pages, where CSS stacks the cells.
        tr role="row" {
            th role="rowheader" scope="row" { (module.module) @if module.module.is_required() { span.muted { " required" } } }
            td role="cell" { (badge(module)) }
            td role="cell" { @for feature in &module.features { span.feature { (plain(feature)) } " " } }
            td.number role="cell" { @if module.module.is_controller() && module.state != State::Absent { (module.items) } }
            td role="cell" { (checks(module, findings)) }
        }
    }
}

/// True if the actions were not requested, or if there was no data to test them on.
fn are_actions_untried(report: &Report) -> bool {
    let mut actions = report
        .modules
        .iter()
        .filter(|module| module.module.is_action());
    actions.all(|action| matches!(action.state, State::Skipped | State::Absent))
}

fn checks(module: &ModuleReport, findings: usize) -> Markup {
    let of = |outcome| {
        let checks = module.checks.iter();
        checks.filter(|check| check.outcome == outcome).count()
    };
    let (passed, failed, skipped) = (
        of(Outcome::Passed),
        of(Outcome::Failed),
        of(Outcome::Skipped),
    );
    html! {
        div.checks {
            @if passed > 0 { span { (passed) " passed" } }
            @if failed > 0 {
                span { strong { (failed) " failed" } " (" (findings) @if findings == 1 { " finding)" } @else { " findings)" } }
            }
            @if skipped > 0 {
                details.inline {
                    summary { (skipped) " skipped" }
                    ul {
                        @for check in &module.checks {
                            @if check.outcome == Outcome::Skipped {
                                li {
                                    code { (check.id) }
                                    @if let Some(reason) = &check.reason { ": " (plain(reason)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The state of a module.
pub(super) fn badge(report: &ModuleReport) -> Markup {
    let class = match report.state {
        State::Absent => "absent",
        state => state.as_str(),
    };
    html! { span class={ "badge state-" (class) } { (report.state.as_str()) } }
}

/// The severity of a finding.
pub(super) fn severity(severity: Severity) -> Markup {
    let word = severity.as_str();
    html! { span class={ "badge severity-" (word) } { (word) } }
}

fn show_finding(finding: &Finding) -> Markup {
    let mark = match finding.known {
        Known::Doc => "stated by Churnkey's guide",
        Known::Assumed => "assumed: Churnkey's guide does not say",
    };
    html! {
        article.card.finding {
            div.card-head {
                h3 { code { (finding.id) } }
                (severity(finding.severity))
            }
            p { (finding.rule) }
            dl.facts {
                @if let Some(path) = &finding.path { dt { "Where" } dd { code { (plain(path)) } } }
                dt { "Expected" } dd { (text(&finding.expected)) }
                dt { "Found" } dd { (text(&finding.found)) @if finding.count > 1 { span.muted { ", in " (finding.count) " places" } } }
                dt { "Cause" } dd { (finding.cause.as_str()) span.muted { " (" (mark) ")" } }
                dt { "Fix" } dd { (finding.fix) }
            }
            @if let Some(request) = &finding.request {
                p.caption { "Request" }
                pre.copyable tabindex="0" aria-label={ "Request that shows " (finding.id) } { code { (block(request)) } }
            }
        }
    }
}
