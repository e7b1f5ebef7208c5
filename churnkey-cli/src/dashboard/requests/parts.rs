//! Parts that the pages of the request log share.

use std::time::Duration;

use axum::http::StatusCode;
use axum::response::Response;
use churnkey_runtime::Timestamp;
use maud::{Markup, html};

use crate::dashboard::app::App;
use crate::dashboard::page::failed;
use crate::dashboard::request_log::{Answer, Entry};
use crate::dashboard::text::{plain, text};

/// The path of the page of a request.
pub(super) fn path(number: u64) -> String {
    format!("/request?number={number}")
}

pub(super) fn gone(app: &App) -> Response {
    failed(
        app,
        StatusCode::NOT_FOUND,
        "This request is not kept any more.",
    )
}

/// The method and the path, which may be long.
pub(super) fn title(entry: &Entry) -> Markup {
    let path = entry.path.strip_prefix("/churnkey").unwrap_or(&entry.path);
    html! { span.method { (plain(&entry.method)) } " " (text(path)) }
}

/// The status of an entry as a badge.
pub(super) fn status(entry: &Entry) -> Markup {
    let class = match entry.status() {
        Some(200..300) => "good",
        Some(300..500) => "warn",
        _ => "bad",
    };
    html! {
        span class={ "badge answer-" (class) } {
            @match &entry.answer {
                Answer::Response { status, .. } => (status),
                Answer::None(_) => "no response",
            }
        }
    }
}

/// The time of a day, to the millisecond.
pub(super) fn time_of_day(at: Timestamp) -> Markup {
    let wire = at.to_string();
    html! { time datetime=(wire) title=(wire) { (wire.get(11..23).unwrap_or(&wire)) } }
}

pub(super) fn milliseconds(took: Duration) -> String {
    match took.as_millis() {
        0 => "< 1 ms".to_owned(),
        milliseconds => format!("{milliseconds} ms"),
    }
}

/// The words of a status, such as `Not Found`.
pub(super) fn words(status: u16) -> Option<&'static str> {
    StatusCode::from_u16(status).ok()?.canonical_reason()
}
