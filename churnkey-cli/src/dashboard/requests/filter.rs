//! The filter of the request log.

use churnkey_verify::Module;
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use crate::dashboard::fields::Fields;
use crate::dashboard::request_log::{Answer, Entry, Source};

/// The choices for the status.
const STATUSES: [(&str, &str); 5] = [
    ("2", "2xx"),
    ("3", "3xx"),
    ("4", "4xx"),
    ("5", "5xx"),
    ("none", "no response"),
];
/// The fields of the form, which are also those of the query.
const FIELDS: [&str; 5] = ["status", "module", "source", "customer", "text"];

/// The filter, as it was entered.
pub(super) struct Filter<'f> {
    fields: &'f Fields,
}

impl<'f> Filter<'f> {
    pub(super) fn new(fields: &'f Fields) -> Self {
        Self { fields }
    }

    pub(super) fn is_empty(&self) -> bool {
        FIELDS.iter().all(|name| self.fields.filled(name).is_none())
    }

    pub(super) fn fits(&self, entry: &Entry) -> bool {
        let of = |name| self.fields.filled(name);
        let status = match entry.status() {
            Some(status) => (status / 100).to_string(),
            None => "none".to_owned(),
        };
        let module = entry.subject.module.map(Module::as_str);
        let customer = entry.subject.customer.as_deref();
        of("status").is_none_or(|wanted| wanted == status)
            && of("module").is_none_or(|wanted| Some(wanted) == module)
            && of("source").is_none_or(|wanted| wanted == entry.source.kind())
            && of("customer").is_none_or(|wanted| Some(wanted) == customer)
            && of("text").is_none_or(|wanted| contains(entry, &wanted.to_lowercase()))
    }

    /// The query of this filter, with another field.
    pub(super) fn query(&self, name: &str, value: u64) -> String {
        let mut query = String::new();
        for name in FIELDS {
            if let Some(value) = self.fields.filled(name) {
                query.push_str(&format!("{name}={}&", encoded(value)));
            }
        }
        format!("{query}{name}={value}")
    }

    /// The form. A recording has one source.
    pub(super) fn form(&self, modules: &[Module], is_recording: bool) -> Markup {
        let modules: Vec<_> = modules
            .iter()
            .map(|module| (module.as_str(), module.as_str()))
            .collect();
        html! {
            form.search.filter method="get" action="/requests" role="search" aria-label="Filter" {
                (self.choice("status", "Status", &STATUSES))
                (self.choice("module", "Module", &modules))
                @if !is_recording { (self.choice("source", "Sent by", &Source::KINDS)) }
                p.field {
                    label for="filter-customer" { "Id of a customer" }
                    input id="filter-customer" name="customer" value=(self.fields.get("customer")) autocomplete="off" spellcheck="false" autocapitalize="none";
                }
                p.field.grow {
                    label for="filter-text" { "Text in the path or a body" }
                    input id="filter-text" name="text" value=(self.fields.get("text")) autocomplete="off" spellcheck="false" autocapitalize="none";
                }
                p.buttons {
                    button.primary type="submit" { "Filter" }
                    @if !self.is_empty() { " " a.button href="/requests" { "Show all" } }
                }
            }
        }
    }

    fn choice(&self, name: &str, label: &str, choices: &[(&str, &str)]) -> Markup {
        let chosen = self.fields.get(name);
        html! {
            p.field {
                label for={ "filter-" (name) } { (label) }
                select id={ "filter-" (name) } name=(name) {
                    option value="" { "all" }
                    @for (value, word) in choices {
                        option value=(value) selected[*value == chosen] { (word) }
                    }
                }
            }
        }
    }
}

/// True if the path or a body contains a text, in any case.
fn contains(entry: &Entry, wanted: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(wanted);
    let answer = match &entry.answer {
        Answer::Response { body, .. } => body.as_deref().unwrap_or_default(),
        Answer::None(why) => why,
    };
    let body = entry.body.as_deref().unwrap_or_default();
    has(&format!("{} {}", entry.method, entry.path)) || has(body) || has(answer)
}
