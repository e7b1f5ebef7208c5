//! The state of `churnkey dev` on the first page, and the part of the dashboard that it drives.

use std::sync::Arc;
use std::time::Duration;

use axum::extract;
use axum::response::{Html, IntoResponse as _, Response};
use churnkey_verify::internal::Request;
use churnkey_verify::{CannotRun, Finding, Report, Simulated, Simulation, Verifier};
use maud::{Markup, html};

use super::app::App;
use super::pinned;
use super::progress::{Phase, Progress};
use super::text::{block, plain};
use super::verification::State;
use crate::news::News;

/// The interval at which the end of a run is checked.
const POLL: Duration = Duration::from_millis(20);

/// The part of a dashboard that `churnkey dev` drives.
#[derive(Clone)]
pub(crate) struct Driver(pub(super) Arc<App>);

impl Driver {
    /// Changes the state on the first page.
    pub(crate) fn set(&self, change: impl FnOnce(&mut Progress)) {
        self.0.dev.change(change);
    }

    /// True if the provider responds to a request, in any way.
    pub(crate) async fn is_up(&self) -> bool {
        self.0.client.send(&Request::get("/features")).await.is_ok()
    }

    /// Verifies the provider, after a run that the user may have started.
    pub(crate) async fn verify(&self, verifier: Verifier) -> Result<Arc<Report>, String> {
        let app = &self.0;
        self.ended().await;
        let last = || app.verification.runs().first().map(|run| run.number);
        let before = last();
        app.verify(verifier);
        self.ended().await;
        match app.verification.state() {
            State::Ended(run) if last() != before => Ok(Arc::new(run.report.clone())),
            State::Broken(why) => Err(why),
            State::Running(_) => Err("the verification was replaced".to_owned()),
            State::Ended(_) | State::Pending => Err(format!(
                "no server can be reached at {}",
                app.client.target()
            )),
        }
    }

    /// Waits until no verification is running.
    pub(crate) async fn ended(&self) {
        while matches!(self.0.verification.state(), State::Running(_)) {
            tokio::time::sleep(POLL).await;
        }
    }

    /// Stops the running verification.
    pub(crate) fn stop(&self) {
        self.0.verification.stop();
    }

    /// Simulates, with all requests in the log.
    pub(crate) async fn simulate(&self, simulation: Simulation) -> Result<Simulated, CannotRun> {
        let app = Arc::clone(&self.0);
        let source = app.requests.simulation();
        let simulation = simulation.on_sent(move |sent| app.requests.add(source, sent));
        simulation.run().await
    }

    /// The first request since the last response.
    pub(crate) fn first_unanswered(&self) -> Option<String> {
        self.0.requests.first_unanswered()
    }
}

/// The fragment that the script compares with the one on the page.
pub(super) async fn fragment(extract::State(app): extract::State<Arc<App>>) -> Response {
    Html(panel(&app).into_string()).into_response()
}

/// The state of `churnkey dev`; nothing in a dashboard without it.
pub(super) fn panel(app: &App) -> Markup {
    let progress = app.dev.progress();
    html! {
        @if let Some(progress) = &progress {
            section.card id="dev" data-version=(progress.version()) aria-labelledby="dev-title" {
                @let (class, word) = progress.phase.badge();
                div.card-head {
                    h2 id="dev-title" { "While you code" }
                    span class={ "badge " (class) } id="phase" { (word) }
                }
                dl.facts {
                    dt { "Command" }
                    dd {
                        @match progress.command.is_empty() {
                            true => span.muted { "none: the provider was started by something else" },
                            false => code { (plain(&progress.command)) },
                        }
                    }
                    @if let Some(changed) = &progress.changed { dt { "Last change" } dd { code { (plain(changed)) } } }
                    @if let Some(news) = &progress.news { dt { "Findings" } dd { (summary(news)) } }
                    @if let Some(Ok(simulated)) = &progress.simulated { dt { "Simulation" } dd { (plain(simulated)) } }
                }
                @if let Phase::Ended(why) = &progress.phase {
                    p.notice.bad role="status" { (plain(why)) ". The terminal has its output. A change starts it again." }
                }
                @if let Some(news) = &progress.news { (changes(news)) }
                @if let Some(Err(difference)) = &progress.simulated {
                    p { "The simulation found a difference:" }
                    pre tabindex="0" aria-label="Difference of the simulation" { code { (block(difference)) } }
                }
                (pinned::links(app))
            }
        }
    }
}

/// The findings of the last run, in words.
fn summary(news: &News) -> String {
    let open = news.new.len() + news.still.len() + news.unchecked;
    match (open, news.is_first) {
        (0, true) => "none".to_owned(),
        (open, true) => format!("{open} open"),
        (open, false) => format!(
            "{open} open; since the run before {} new, {} fixed",
            news.new.len(),
            news.fixed.len()
        ),
    }
}

fn changes(news: &News) -> Markup {
    let new: &[Finding] = match news.is_first {
        true => &[],
        false => &news.new,
    };
    html! {
        @if !new.is_empty() || !news.fixed.is_empty() {
            ul.news {
                @for (word, findings) in [("new", new), ("fixed", &news.fixed)] {
                    @for finding in findings {
                        li {
                            span class={ "badge news-" (word) } { (word) } " "
                            @let word = finding.severity.as_str();
                            span class={ "badge severity-" (word) } { (word) } " " code { (plain(&finding.id)) }
                            @if let Some(path) = &finding.path { " " code.muted { (plain(path)) } }
                        }
                    }
                }
            }
        }
    }
}
