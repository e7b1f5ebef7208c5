//! The page of one request.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use maud::{Markup, html};
use serde_json::Value;

use super::parts::{gone, milliseconds, status, time_of_day, title, words};
use crate::dashboard::app::App;
use crate::dashboard::diff::rows;
use crate::dashboard::fields::Fields;
use crate::dashboard::links::customer_path;
use crate::dashboard::page::{Page, Part, csrf};
use crate::dashboard::request_log::{Answer, Entry, Twin};
use crate::dashboard::text::{block, plain, text};

/// The page of one request, or of two that were sent at once.
pub(in crate::dashboard) async fn show(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let number = fields.get("number").parse().ok();
    let Some(entry) = number.and_then(|number| app.requests.get(number)) else {
        return gone(&app);
    };
    let first = entry.twin.as_ref();
    let first = first.and_then(|twin| Some((app.requests.get(twin.number)?, twin)));
    let main = html! {
        nav.back aria-label="Back" { a href="/requests" { "All requests" } }
        h1.request { (title(&entry)) }
        @match &first {
            None => (card(&app, &entry)),
            Some((first, twin)) => (pair(&app, first, &entry, twin)),
        }
        (buttons(&app, &entry))
    };
    let page = format!("{} {}", plain(&entry.method), plain(&entry.path));
    Page::new(Part::Requests, page).show(&app, main)
}

fn card(app: &App, entry: &Entry) -> Markup {
    html! {
        section.card aria-labelledby="request-facts" {
            h2.sr id="request-facts" { "Request and response" }
            (facts(app, entry))
            (request(entry))
            (response(entry, "Response"))
        }
    }
}

fn facts(app: &App, entry: &Entry) -> Markup {
    let subject = &entry.subject;
    html! {
        dl.facts {
            dt { "Status" } dd { (status(entry)) @if let Some(words) = entry.status().and_then(words) { " " (words) } }
            @if let Some(took) = entry.took { dt { "Time" } dd { (milliseconds(took)) } }
            @if let Some(at) = entry.at { dt { "At (UTC)" } dd { (time_of_day(at)) } }
            dt { "Sent by" } dd { (entry.source) }
            dt { "Mode" } dd { (plain(&entry.mode)) }
            @if let Some(module) = subject.module { dt { "Module" } dd { (module) } }
            @if let Some(customer) = &subject.customer {
                dt { "Customer" }
                dd {
                    @match app.has_provider && entry.request.is_some() {
                        true => a href=(customer_path(customer)) { (text(customer)) },
                        false => code { (text(customer)) },
                    }
                }
            }
            @if let Some(subscription) = &subject.subscription {
                dt { "Subscription" } dd { code { (text(subscription)) } }
            }
        }
    }
}

fn request(entry: &Entry) -> Markup {
    html! {
        @if let Some(curl) = &entry.curl {
            p.caption { "Request" }
            pre.copyable tabindex="0" aria-label="Request" { code { (block(curl)) } }
        }
        @if let Some(body) = entry.body.as_ref().filter(|body| !body.is_empty()) {
            p.caption { "Body of the request" }
            pre tabindex="0" aria-label="Body of the request" { code { (block(&pretty(body))) } }
        }
    }
}

fn response(entry: &Entry, caption: &str) -> Markup {
    html! {
        p.caption { (caption) }
        @match &entry.answer {
            Answer::None(why) => p { "There is no response: " (plain(why)) "." },
            Answer::Response { media_type, body, .. } => {
                @if let Some(media_type) = media_type { p { code { (plain(media_type)) } } }
                @match body.as_deref() {
                    None => p.muted { "The recording does not have it." },
                    Some("") => p.muted { "The body is empty." },
                    Some(body) => pre tabindex="0" aria-label=(caption) { code { (block(&pretty(body))) } },
                }
            }
        }
    }
}

/// JSON in lines, and any other text as it is.
fn pretty(body: &str) -> String {
    match serde_json::from_str::<Value>(body) {
        Ok(value) => format!("{value:#}"),
        Err(_) => body.to_owned(),
    }
}

/// Two requests that were sent at once.
fn pair(app: &App, first: &Entry, second: &Entry, twin: &Twin) -> Markup {
    let is_same = first.status() == second.status() && first.status().is_some();
    let (class, verdict) = match (is_same, first.is_action()) {
        (false, _) => (
            "bad",
            "The two responses have different statuses. Churnkey repeats a request that it believes lost, so both must be answered alike.",
        ),
        (true, false) => ("good", "Both requests were answered alike."),
        (true, true) => (
            "good",
            "Both requests were answered alike. Below is what both changed together: it must be the change of one.",
        ),
    };
    html! {
        p class={ "notice " (class) } id="verdict" role="status" { (verdict) }
        section.card aria-labelledby="request-facts" {
            h2.sr id="request-facts" { "Request" }
            (facts(app, second))
            (request(second))
        }
        div.two {
            @for (name, entry) in [("First response", first), ("Second response", second)] {
                section.card aria-label=(name) {
                    p {
                        (status(entry))
                        @if let Some(took) = entry.took {
                            span.muted { " after " (milliseconds(took)) }
                        }
                    }
                    (response(entry, name))
                }
            }
        }
        @match &twin.around {
            Some((before, after)) => (effect(before, after)),
            None => @if first.is_action() { p.muted { "The subscription could not be read before and after the requests." } },
        }
    }
}

/// The fields of a subscription that changed.
fn effect(before: &Value, after: &Value) -> Markup {
    let rows = rows(before, after);
    let changed: Vec<_> = rows.iter().filter(|row| row.change().is_some()).collect();
    html! {
        section aria-labelledby="effect" {
            h2 id="effect" { "Changes of the subscription" }
            @if changed.is_empty() {
                p { "No field changed. The requested state was reached before, or the provider refused it." }
            } @else {
                div.scroll tabindex="0" role="region" aria-label="Changes of the subscription" {
                    table.diff.lines role="table" {
                        caption.sr { "Changes of the subscription" }
                        thead role="rowgroup" {
                            tr role="row" {
                                @for column in ["Field", "Before", "After"] { th role="columnheader" scope="col" { (column) } }
                            }
                        }
                        tbody role="rowgroup" {
                            @for row in changed {
                                tr role="row" class=[row.change()] {
                                    th role="rowheader" scope="row" { code { (plain(&row.path)) } }
                                    @for value in [&row.before, &row.after] {
                                        td role="cell" { @if let Some(value) = value { (text(value)) } @else { span.muted { "none" } } }
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The buttons to send the request again, or the reason why that is not possible.
fn buttons(app: &App, entry: &Entry) -> Markup {
    html! {
        section aria-labelledby="again" {
            h2 id="again" { "Send again" }
            @match app.may_send_again(entry) {
                Err(why) => p.muted { (why) },
                Ok(()) => {
                    @if entry.is_action() {
                        p.muted { "This changes test data. Sent twice at once, it must change them once: Churnkey repeats a request that it believes lost." }
                    }
                    div.buttons {
                        @for (times, label) in [("1", "Send again"), ("2", "Send twice at once")] {
                            form method="post" action="/request/again" {
                                (csrf(app))
                                input type="hidden" name="number" value=(entry.number);
                                input type="hidden" name="times" value=(times);
                                button.primary[times == "1"] type="submit" { (label) }
                            }
                        }
                    }
                }
            }
        }
    }
}
