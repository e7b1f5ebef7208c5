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
mod comparison;
mod fit;
mod live;
mod offer;
mod offers;
mod outcome;
mod parts;

use outcome::carried_out;
use parts::{REASONS, Subject, overview, steps, unknown};

pub(super) use live::{confirm, confirmed};
pub(super) use offers::offers;
pub(super) use outcome::outcome;

/// The first step: the reason. It only changes the order of the offers, and is not sent to the
/// provider.
pub(super) async fn reason(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let subject = Subject::of(&fields);
    let page = Page::new(Part::Customers, "Cancel flow: reason");
    let items = match app.snapshot(subject).await {
        Ok(Some(items)) => items,
        Ok(None) => return unknown(&app),
        Err(problem) => {
            let main = html! { (back_to(subject.customer)) h1 { "Cancel flow" } (problem.show()) };
            return page.status(StatusCode::BAD_GATEWAY).show(&app, main);
        }
    };
    let main = html! {
        (back_to(subject.customer))
        h1 { "Why do you want to cancel?" }
        (steps(0))
        p.muted {
            "This is the cancel flow as the customer would see it, for "
            @match subject.subscription {
                Some(id) => (text(id)),
                None => "all of their subscriptions",
            }
            ". The reason changes the order of the offers; it is not sent to the provider."
        }
        form.card method="get" action="/flow/offers" {
            (subject.hidden())
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
        @match (subject.subscription, &items[..]) {
            (Some(_), [item, ..]) => {
                h2 { "The customer's subscription" }
                (card(item, None, "subscription"))
            }
            _ => { h2 { "The customer's subscriptions" } (overview(&items)) }
        }
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
            let subscription = action.subscription.as_deref();
            match app.may_change(Some(&action.customer), subscription).await {
                Ok(()) => carried_out(app, action).await,
                Err(why) => failed(&app, StatusCode::CONFLICT, &why),
            }
        }
    }
}
