//! The first page: the provider, its verification and the results.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::app::App;
use super::dev;
use super::fields::Fields;
use super::page::{Page, Part, csrf, failed};
use super::text::plain;
use super::verification::{Running, State as Run};

mod results;

use churnkey_verify::{Report, Severity, Verifier};
use results::{badge, results, severity};

/// The page with the provider and the results.
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    let run = app.verification.state();
    let page = Page::new(Part::Provider, title(&run));
    let page = match run {
        Run::Running(_) => page.reload(2),
        _ if app.dev.is_on() => page.reload(3),
        _ => page,
    };
    let main = html! {
        h1 { "Provider" }
        (dev::panel(&app))
        (card(&app, &run))
        @match &run {
            Run::Pending => {}
            Run::Running(running) => (under_way(&app, running)),
            Run::Broken(why) => {
                section.problem role="alert" {
                    h2 id="results" tabindex="-1" { "Nothing was verified" }
                    p { (plain(why)) }
                }
            }
            Run::Stopped(report) | Run::Ended(report) => (results(report)),
        }
    };
    page.show(&app, main)
}

/// Starts a verification.
pub(super) async fn start(
    State(app): State<Arc<App>>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let verifier = match verifier(&app, &fields) {
        Ok(verifier) => verifier,
        Err(why) => return failed(&app, axum::http::StatusCode::BAD_REQUEST, &why),
    };
    app.verify(verifier);
    Redirect::to("/").into_response()
}

fn verifier(app: &App, fields: &Fields) -> Result<Verifier, String> {
    let mut verifier = Verifier::of_url(&app.url)
        .map_err(|why| why.to_string())?
        .token(app.client.token())
        .mode(app.mode())
        .actions(fields.has("actions") && !app.is_live())
        .same_data(app.same_data);
    if let Some(sample) = fields.filled("sample") {
        let sample = sample.parse().ok().filter(|sample| *sample > 0);
        let sample = sample.ok_or("Items of each list: enter a number from 1.")?;
        verifier = verifier.sample(sample);
    }
    if let Some(customer) = fields.filled("customer") {
        verifier = verifier.customer(customer);
    }
    Ok(verifier)
}

/// Stops the current verification.
pub(super) async fn stop(State(app): State<Arc<App>>) -> Response {
    app.verification.stop();
    Redirect::to("/").into_response()
}

/// The fragment with which the script replaces the progress on the page.
pub(super) async fn progress(State(app): State<Arc<App>>) -> Response {
    let fragment = match app.verification.state() {
        Run::Running(running) => so_far(&running),
        _ => html! { div id="progress" data-done {} },
    };
    Html(fragment.into_string()).into_response()
}

impl App {
    /// Starts a verification, unless one is running.
    pub(super) fn verify(self: &Arc<Self>, verifier: Verifier) {
        let (log, source) = (Arc::clone(&self.requests), self.requests.verification());
        let pinned = self.pins.all().into_iter();
        let verifier = pinned
            .fold(verifier, |verifier, id| verifier.customer(id))
            .on_sent(move |sent| log.add(source, sent));
        let cleaner = Arc::clone(self);
        self.verification
            .start(verifier, move |report| cleaner.without_token_in(report));
    }

    /// Removes the token from a report. A report quotes error messages of the provider, which may
    /// contain the token.
    fn without_token_in(&self, mut report: Report) -> Report {
        let clean = |text: &mut String| {
            if let Some(clean) = self.scrubbed(text) {
                *text = clean;
            }
        };
        for finding in &mut report.findings {
            clean(&mut finding.expected);
            clean(&mut finding.found);
            finding.path.iter_mut().for_each(clean);
            finding.request.iter_mut().for_each(clean);
        }
        for module in &mut report.modules {
            for check in &mut module.checks {
                check.reason.iter_mut().for_each(clean);
            }
        }
        for change in &mut report.changes {
            clean(&mut change.customer_id);
            change.subscription_id.iter_mut().for_each(clean);
            clean(&mut change.what);
        }
        report
    }
}

fn title(run: &Run) -> String {
    match run {
        Run::Pending => "Provider, pending".to_owned(),
        Run::Running(_) => "Provider, verifying".to_owned(),
        Run::Stopped(_) => "Provider, stopped".to_owned(),
        Run::Broken(_) => "Provider, failing".to_owned(),
        Run::Ended(report) if report.is_good(false) => "Provider, verified".to_owned(),
        Run::Ended(_) => "Provider, failing".to_owned(),
    }
}

