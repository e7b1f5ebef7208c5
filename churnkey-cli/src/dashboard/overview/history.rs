//! The history of the runs: their list, one of them, and the differences between two.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use churnkey_verify::Finding;
use maud::{Markup, html};

use super::badges::{counts, severity, state, summary, verdict};
use super::export::{gone, run_in};
use super::results::results;
use crate::dashboard::app::App;
use crate::dashboard::changes::{Changes, changes};
use crate::dashboard::fields::Fields;
use crate::dashboard::page::{Page, Part};
use crate::dashboard::table::{Row, numbers, table, words};
use crate::dashboard::text::{ago, plain};
use crate::dashboard::verification::Run;

/// The number of runs on the first page.
const LATEST: usize = 5;

/// The last runs, if there are several.
pub(super) fn latest(app: &App) -> Markup {
    let runs = app.verification.runs();
    html! {
        @if runs.len() > 1 {
            section aria-labelledby="runs" {
                h2 id="runs" { "Runs" }
                (list(&runs, LATEST))
                p { a href="/runs" { "All runs, and the differences between two" } }
            }
        }
    }
}

/// The page with all runs.
pub(in crate::dashboard) async fn runs(State(app): State<Arc<App>>) -> Response {
    let runs = app.verification.runs();
    let main = html! {
        (back())
        h1 { "Runs" }
        p.muted { "The runs since this dashboard was started, the newest first." }
        @if runs.is_empty() { p { "The provider was not verified yet." } }
        @else { (list(&runs, usize::MAX)) }
        @if runs.len() > 1 { (chooser(&runs)) }
    };
    Page::new(Part::Provider, "Runs").show(&app, main)
}

fn back() -> Markup {
    html! { nav.back aria-label="Back" { a href="/" { "Provider" } } }
}

fn list(runs: &[Arc<Run>], limit: usize) -> Markup {
    let columns = [
        words("Run"),
        words("Ended"),
        words("Result"),
        words("Findings"),
        numbers("Requests"),
        words("Differences"),
    ];
    let older = runs.iter().skip(1).map(Some).chain([None]);
    let rows: Vec<_> = runs
        .iter()
        .zip(older)
        .take(limit)
        .map(|(run, older)| {
            Row::Cells(vec![
                html! { a href={ "/run?number=" (run.number) } { "Run " (run.number) } },
                ago(run.at),
                badge(run),
                html! { (counts(&run.report)) },
                html! { (run.report.requests) },
                html! { @if let Some(older) = older { (difference(older, run)) } },
            ])
        })
        .collect();
    table("Runs", &columns, &rows)
}

fn badge(run: &Run) -> Markup {
    let (class, word) = verdict(run);
    html! { span class={ "badge state-" (class) } { (word) } }
}

/// A link to the differences, with their number.
fn difference(older: &Run, newer: &Run) -> Markup {
    let changes = changes(&older.report, &newer.report);
    html! {
        a href={ "/runs/compare?from=" (older.number) "&to=" (newer.number) } {
            @if changes.is_empty() { "none" }
            @else if changes.new.is_empty() && changes.fixed.is_empty() { "other results" }
            @else { (changes.new.len()) " new, " (changes.fixed.len()) " fixed" }
            span.sr { " since run " (older.number) }
        }
    }
}

fn chooser(runs: &[Arc<Run>]) -> Markup {
    let choice = |name: &str, label: &str, chosen: usize| {
        html! {
            p.field {
                label for=(name) { (label) }
                select id=(name) name=(name) {
                    @for (index, run) in runs.iter().enumerate() {
                        option value=(run.number) selected[index == chosen] {
                            "Run " (run.number) ", " (counts(&run.report))
                        }
                    }
                }
            }
        }
    };
    html! {
        section aria-labelledby="compare" {
            h2 id="compare" { "Compare two runs" }
            form.search method="get" action="/runs/compare" {
                (choice("from", "Older run", 1))
                (choice("to", "Newer run", 0))
                button.primary type="submit" { "Compare" }
            }
        }
    }
}

