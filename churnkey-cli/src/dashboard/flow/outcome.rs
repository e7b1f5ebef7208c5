//! The execution of an action, and the page of its outcome.

use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::comparison::{Pair, pairs};
use super::parts::{Subject, steps};
use crate::dashboard::action::Action;
use crate::dashboard::app::App;
use crate::dashboard::exchange::{Exchange, status as answered};
use crate::dashboard::fields::Fields;
use crate::dashboard::links::flow_path;
use crate::dashboard::log::{Outcome, Snapshot};
use crate::dashboard::page::{Page, Part, failed};
use crate::dashboard::request_log::{Source, of};
use crate::dashboard::subscription::back_to;
use crate::dashboard::text::{plain, text};

/// Carries out an action and redirects to its outcome, so that reloading the page does not repeat
/// the action.
pub(super) async fn carried_out(app: Arc<App>, action: Action) -> Response {
    let number = carry_out(&app, action).await;
    match number {
        Some(number) => Redirect::to(&format!("/flow/outcome?number={number}")).into_response(),
        None => failed(
            &app,
            StatusCode::INTERNAL_SERVER_ERROR,
            "The dashboard failed. Check the subscription to see whether the action was carried out.",
        ),
    }
}

/// Reads the subscriptions, carries out the action and reads them again. This runs in its own task,
/// so that the outcome is recorded even if the browser disconnects.
async fn carry_out(app: &Arc<App>, action: Action) -> Option<u64> {
    let app = Arc::clone(app);
    let task = tokio::spawn(of(Source::Flow, async move {
        let subject = Subject {
            customer: &action.customer,
            subscription: action.subscription.as_deref(),
        };
        let before = app.snapshot(subject).await;
        let done = match &before {
            Ok(Some(_)) => {
                let exchange = app.exchange(&action.request()).await;
                let after = app.snapshot(subject).await;
                Some((exchange, after))
            }
            _ => None,
        };
        let outcome = Outcome {
            action,
            before,
            done,
        };
        let mut log = app.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.put(outcome)
    }));
    task.await.ok()
}

/// The page of an outcome.
pub(in crate::dashboard) async fn outcome(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let number = fields.get("number").parse().ok();
    let outcome = number.and_then(|number| {
        let log = app.log.lock().unwrap_or_else(PoisonError::into_inner);
        log.get(number)
    });
    let Some(outcome) = outcome else {
        let why = "This outcome is no longer stored.";
        return failed(&app, StatusCode::NOT_FOUND, why);
    };
    let action = &outcome.action;
    let main = html! {
        (back_to(&action.customer))
        h1 { (text(&action.label)) }
        (steps(2))
        (outcome.show())
        p.buttons {
            a.button href=(flow_path(&action.customer, action.subscription.as_deref())) {
                "Start the flow again"
            }
        }
    };
    let page = Page::new(
        Part::Customers,
        format!("Outcome: {}", plain(&action.label)),
    );
    page.show(&app, main)
}

impl Outcome {
    fn show(&self) -> Markup {
        let Some((exchange, after)) = &self.done else {
            return html! {
                p.notice.bad role="status" { "Nothing was sent, because the subscription could not be read." }
                @match &self.before {
                    Err(problem) => (problem.show()),
                    _ => p { "The provider has no such customer, or no such subscription of this customer." },
                }
            };
        };
        let pairs = pairs(&self.before, after);
        let changed = pairs.iter().map(|pair| pair.changed().count()).sum();
        html! {
            (self.verdict(exchange, after, changed))
            @if let Err(problem) = after { (problem.show()) }
            @else { (show(&pairs)) }
            section aria-labelledby="exchange" {
                h2 id="exchange" { "Request and response" }
                (exchange.show())
            }
        }
    }

    fn verdict(&self, exchange: &Exchange, after: &Snapshot, changed: usize) -> Markup {
        let (class, verdict) = match &exchange.response {
            Err(error) => (
                "bad",
                format!("There was no valid response: {error}. The provider may have carried out the action."),
            ),
            Ok(response) if response.status == 404 && self.action.module.single().is_some() => (
                "warn",
                "The provider answered 404 Not Found: it has no action on all subscriptions of a customer, which is optional. Churnkey then sends the action for each subscription.".to_owned(),
            ),
            Ok(response) if response.status != 200 => {
                let body = response.json().ok();
                let message = body.as_ref().and_then(|value| value.get("message")?.as_str());
                let message = message.map_or_else(String::new, |text| format!(": {}", plain(text)));
                ("bad", format!("The provider answered {}{message}.", answered(response)))
            }
            Ok(_) if !matches!(after, Ok(Some(_))) => (
                "bad",
                "The provider answered 200, but then the subscription could not be read.".to_owned(),
            ),
            Ok(_) if changed > 0 => {
                let fields = if changed == 1 { "field" } else { "fields" };
                ("good", format!("Done: the provider answered 200, and {changed} {fields} changed."))
            }
            Ok(_) if self.action.is_later => (
                "good",
                "The provider answered 200. No field has changed yet, because the action takes effect at the end of the period.".to_owned(),
            ),
            Ok(_) => (
                "warn",
                "The provider answered 200, but no field changed. The requested state may have been reached before.".to_owned(),
            ),
        };
        html! { p class={ "notice " (class) } id="verdict" role="status" { (verdict) } }
    }
}

/// The changes of each subscription. Those without a change are only named.
fn show(pairs: &[Pair<'_>]) -> Markup {
    let (changed, same): (Vec<_>, Vec<_>) = pairs
        .iter()
        .enumerate()
        .partition(|(_, pair)| pair.changed().next().is_some());
    html! {
        @for (index, pair) in &changed { (pair.show(*index)) }
        @if let ([], [(index, pair)]) = (&changed[..], &same[..]) { (pair.show(*index)) }
        @else if !same.is_empty() {
            p.muted {
                "No field changed of "
                @for (index, (_, pair)) in same.iter().take(20).enumerate() {
                    @if index > 0 { ", " }
                    code { (text(pair.id)) }
                }
                @if same.len() > 20 { " and " (same.len() - 20) " more" }
                "."
            }
        }
    }
}
