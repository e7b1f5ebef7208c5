//! The first page: the provider, its verification and the results.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse as _, Redirect, Response};
use churnkey_verify::Verifier;
use maud::{Markup, html};

use super::app::App;
use super::dev;
use super::fields::Fields;
use super::page::{Page, Part, csrf, failed};
use super::reach::Down;
use super::text::{ago, moment, plain};
use super::verification::{End, Running, State as Current};

mod badges;
mod ended;
mod export;
mod findings;
mod history;
mod results;

pub(super) use export::export;
pub(super) use history::{compare, run, runs};

use badges::{badge, severity, summary, verdict};
use history::latest;
use results::results;

/// The page with the provider and the results.
pub(super) async fn show(State(app): State<Arc<App>>) -> Response {
    let current = app.verification.state();
    let down = match current {
        Current::Running(_) => None,
        _ => app.look().await,
    };
    let page = Page::new(Part::Provider, title(&current, down.as_ref()));
    let page = match current {
        Current::Running(_) => page.reload(2),
        _ if app.dev.is_on() => page.reload(3),
        _ => page,
    };
    let main = html! {
        h1 { "Provider" }
        (dev::panel(&app))
        (card(&app, &current, down.as_ref()))
        @match &current {
            Current::Pending => {}
            Current::Running(running) => (under_way(&app, running)),
            Current::Broken(why) => {
                section.problem role="alert" {
                    h2 id="results" tabindex="-1" { "Nothing was verified" }
                    p { (plain(why)) }
                }
            }
            Current::Ended(run) => { (results(run, "results")) (latest(&app)) },
        }
    };
    page.show(&app, main)
}

/// Looks for the provider, for the script of a page that waits for it.
pub(super) async fn reach(State(app): State<Arc<App>>) -> Response {
    let word = match app.look().await {
        Some(_) => "down",
        None => "up",
    };
    word.into_response()
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
        Current::Running(running) => so_far(&running),
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
        self.verification.start(verifier, move |report| async move {
            cleaner.complete(report).await
        });
    }
}

/// The state of a provider: the class of its badge, the word, and a description.
struct Status {
    class: &'static str,
    word: &'static str,
    description: Markup,
}

fn title(current: &Current, down: Option<&Down>) -> String {
    let status = status(current, down);
    format!("Provider, {}", status.word.to_lowercase())
}

fn status(current: &Current, down: Option<&Down>) -> Status {
    if let Some(down) = down {
        return Status {
            class: "down",
            word: "Unreachable",
            description: html! {
                "No connection since " (moment(down.since)) " UTC. This is no result of a verification."
                @if let Current::Ended(run) = current { " The last one ended " (ago(run.at)) "." }
            },
        };
    }
    match current {
        Current::Pending => Status {
            class: "pending",
            word: "Pending",
            description: html! { "Not verified since this dashboard was started." },
        },
        Current::Running(_) => Status {
            class: "pending",
            word: "Verifying",
            description: html! { "A verification is running." },
        },
        Current::Broken(_) => Status {
            class: "faulty",
            word: "Failing",
            description: html! { "The last verification could not be completed." },
        },
        Current::Ended(run) => Status {
            class: verdict(run).0,
            word: verdict(run).1,
            description: match run.end {
                End::Complete => html! { "Verified " (ago(run.at)) ": " (summary(&run.report)) },
                End::Stopped => html! {
                    "The last verification was stopped " (ago(run.at)) ". " (summary(&run.report))
                },
                End::CutOff => html! {
                    "The provider could not be reached any more during the last verification, "
                    (ago(run.at)) ". " (summary(&run.report))
                },
            },
        },
    }
}

fn card(app: &App, current: &Current, down: Option<&Down>) -> Markup {
    let status = status(current, down);
    html! {
        section.card.provider aria-labelledby="provider-name" {
            div.card-head {
                h2 id="provider-name" { "Custom provider" }
                span class={ "badge state-" (status.class) } id="state" { (status.word) }
            }
            dl.facts {
                dt { "API root URL" } dd { code { (app.client.target()) } }
                dt { "Mode" } dd { (app.mode().as_str()) }
                dt { "State" } dd { (status.description) }
            }
            @if !matches!(current, Current::Running(_)) {
                form method="post" action="/verify" {
                    (csrf(app))
                    (options(app))
                    button.primary type="submit" {
                        @if matches!(current, Current::Ended(_)) { "Verify again" }
                        @else { "Verify" }
                    }
                }
            }
        }
    }
}

fn options(app: &App) -> Markup {
    html! {
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
    }
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
