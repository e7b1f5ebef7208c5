//! The layout of every page.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse as _, Response};
use maud::{DOCTYPE, Markup, html};

use super::app::App;
use super::reach::Down;
use super::text::plain;

/// An entry of the navigation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Provider,
    Customers,
    Subscriptions,
    Catalogue,
    Requests,
    None,
}

/// A page.
pub(super) struct Page {
    title: String,
    part: Part,
    status: StatusCode,
    reload_seconds: Option<u32>,
    /// The content of the search box.
    sought: String,
}

impl Page {
    pub(super) fn new(part: Part, title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            part,
            status: StatusCode::OK,
            reload_seconds: None,
            sought: String::new(),
        }
    }

    pub(super) fn status(mut self, status: StatusCode) -> Self {
        self.status = status;
        self
    }

    /// Shows this text in the search box.
    pub(super) fn sought(mut self, sought: &str) -> Self {
        self.sought = sought.to_owned();
        self
    }

    /// Reloads the page after this time if the browser does not run scripts.
    pub(super) fn reload(mut self, seconds: u32) -> Self {
        self.reload_seconds = Some(seconds);
        self
    }

    pub(super) fn show(self, app: &App, main: Markup) -> Response {
        let live = app.is_live();
        let down = app.reach.down();
        let reload_seconds = self.reload_seconds.or(down.is_some().then_some(5));
        let mark = if live { "LIVE · " } else { "" };
        let document = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    (head(&format!("{mark}{} · churnkey dashboard", self.title)))
                    @if let Some(seconds) = reload_seconds {
                        noscript { meta http-equiv="refresh" content=(seconds); }
                    }
                    script src="/script.js" defer {}
                }
                body.live[live] data-waits[down.is_some()] {
                    a.skip href="#main" { "Skip to the content" }
                    @if live {
                        p.live-banner role="note" {
                            strong { "LIVE" }
                            " These are real customers. Actions on this page change what they pay."
                        }
                    }
                    header.top {
                        p.brand { "churnkey " span { "dashboard" } }
                        nav aria-label="Dashboard" {
                            @if app.has_provider {
                                (link("/", "Provider", self.part == Part::Provider))
                                (link("/customers", "Customers", self.part == Part::Customers))
                                (link("/subscriptions", "Subscriptions", self.part == Part::Subscriptions))
                                (link("/catalogue", "Catalogue", self.part == Part::Catalogue))
                            }
                            (link("/requests", "Requests", self.part == Part::Requests))
                        }
                        @if app.has_provider { (search(&self.sought)) }
                        p.target {
                            @if app.has_provider {
                                span.mode.mode-live[live] { (app.mode().as_str()) " mode" }
                                " " code { (app.client.target()) }
                            } @else {
                                "a recording, without a provider"
                            }
                        }
                    }
                    main id="main" tabindex="-1" {
                        @if let Some(down) = &down { (unreachable(app, down)) }
                        (main)
                    }
                    footer {
                        p {
                            "This page is available only on this machine. The integration token is not sent to the browser; requests shown here contain "
                            code { "$CK_INTEGRATION_TOKEN" } " instead."
                        }
                    }
                    p.sr id="announce" role="status" aria-live="polite" {}
                }
            }
        };
        (self.status, Html(document.into_string())).into_response()
    }
}

/// The search box, which is on every page.
fn search(sought: &str) -> Markup {
    html! {
        form.find method="get" action="/search" role="search" {
            label.sr for="q" { "Id, email address or phone number" }
            input id="q" name="q" value=(sought) required autocomplete="off" spellcheck="false" autocapitalize="none" placeholder="Id, email or phone";
            button type="submit" { "Find" }
        }
    }
}

/// A note on every page while the provider cannot be reached. It is no failure of the provider.
fn unreachable(app: &App, down: &Down) -> Markup {
    html! {
        section.notice.down id="down" aria-labelledby="down-title" {
            p { strong id="down-title" { "The provider at " code { (app.client.target()) } " cannot be reached." } }
            p {
                "It may not be running: " (plain(&down.why)) ". The dashboard looks for it again every few seconds, and this page comes back by itself."
            }
        }
    }
}

fn head(title: &str) -> Markup {
    html! {
        meta charset="utf-8";
        meta name="viewport" content="width=device-width, initial-scale=1";
        meta name="color-scheme" content="light dark";
        title { (title) }
        link rel="icon" href="/icon.svg" type="image/svg+xml";
        link rel="stylesheet" href="/style.css";
    }
}

fn link(to: &str, name: &str, current: bool) -> Markup {
    html! { a href=(to) aria-current=[current.then_some("page")] { (name) } }
}

/// The hidden field with the CSRF token, which every form needs.
pub(super) fn csrf(app: &App) -> Markup {
    html! { input type="hidden" name="csrf" value=(app.csrf()); }
}

/// A page for requests that are not authenticated. It has no style sheet, because that needs
/// authentication as well.
pub(super) fn refused(status: StatusCode, why: &str) -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "churnkey dashboard" }
            }
            body { main { h1 { "Page not available" } p { (why) } } }
        }
    };
    (status, Html(document.into_string())).into_response()
}

pub(super) fn forbidden() -> Response {
    refused(
        StatusCode::FORBIDDEN,
        "Open the address that the dashboard printed when it started: it contains the secret.",
    )
}

/// The page after the login.
pub(super) fn logged_in() -> Response {
    let document = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                (head("churnkey dashboard"))
                meta http-equiv="refresh" content="0; url=/";
            }
            body { main { p { a href="/" { "Go to the dashboard" } } } }
        }
    };
    Html(document.into_string()).into_response()
}

pub(super) async fn not_found(State(app): State<Arc<App>>) -> Response {
    failed(&app, StatusCode::NOT_FOUND, "There is no such page.")
}

/// A page with an error message only.
pub(super) fn failed(app: &App, status: StatusCode, why: &str) -> Response {
    let main = html! { h1 { "Page not available" } p { (why) } };
    Page::new(Part::None, "Page not available")
        .status(status)
        .show(app, main)
}
