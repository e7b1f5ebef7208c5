//! A request to the provider, its response, and their display.

use axum::http::StatusCode;
use churnkey_verify::internal::{ModelFlaw, Response, TransportError};
use maud::{Markup, html};
use serde_json::Value;

use super::text::{block, first, left_out, plain};

/// A request and its response.
#[derive(Clone)]
pub(super) struct Exchange {
    /// The request as a curl command, without the token.
    pub(super) curl: String,
    pub(super) response: Result<Response, TransportError>,
}

/// A model that the provider sent.
#[derive(Clone)]
pub(super) struct Item<M> {
    pub(super) model: M,
    pub(super) value: Value,
    /// Violations of the protocol that did not prevent reading the model.
    pub(super) flaws: Vec<ModelFlaw>,
}

/// A page of a list.
pub(super) struct Listed<M> {
    /// The items; for an item that cannot be read, its flaws.
    pub(super) items: Vec<Result<Item<M>, Vec<ModelFlaw>>>,
    /// The number of items beyond the requested limit.
    pub(super) beyond: usize,
    pub(super) next: Option<String>,
}

/// A response that cannot be used and is shown as it is.
#[derive(Clone)]
pub(super) struct Problem {
    pub(super) message: String,
    pub(super) flaws: Vec<ModelFlaw>,
    pub(super) exchange: Exchange,
}

/// The status of a response, such as `404 Not Found`.
pub(super) fn status(response: &Response) -> String {
    let status = StatusCode::from_u16(response.status).ok();
    let reason = status.and_then(|status| status.canonical_reason());
    match reason {
        Some(reason) => format!("{} {reason}", response.status),
        None => response.status.to_string(),
    }
}

impl Problem {
    pub(super) fn boxed(message: impl Into<String>, exchange: Exchange) -> Box<Self> {
        Box::new(Self {
            message: message.into(),
            flaws: Vec::new(),
            exchange,
        })
    }

    /// Shows the message, the flaws and the exchange.
    pub(super) fn show(&self) -> Markup {
        html! {
            section.problem role="alert" {
                p { strong { (plain(&self.message)) } }
                (show_flaws(&self.flaws))
                (self.exchange.show())
            }
        }
    }
}

/// Lists violations of the protocol.
pub(super) fn show_flaws(flaws: &[ModelFlaw]) -> Markup {
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

/// A note about a page that has more items than were requested.
pub(super) fn show_beyond(beyond: usize) -> Markup {
    html! {
        @if beyond > 0 {
            p.muted { "The provider sent " (beyond) " more items than " code { "limit" } " allows; they are not shown." }
        }
    }
}

impl Exchange {
    /// Shows the request as a curl command, and the response.
    pub(super) fn show(&self) -> Markup {
        html! {
            div.exchange {
                p.caption { "Request" }
                pre.copyable tabindex="0" aria-label="Request" { code { (block(&self.curl)) } }
                p.caption { "Response" }
                @match &self.response {
                    Ok(response) => {
                        p {
                            span class={ "status-code status-" (response.status / 100) "xx" } { (status(response)) }
                            @if let Some(media_type) = response.media_type() {
                                " " code { (plain(&media_type)) }
                            }
                        }
                        @if response.body.is_empty() {
                            p.muted { "The body is empty." }
                        } @else {
                            pre tabindex="0" aria-label="Body of the response" { code { (block(&pretty(response))) } }
                        }
                    }
                    Err(error) => p { (plain(&error.to_string())) },
                }
            }
        }
    }
}

fn pretty(response: &Response) -> String {
    match response.json() {
        Ok(value) => format!("{value:#}"),
        Err(_) => String::from_utf8_lossy(&response.body).into_owned(),
    }
}
