//! The cancel flow as a customer would meet it, with the provider's own actions behind it.

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

/// Why customers cancel, as a rule.
const REASONS: [(&str, &str); 7] = [
    ("expensive", "It is too expensive"),
    ("unused", "I do not use it enough"),
    ("break", "I need it only now and then"),
    ("missing", "A feature is missing"),
    ("technical", "It does not work as it should"),
    ("other-product", "I am going to another product"),
    ("else", "Something else"),
];

/// The first step: the reason. It is for the look of the flow; nothing is sent of it.
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
        p.muted { "This is the cancel flow as the customer of " (text(id)) " would meet it. The reason changes the order of the offers; nothing of it is sent." }
        form.card method="get" action="/flow/offers" {
            (subject(customer, id))
            fieldset {
                legend { "Reason" }
                @for (index, (reason, says)) in REASONS.iter().enumerate() {
                    p.check {
                        input type="radio" name="reason" id={ "reason-" (reason) } value=(reason) checked[index == 0];
                        label for={ "reason-" (reason) } { (says) }
                    }
                }
            }
            button.primary type="submit" { "Go on" }
        }
        h2 { "Their subscription" }
        (card(&item, None, "subscription"))
    };
    page.show(&app, main)
}

/// Carries an action out, or in live mode asks for a second word first.
pub(super) async fn act(
    State(app): State<Arc<App>>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let action = match Action::read(&fields) {
        Ok(action) => action,
        Err(why) => return failed(&app, StatusCode::BAD_REQUEST, &why),
    };
    match app.is_live() {
        true => live::ask(&app, action),
        false => carried_out(app, action).await,
    }
}

/// The outcome has an address of its own: whoever reloads the page does not act again.
async fn carried_out(app: Arc<App>, action: Action) -> Response {
    let number = outcome::carry_out(&app, action).await;
    match number {
        Some(number) => Redirect::to(&format!("/flow/outcome?number={number}")).into_response(),
        None => failed(
            &app,
            StatusCode::INTERNAL_SERVER_ERROR,
            "The dashboard itself failed. Look at the subscription to see whether the action was carried out.",
        ),
    }
}

fn unknown(app: &App) -> Response {
    let why = "The provider knows no such subscription of this customer.";
    failed(app, StatusCode::NOT_FOUND, why)
}

/// Whose subscription a form is about.
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
