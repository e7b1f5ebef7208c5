//! The cancel flow, as a customer would see it. It carries out the provider's actions.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::action::Action;
use super::app::App;
use super::fields::Fields;
use super::page::{Page, Part, failed};
use super::subscription::{back_to, card};
use super::text::text;

mod choices;
mod live;
mod offers;
mod outcome;

pub(super) use live::{confirm, confirmed};
pub(super) use offers::offers;
pub(super) use outcome::outcome;

/// Common reasons why customers cancel.
const REASONS: [(&str, &str); 7] = [
    ("expensive", "It is too expensive"),
    ("unused", "I do not use it enough"),
    ("break", "I need it only occasionally"),
    ("missing", "A feature is missing"),
    ("technical", "It does not work correctly"),
    ("other-product", "I am switching to another product"),
    ("else", "Something else"),
];

/// The first step: the reason. It only changes the order of the offers, and is not sent to the
/// provider.
pub(super) async fn reason(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let (customer, id) = (fields.get("customer"), fields.get("subscription"));
    let page = Page::new(Part::Customers, "Cancel flow: reason");
    let item = match app.subscription(customer, id).await {
        Ok(Some(item)) => item,
        Ok(None) => return unknown(&app),
        Err(problem) => {
            let main = html! { (back_to(customer)) h1 { "Cancel flow" } (problem.show()) };
            return page.status(StatusCode::BAD_GATEWAY).show(&app, main);
        }
    };
    let main = html! {
        (back_to(customer))
        h1 { "Why do you want to cancel?" }
        (steps(0))
        p.muted { "This is the cancel flow as the customer of " (text(id)) " would see it. The reason changes the order of the offers; it is not sent to the provider." }
        form.card method="get" action="/flow/offers" {
            (subject(customer, id))
            fieldset {
                legend { "Reason" }
                @for (index, (reason, label)) in REASONS.iter().enumerate() {
                    p.check {
                        input type="radio" name="reason" id={ "reason-" (reason) } value=(reason) checked[index == 0];
                        label for={ "reason-" (reason) } { (label) }
                    }
                }
            }
            button.primary type="submit" { "Continue" }
        }
        h2 { "The customer's subscription" }
        (card(&item, None, "subscription"))
    };
    page.show(&app, main)
}

/// Carries out an action. In live mode, asks for confirmation first.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let action = match Action::read(&fields) {
        Ok(action) => action,
        Err(why) => return failed(&app, StatusCode::BAD_REQUEST, &why),
    };
    match app.is_live() {
        true => live::request_confirmation(&app, action),
        false => carried_out(app, action).await,
    }
}

/// Carries out an action and redirects to its outcome, so that reloading the page does not repeat
/// the action.
async fn carried_out(app: Arc<App>, action: Action) -> Response {
    let number = outcome::carry_out(&app, action).await;
    match number {
        Some(number) => Redirect::to(&format!("/flow/outcome?number={number}")).into_response(),
        None => failed(
            &app,
            StatusCode::INTERNAL_SERVER_ERROR,
            "The dashboard failed. Check the subscription to see whether the action was carried out.",
        ),
    }
}

fn unknown(app: &App) -> Response {
    let why = "The provider has no such subscription of this customer.";
    failed(app, StatusCode::NOT_FOUND, why)
}

/// The hidden fields that identify the subscription of a form.
fn subject(customer: &str, id: &str) -> Markup {
    html! {
        input type="hidden" name="customer" value=(customer);
        input type="hidden" name="subscription" value=(id);
    }
}

fn steps(current: usize) -> Markup {
    html! {
        ol.steps aria-label="Steps" {
            @for (index, step) in ["Reason", "Offers", "Outcome"].iter().enumerate() {
                li aria-current=[(index == current).then_some("step")] { (step) }
            }
        }
    }
}
