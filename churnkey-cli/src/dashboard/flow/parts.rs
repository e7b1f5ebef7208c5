//! Parts that several pages of the cancel flow share.

use axum::http::StatusCode;
use axum::response::Response;
use maud::{Markup, html};

use crate::dashboard::app::App;
use crate::dashboard::page::failed;

/// Common reasons why customers cancel.
pub(super) const REASONS: [(&str, &str); 7] = [
    ("expensive", "It is too expensive"),
    ("unused", "I do not use it enough"),
    ("break", "I need it only occasionally"),
    ("missing", "A feature is missing"),
    ("technical", "It does not work correctly"),
    ("other-product", "I am switching to another product"),
    ("else", "Something else"),
];

pub(super) fn unknown(app: &App) -> Response {
    let why = "The provider has no such subscription of this customer.";
    failed(app, StatusCode::NOT_FOUND, why)
}

/// The hidden fields that identify the subscription of a form.
pub(super) fn subject(customer: &str, id: &str) -> Markup {
    html! {
        input type="hidden" name="customer" value=(customer);
        input type="hidden" name="subscription" value=(id);
    }
}

pub(super) fn steps(current: usize) -> Markup {
    html! {
        ol.steps aria-label="Steps" {
            @for (index, step) in ["Reason", "Offers", "Outcome"].iter().enumerate() {
                li aria-current=[(index == current).then_some("step")] { (step) }
            }
        }
    }
}
