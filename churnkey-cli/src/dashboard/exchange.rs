//! A request to the provider, its answer, and their places on a page.

use axum::http::StatusCode;
use churnkey_verify::internal::{Answer, Flaw, Trouble};
use maud::{Markup, html};
use serde_json::Value;

use super::text::{block, first, left_out, plain};

/// A request and what came of it.
#[derive(Clone)]
pub(super) struct Exchange {
    /// As a line for the shell, without the token.
    pub(super) curl: String,
    pub(super) answer: Result<Answer, Trouble>,
}

/// A model as it came.
#[derive(Clone)]
pub(super) struct Item<M> {
    pub(super) model: M,
    pub(super) value: Value,
    /// What is not as the protocol has it, although it could be read.
    pub(super) flaws: Vec<Flaw>,
}

/// A page of a list.
pub(super) struct Listed<M> {
    /// What cannot be read has its flaws in its place.
    pub(super) items: Vec<Result<Item<M>, Vec<Flaw>>>,
    /// How many more there were than were asked for.
    pub(super) beyond: usize,
    pub(super) next: Option<String>,
}

/// An answer that a page can do nothing with but show it.
#[derive(Clone)]
pub(super) struct Problem {
    pub(super) says: String,
    pub(super) flaws: Vec<Flaw>,
    pub(super) exchange: Exchange,
}

/// `404 Not Found`.
pub(super) fn status(answer: &Answer) -> String {
    let status = StatusCode::from_u16(answer.status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    match reason {
        Some(reason) => format!("{} {reason}", answer.status),
        None => answer.status.to_string(),
    }
}

impl Problem {
    pub(super) fn boxed(says: impl Into<String>, exchange: Exchange) -> Box<Self> {
        Box::new(Self {
            says: says.into(),
            flaws: Vec::new(),
            exchange,
        })
    }

    /// What happened, in a box of its own.
    pub(super) fn show(&self) -> Markup {
        html! {
            section.problem role="alert" {
                p { strong { (plain(&self.says)) } }
                (show_flaws(&self.flaws))
                (self.exchange.show())
            }
        }
    }
}

/// The places that are not as the protocol has them.
pub(super) fn show_flaws(flaws: &[Flaw]) -> Markup {
    html! {
        @if !flaws.is_empty() {
            @let (shown, more) = first(flaws);
            ul.flaws {
                @for flaw in shown {
                    li {
                        @if !flaw.path.is_empty() { code { (plain(&flaw.path)) } ": " }
                        "expected " (plain(&flaw.expected)) ", found " (plain(&flaw.found))
                    }
                }
            }
            (left_out(more))
        }
    }
}

/// What there is to say of a page that is longer than was asked for.
pub(super) fn show_beyond(beyond: usize) -> Markup {
    html! {
        @if beyond > 0 {
            p.muted { "The provider sent " (beyond) " more than it was asked for with " code { "limit" } "; they are not shown." }
        }
    }
}

impl Exchange {
    /// The request as a line for the shell, and the answer.
    pub(super) fn show(&self) -> Markup {
        html! {
            div.exchange {
                p.caption { "Request" }
                pre.copyable tabindex="0" aria-label="Request" { code { (block(&self.curl)) } }
                p.caption { "Answer" }
                @match &self.answer {
                    Ok(answer) => {
                        p {
                            span class={ "status-code status-" (answer.status / 100) "xx" } { (status(answer)) }
                            @if let Some(media_type) = answer.media_type() { " " code { (plain(media_type)) } }
                        }
                        @if answer.body.is_empty() {
                            p.muted { "An empty body." }
                        } @else {
                            pre tabindex="0" aria-label="Body of the answer" { code { (block(&pretty(answer))) } }
                        }
                    }
                    Err(trouble) => p { (plain(&trouble.to_string())) },
                }
            }
        }
    }
}

fn pretty(answer: &Answer) -> String {
    match answer.json() {
        Ok(value) => format!("{value:#}"),
        Err(_) => String::from_utf8_lossy(&answer.body).into_owned(),
    }
}