fn card(app: &App, run: &Run) -> Markup {
    let (class, word, description) = match run {
        Run::Pending => (
            "pending",
            "Pending",
            "Not verified since this dashboard was started.".to_owned(),
        ),
        Run::Running(_) => (
            "pending",
            "Verifying",
            "A verification is running.".to_owned(),
        ),
        Run::Stopped(report) => (
            "pending",
            "Stopped",
            format!("The last verification was stopped. {}", summary(report)),
        ),
        Run::Broken(_) => (
            "faulty",
            "Failing",
            "The last verification could not be completed.".to_owned(),
        ),
        Run::Ended(report) if report.is_good(false) => ("good", "Verified", summary(report)),
        Run::Ended(report) => ("faulty", "Failing", summary(report)),
    };
    html! {
        section.card.provider aria-labelledby="provider-name" {
            div.card-head {
                h2 id="provider-name" { "Custom provider" }
                span class={ "badge state-" (class) } id="state" { (word) }
            }
            dl.facts {
                dt { "API root URL" } dd { code { (app.client.target()) } }
                dt { "Mode" } dd { (app.mode().as_str()) }
                dt { "State" } dd { (description) }
            }
            @if !matches!(run, Run::Running(_)) {
                form method="post" action="/verify" {
                    (csrf(app))
                    details {
                        summary { "Options" }
                        div.fields {
                            p.field {
                                label for="sample" { "Maximum items of each list" }
                                input id="sample" name="sample" type="number" min="1" inputmode="numeric" placeholder="all";
                            }
                            p.field {
                                label for="customer" { "Id of a customer, if the provider does not list customers" }
                                input id="customer" name="customer" autocomplete="off" spellcheck="false";
                            }
                            @if !app.is_live() {
                                p.check {
                                    input id="actions" name="actions" type="checkbox" value="on";
                                    label for="actions" { "Also carry out actions, which change test data" }
                                }
                            }
                        }
                    }
                    button.primary type="submit" { "Verify" }
                }
            }
        }
    }
}

fn summary(report: &Report) -> String {
    let count = |severity, one: &str, more: &str| match report.count(severity) {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {more}")),
    };
    let found: Vec<_> = [
        count(Severity::Error, "error", "errors"),
        count(Severity::Warning, "warning", "warnings"),
        count(Severity::Advice, "piece of advice", "pieces of advice"),
    ]
    .into_iter()
    .flatten()
    .collect();
    let found = match found.is_empty() {
        true => "No faults".to_owned(),
        false => found.join(", "),
    };
    let seconds = f64::from(u32::try_from(report.milliseconds).unwrap_or(u32::MAX)) / 1000.0;
    let part = if report.complete {
        ""
    } else {
        "; not all checks could run"
    };
    format!(
        "{found}, in {} requests and {seconds:.1} s{part}.",
        report.requests
    )
}

fn under_way(app: &App, running: &Running) -> Markup {
    html! {
        section.card aria-labelledby="verifying" {
            h2 id="verifying" { "Verifying" }
            div id="progress-place" { (so_far(running)) }
            form method="post" action="/verify/stop" {
                (csrf(app))
                button type="submit" { "Stop" }
            }
        }
    }
}

fn so_far(running: &Running) -> Markup {
    let status = match running.current {
        Some(module) => format!("Checking {module}"),
        None => "Connecting to the provider".to_owned(),
    };
    html! {
        div id="progress" data-status=(status) {
            p.now { (status) ": " (running.items) " items, " (running.requests) " requests so far" }
            ul.modules-so-far {
                @for report in &running.ended {
                    li { (badge(report)) " " (report.module) @if report.items > 0 { span.muted { " · " (report.items) " items" } } }
                }
                @if let Some(module) = running.current
                    && !running.ended.iter().any(|report| report.module == module) {
                    li { span class="badge state-pending" { "running" } " " (module) }
                }
            }
            @if !running.findings.is_empty() {
                p { (running.findings.len()) " findings so far:" }
                ul {
                    @for finding in running.findings.iter().rev().take(10) {
                        li { (severity(finding.severity)) " " code { (finding.id) } }
                    }
                }
            }
        }
    }
}
