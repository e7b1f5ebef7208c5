//! The cancel flow, as a customer would see it. It carries out the provider's actions.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use maud::html;

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
mod parts;

use outcome::carried_out;
use parts::{REASONS, steps, subject, unknown};

pub(super) use live::{confirm, confirmed};
pub(super) use offers::offers;
pub(super) use outcome::outcome;

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
        false => {
            let (customer, subscription) = (&action.customer, &action.subscription);
            match app.may_change(Some(customer), Some(subscription)).await {
                Ok(()) => carried_out(app, action).await,
                Err(why) => failed(&app, StatusCode::CONFLICT, &why),
            }
        }
    }
}
