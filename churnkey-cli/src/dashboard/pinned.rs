//! The pages' parts for pinned customers.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};

use super::app::App;
use super::fields::Fields;
use super::links::customer_path;
use super::page::{csrf, failed};
use super::text::text;

/// Pins a customer, or removes the pin.
pub(super) async fn toggle(
    State(app): State<Arc<App>>,
    Extension(fields): Extension<Fields>,
) -> Response {
    let id = fields.get("customer");
    if id.is_empty() {
        return failed(&app, StatusCode::BAD_REQUEST, "The form names no customer.");
    }
    match app.pins.toggle(id) {
        Ok(()) => Redirect::to(&customer_path(id)).into_response(),
        Err(why) => failed(&app, StatusCode::CONFLICT, &why),
    }
}

/// The button on the page of a customer.
pub(super) fn button(app: &App, id: &str) -> Markup {
    let is_pinned = app.pins.all().iter().any(|other| other == id);
    html! {
        form.pin method="post" action="/pin" {
            (csrf(app))
            input type="hidden" name="customer" value=(id);
            button type="submit" { @if is_pinned { "Remove the pin" } @else { "Pin this customer" } }
        }
    }
}

/// Links to the pinned customers.
pub(super) fn links(app: &App) -> Markup {
    let pinned = app.pins.all();
    html! {
        @if !pinned.is_empty() {
            nav.pinned aria-label="Pinned customers" {
                "Pinned:"
                @for id in &pinned { " " a href=(customer_path(id)) { (text(id)) } }
            }
        }
    }
}
