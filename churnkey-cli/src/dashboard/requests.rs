//! The request log: each request of a verification, a simulation, the cancel flow and the pages,
//! with its response. The same pages show a recording.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{Redirect, Response};
use maud::{Markup, html};

use super::app::App;
use super::fields::Fields;
use super::page::{Page, Part};
use super::request_log::Entry;
use super::text::plain;

mod again;
mod filter;
mod one;
mod parts;

pub(super) use again::again;
pub(super) use one::show as one;

use filter::Filter;
use parts::{milliseconds, path, status, time_of_day, title};

/// The number of entries on a page.
const PER_PAGE: usize = 100;

/// The first page of a recording without a provider.
pub(super) async fn home() -> Redirect {
    Redirect::to("/requests")
}

/// The page with all requests.
pub(super) async fn list(State(app): State<Arc<App>>, fields: Fields) -> Response {
    let (all, dropped) = app.requests.all();
    let filter = Filter::new(&fields);
    let mut modules: Vec<_> = all
        .iter()
        .filter_map(|entry| entry.subject.module)
        .collect();
    modules.sort();
    modules.dedup();
    let fitting: Vec<_> = all.iter().filter(|entry| filter.fits(entry)).collect();
    let before = fields.get("before").parse().unwrap_or(u64::MAX);
    let mut listed = fitting.iter().filter(|entry| entry.number < before);
    let shown: Vec<_> = listed
        .by_ref()
        .take(PER_PAGE)
        .map(|entry| &***entry)
        .collect();
    let has_more = listed.next().is_some();
    let is_recording = !app.has_provider;
    let title = match is_recording {
        true => "Recording",
        false => "Requests",
    };
    let main = html! {
        h1 { (title) }
        (introduction(&app, dropped))
        @if all.is_empty() {
            p.notice role="status" { "No request so far. Verify the provider, or open a customer." }
        } @else {
            (filter.form(&modules, is_recording))
            p role="status" { (found(fitting.len(), all.len(), &filter)) }
            @if !shown.is_empty() { (table(&shown, is_recording)) }
            nav.pages aria-label="Pages of requests" {
                @if before != u64::MAX { a href={ "/requests?" (filter.query("before", u64::MAX)) } { "Newest" } }
                @if let (true, Some(last)) = (has_more, shown.last()) {
                    a rel="next" href={ "/requests?" (filter.query("before", last.number)) } { "Older" }
                }
            }
        }
    };
    Page::new(Part::Requests, title).show(&app, main)
}

fn introduction(app: &App, dropped: u64) -> Markup {
    html! {
        @match (&app.recording, app.has_provider) {
            (Some(file), false) => p.muted { "The calls of " code { (plain(file)) } ", the newest first." },
            (Some(file), true) => p.muted { "The calls of " code { (plain(file)) } " and all requests of this dashboard to the provider, the newest first." },
            (None, _) => p.muted { "All requests of this dashboard to the provider, the newest first." },
        }
        @if dropped > 0 { p.muted { (dropped) " older requests are not kept." } }
    }
}

fn found(fitting: usize, all: usize, filter: &Filter<'_>) -> String {
    match filter.is_empty() {
        true => format!("{all} requests"),
        false => format!("{fitting} of {all} requests"),
    }
}

fn table(entries: &[&Entry], is_recording: bool) -> Markup {
    let columns = ["Request", "Status", "Module", "Sent by", "At (UTC)", "Time"];
    let left_out = if is_recording { "Sent by" } else { "" };
    html! {
        div.scroll tabindex="0" role="region" aria-label="Requests" {
            table.requests role="table" {
                caption.sr { "Requests" }
                thead role="rowgroup" {
                    tr role="row" {
                        @for column in columns {
                            @if column != left_out {
                                th.number[column == "Time"] role="columnheader" scope="col" { (column) }
                            }
                        }
                    }
                }
                tbody role="rowgroup" {
                    @for entry in entries {
                        tr role="row" {
                            th role="rowheader" scope="row" {
                                a href=(path(entry.number)) { (title(entry)) }
                            }
                            td role="cell" { (status(entry)) }
                            td role="cell" { @if let Some(module) = entry.subject.module { (module) } }
                            @if !is_recording { td role="cell" { (entry.source) } }
                            td role="cell" { @if let Some(at) = entry.at { (time_of_day(at)) } }
                            td.number role="cell" { @if let Some(took) = entry.took { (milliseconds(took)) } }
                        }
                    }
                }
            }
        }
    }
}
