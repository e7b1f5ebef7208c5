//! The execution of an action, and the page of its outcome.

use std::sync::{Arc, PoisonError};

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use churnkey_runtime::{Subscription, Timestamp};
use maud::{Markup, html};
use serde_json::Value;

use super::parts::steps;
use crate::dashboard::action::Action;
use crate::dashboard::app::App;
use crate::dashboard::diff::{Row, rows};
use crate::dashboard::exchange::{Exchange, Item, show_flaws, status as answered};
use crate::dashboard::fields::Fields;
use crate::dashboard::log::{Outcome, Snapshot};
use crate::dashboard::page::{Page, Part, failed};
use crate::dashboard::request_log::{Source, of};
use crate::dashboard::subscription::{back_to, facts, flow_path};
use crate::dashboard::text::{first, left_out, plain, status, text};
use crate::dashboard::timeline::timeline;

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

/// Reads the subscription, carries out the action and reads the subscription again. This runs in
/// its own task, so that the outcome is recorded even if the browser disconnects.
async fn carry_out(app: &Arc<App>, action: Action) -> Option<u64> {
    let app = Arc::clone(app);
    let task = tokio::spawn(of(Source::Flow, async move {
        let before = app
            .subscription(&action.customer, &action.subscription)
            .await;
        let done = match &before {
            Ok(Some(_)) => {
                let exchange = app.exchange(&action.request()).await;
                let after = app
                    .subscription(&action.customer, &action.subscription)
                    .await;
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
            a.button href=(flow_path(&action.customer, &action.subscription)) {
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
                    _ => p { "The provider has no such subscription of this customer." },
                }
            };
        };
        let (before, after_item) = (item(&self.before), item(after));
        let rows = rows(
            before.map_or(&Value::Null, |item| &item.value),
            after_item.map_or(&Value::Null, |item| &item.value),
        );
        let changed: Vec<_> = rows.iter().filter(|row| row.change().is_some()).collect();
        html! {
            (self.verdict(exchange, after, changed.len()))
            div.two {
                (side("Before", &self.before, "before"))
                (side("After", after, "after"))
            }
            @if after_item.is_some() { (table(&rows)) }
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
            Ok(response) if response.status != 200 => {
                let body = response.json().ok();
                let message = body.as_ref().and_then(|value| value.get("message")?.as_str());
                let message = message.map_or_else(String::new, |text| format!(": {}", plain(text)));
                ("bad", format!("The provider answered {}{message}.", answered(response)))
            }
            Ok(_) if item(after).is_none() => (
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

fn item(snapshot: &Snapshot) -> Option<&Item<Subscription>> {
    snapshot.as_ref().ok().and_then(Option::as_ref)
}

fn side(title: &str, snapshot: &Snapshot, id: &str) -> Markup {
    html! {
        section.card aria-labelledby={ (id) "-title" } {
            @match snapshot {
                Ok(Some(item)) => {
                    div.card-head {
                        h2 id={ (id) "-title" } { (title) }
                        (status(&item.model.status))
                    }
                    (timeline(&item.model, Timestamp::now(), id))
                    dl.facts { (facts(&item.model)) }
                    (show_flaws(&item.flaws))
                }
                Ok(None) => {
                    h2 id={ (id) "-title" } { (title) }
                    p { "The provider has no such subscription of this customer." }
                }
                Err(problem) => {
                    h2 id={ (id) "-title" } { (title) }
                    (problem.show())
                }
            }
        }
    }
}

fn table(all: &[Row]) -> Markup {
    let (changed, same): (Vec<_>, Vec<_>) = all.iter().partition(|row| row.change().is_some());
    html! {
        section aria-labelledby="fields" {
            h2 id="fields" { "Fields" }
            @if changed.is_empty() {
                p.muted { "No field changed." }
            } @else {
                (fields("Fields that changed", &changed))
            }
            details {
                summary { (same.len()) " fields did not change" }
                (fields("Fields that did not change", &same))
            }
        }
    }
}

fn fields(caption: &str, rows: &[&Row]) -> Markup {
    let (rows, more) = first(rows);
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.diff.lines role="table" {
                caption.sr { (caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for column in ["Field", "Before", "After", "Change"] { th role="columnheader" scope="col" { (column) } }
                    }
                }
                tbody role="rowgroup" {
                    @for row in rows {
                        tr role="row" class=[row.change()] {
                            th role="rowheader" scope="row" { code { (plain(&row.path)) } }
                            td role="cell" { (value(row.before.as_deref())) }
                            td role="cell" { (value(row.after.as_deref())) }
                            td role="cell" { (row.change().unwrap_or("same")) }
                        }
                    }
                }
            }
        }
        (left_out(more))
    }
}

fn value(value: Option<&str>) -> Markup {
    html! {
        @match value {
            Some(value) => (text(value)),
            None => span.muted { "absent" },
        }
    }
}
