//! A request to the provider, its response, and their display.

use axum::http::StatusCode;
use churnkey_verify::internal::{ModelFlaw, Response, TransportError};
use maud::{Markup, html};
use serde_json::Value;

use super::marked::{Marked, marks};
use super::text::{block, plain};
use super::unreadable::{Unreadable, show_flaws};

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
    pub(super) items: Vec<Result<Item<M>, Unreadable>>,
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

    /// Shows the message, the flaws and the exchange. A provider that cannot be reached is no
    /// failure, and the page says so once, in its head.
    pub(super) fn show(&self) -> Markup {
        let is_down = matches!(self.exchange.response, Err(TransportError::Unreachable(_)));
        let marked = match (&self.exchange.response, self.flaws.is_empty()) {
            (Ok(response), false) => response.json().ok(),
            _ => None,
        };
        html! {
            section.problem[!is_down].notice[is_down] role=[(!is_down).then_some("alert")] {
                p { strong { (plain(&self.message)) } }
                (show_flaws(&self.flaws))
                @match marked {
                    Some(value) => {
                        @let marked = Marked::new(&value, &marks(&self.flaws));
                        (marked.show("JSON with the faults marked"))
                        p.caption { "Request" }
                        pre.copyable tabindex="0" aria-label="Request" { code { (block(&self.exchange.curl)) } }
                    }
                    None => (self.exchange.show()),
                }
            }
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