/// The page of one run.
pub(in crate::dashboard) async fn run(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let Some(run) = run_in(&app, &fields, "number") else {
        return gone(&app);
    };
    let main = html! {
        nav.back aria-label="Back" { a href="/runs" { "Runs" } }
        h1 { "Run " (run.number) " " (badge(&run)) }
        p { "Ended " (ago(run.at)) ": " (summary(&run.report)) }
        (results(&run, "results"))
    };
    Page::new(Part::Provider, format!("Run {}", run.number)).show(&app, main)
}

/// The page with the differences between two runs.
pub(in crate::dashboard) async fn compare(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let (Some(older), Some(newer)) = (run_in(&app, &fields, "from"), run_in(&app, &fields, "to"))
    else {
        return gone(&app);
    };
    let changes = changes(&older.report, &newer.report);
    let main = html! {
        nav.back aria-label="Back" { a href="/runs" { "Runs" } }
        h1 { "From run " (older.number) " to run " (newer.number) }
        p {
            a href={ "/run?number=" (older.number) } { "Run " (older.number) } " " (badge(&older))
            ", " (ago(older.at)) ", and "
            a href={ "/run?number=" (newer.number) } { "run " (newer.number) } " " (badge(&newer))
            ", " (ago(newer.at)) "."
        }
        (show(&changes))
    };
    Page::new(Part::Provider, "Differences between two runs").show(&app, main)
}

fn show(changes: &Changes<'_>) -> Markup {
    html! {
        @if changes.is_empty() { p.notice role="status" { "Nothing changed." } }
        (list_of("New", "new", &changes.new))
        (list_of("Fixed", "fixed", &changes.fixed))
        (list_of("Not checked again", "unchecked", &changes.unchecked))
        @if changes.remaining > 0 {
            p.muted {
                (changes.remaining)
                @if changes.remaining == 1 { " finding is" } @else { " findings are" }
                " in both runs."
            }
        }
        (modules(changes))
    }
}

fn list_of(title: &str, id: &str, findings: &[&Finding]) -> Markup {
    let columns = [
        words("Check"),
        words("Severity"),
        words("Where"),
        words("Expected"),
        words("Found"),
    ];
    let rows: Vec<_> = findings
        .iter()
        .map(|finding| {
            Row::Cells(vec![
                html! { code { (finding.id) } },
                severity(finding.severity),
                html! { @if let Some(path) = &finding.path { code { (plain(path)) } } },
                html! { (plain(&finding.expected)) },
                html! { (plain(&finding.found)) },
            ])
        })
        .collect();
    html! {
        @if !findings.is_empty() {
            section aria-labelledby=(id) {
                h2 id=(id) { (title) }
                (table(title, &columns, &rows))
            }
        }
    }
}

fn modules(changes: &Changes<'_>) -> Markup {
    let columns = [
        words("Module"),
        words("What"),
        words("Before"),
        words("After"),
    ];
    let mut rows = Vec::new();
    for (module, before, after) in &changes.states {
        rows.push(Row::Cells(vec![
            html! { (module) },
            html! { "result" },
            state(*before),
            state(*after),
        ]));
    }
    for (module, before, after) in &changes.items {
        rows.push(Row::Cells(vec![
            html! { (module) },
            html! { "items" },
            html! { (before) },
            html! { (after) },
        ]));
    }
    for (module, feature) in &changes.features {
        rows.push(Row::Cells(vec![
            html! { (module) },
            html! { "supports" },
            html! {},
            html! { (plain(feature)) },
        ]));
    }
    html! {
        @if !rows.is_empty() {
            section aria-labelledby="modules" {
                h2 id="modules" { "Modules" }
                (table("Modules that changed", &columns, &rows))
            }
        }
    }
}
