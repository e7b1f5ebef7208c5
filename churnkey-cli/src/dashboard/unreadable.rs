//! Data of the provider that cannot be read as a model: it is shown, with its faults marked.

use churnkey_verify::internal::ModelFlaw;
use maud::{Markup, html};
use serde_json::Value;

use super::marked::{Marked, marks};
use super::text::{block, first, left_out, plain};

/// A value that is not the model that was expected.
#[derive(Clone)]
pub(super) struct Unreadable {
    /// The request whose response has the value, as a curl command.
    pub(super) curl: String,
    pub(super) value: Value,
    pub(super) flaws: Vec<ModelFlaw>,
}

impl Unreadable {
    /// The id, if the value has one.
    pub(super) fn id(&self) -> Option<&str> {
        self.value.get("id")?.as_str()
    }

    /// Shows the value. `what` is its kind, such as `price`.
    pub(super) fn show(&self, what: &str) -> Markup {
        let marked = Marked::new(&self.value, &marks(&self.flaws));
        html! {
            section.problem.unreadable {
                p {
                    strong { "This " (what) " cannot be read" }
                    @match self.id() {
                        Some(id) => { ": its id is " code { (plain(id)) } "." }
                        None => ". It has no id.",
                    }
                }
                (show_flaws(&self.flaws))
                (marked.clone().excerpt().show(&format!("Faults of the {what}")))
                details {
                    summary { "Complete JSON and request" }
                    (marked.show(&format!("JSON of the {what}")))
                    p.caption { "Request" }
                    pre.copyable tabindex="0" aria-label="Request" { code { (block(&self.curl)) } }
                }
            }
        }
    }
}

/// Lists violations of the protocol, each with its full path in the value.
pub(super) fn show_flaws(flaws: &[ModelFlaw]) -> Markup {
    html! {
        @if !flaws.is_empty() {
            @let (shown, more) = first(flaws);
            ul.flaws {
                @for flaw in shown {
                    li {
                        @if !flaw.place.is_empty() { code { (plain(&flaw.place)) } ": " }
                        "expected " (plain(&flaw.expected)) ", found " (plain(&flaw.found))
                    }
                }
            }
            (left_out(more))
        }
    }
}
