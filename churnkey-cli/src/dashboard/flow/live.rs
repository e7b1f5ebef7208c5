//! The confirmation that an action on live data needs.

use std::sync::{Arc, PoisonError};

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::outcome::carried_out;
use super::parts::steps;
use crate::dashboard::action::Action;
use crate::dashboard::app::{App, random};
use crate::dashboard::fields::Fields;
use crate::dashboard::links::flow_path;
use crate::dashboard::page::{Page, Part, csrf, failed};
use crate::dashboard::subscription::back_to;
use crate::dashboard::text::{block, text};
use crate::dashboard::tickets::Tickets;

impl App {
    fn tickets(&self) -> std::sync::MutexGuard<'_, Tickets> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Stores an action and redirects to the confirmation page.
pub(super) fn request_confirmation(app: &App, action: Action) -> Response {
    match random() {
        Ok(ticket) => {
            let page = format!("/flow/confirm?ticket={ticket}");
            app.tickets().put(ticket, action);
            Redirect::to(&page).into_response()
        }
        Err(why) => failed(app, StatusCode::INTERNAL_SERVER_ERROR, &why.to_string()),
    }
}

/// The confirmation page.
pub(in crate::dashboard) async fn confirm(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let ticket = fields.get("ticket");
    let action = app.tickets().get(ticket);
    match action {
        Some(action) => confirmation(&app, ticket, &action, StatusCode::OK, html! {}),
        None => expired(&app),
    }
}

/// Carries out the action if the typed word is correct.
pub(in crate::dashboard) async fn confirmed(
    State(app): State<Arc<App>>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let ticket = fields.get("ticket");
    let Some(action) = app.tickets().get(ticket) else {
        return expired(&app);
    };
    if fields.get("typed").trim() != word(&action) {
        let why = html! {
            p.problem role="alert" { "The input is not " code { (text(word(&action))) } ". Nothing was done." }
        };
        return confirmation(&app, ticket, &action, StatusCode::BAD_REQUEST, why);
    }
    // The ticket is removed, so that a second click does not repeat the action.
    let taken = app.tickets().take(ticket);
    match taken {
        Some(action) => carried_out(app, action).await,
        None => expired(&app),
    }
}

fn expired(app: &App) -> Response {
    failed(
        app,
        StatusCode::NOT_FOUND,
        "This action was already performed or has expired. Check the subscription and start again.",
    )
}

/// The word to type: the customer's id, if a keyboard can type it.
fn word(action: &Action) -> &str {
    let id = &action.customer;
    let can_be_typed = id.len() <= 40 && id.bytes().all(|byte| byte.is_ascii_graphic());
    if can_be_typed { id } else { "live" }
}

fn confirmation(
    app: &App,
    ticket: &str,
    action: &Action,
    status: StatusCode,
    why: Markup,
) -> Response {
    let main = html! {
        (back_to(&action.customer))
        h1 { "Carry out this action on live data?" }
        (steps(1))
        (why)
        section.card.confirm aria-labelledby="what" {
            h2 id="what" { (text(&action.label)) }
            dl.facts {
                dt { "Customer" } dd { code { (text(&action.customer)) } }
                @match &action.subscription {
                    Some(id) => { dt { "Subscription" } dd { code { (text(id)) } } }
                    None => { dt { "Subscriptions" } dd { strong { "all of this customer" } } }
                }
            }
            p.caption { "Request" }
            pre.copyable tabindex="0" aria-label="Request" { code { (block(&app.client.curl(&action.request()))) } }
            form method="post" action="/flow/confirm" {
                (csrf(app))
                input type="hidden" name="ticket" value=(ticket);
                p.field {
                    label for="typed" { "This changes what a real customer pays. To continue, type " code { (text(word(action))) } }
                    input id="typed" name="typed" required autocomplete="off" spellcheck="false" autocapitalize="none";
                }
                p.buttons {
                    button.danger type="submit" { "Carry out on live data" }
                    " "
                    a.button href=(flow_path(&action.customer, action.subscription.as_deref())) {
                        "Back to the flow"
                    }
                }
            }
        }
    };
    let page = Page::new(Part::Customers, "Carry out this action on live data?");
    page.status(status).show(app, main)
}
