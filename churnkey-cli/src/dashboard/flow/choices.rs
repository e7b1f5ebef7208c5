//! The form fields of an offer.

use churnkey_protocol::FeatureKind;
use churnkey_runtime::{TimeUnit, Timestamp};
use churnkey_verify::Module;
use maud::{Markup, html};

use crate::dashboard::text::{first, left_out, plain};
use churnkey_verify::internal::DeclaredManifest;

/// The options of an offer.
pub(super) struct Choices {
    /// Ids with labels.
    pub(super) options: Vec<(String, String)>,
    /// Labels of those that are not offered, with the reasons.
    pub(super) unfit: Vec<(String, &'static str)>,
    /// The URL of the next page of options.
    pub(super) further: Option<String>,
    pub(super) unread: usize,
}

/// A field to choose one option.
pub(super) fn choice(action: Module, name: &str, choices: &Choices) -> Markup {
    let id = format!("{action}-object");
    html! {
        p.field {
            label for=(id) { (name) }
            select id=(id) name="object" required {
                option value="" { "Choose a " (name.to_lowercase()) }
                @for (value, label) in &choices.options { option value=(value) { (plain(label)) } }
            }
            @if let Some(further) = &choices.further { a href=(further) { "More options" } }
        }
        @if !choices.unfit.is_empty() {
            @let (shown, more) = first(&choices.unfit);
            details {
                summary { (choices.unfit.len()) " not offered" }
                ul { @for (label, why) in shown { li { (plain(label)) ": " (why) } } }
                (left_out(more))
            }
        }
        @if choices.unread > 0 {
            p.muted { (choices.unread) " more cannot be read: see the catalogue." }
        }
    }
}

/// The field for the schedule, with the values that the manifest allows. The end of the period is
/// chosen if it is allowed, because it takes nothing from the customer; an immediate effect never
/// is, so that it must be chosen.
pub(super) fn schedule(action: Module, legend: &str, manifest: &DeclaredManifest) -> Markup {
    let both = [
        ("immediate", "immediately"),
        ("end-of-period", "at the end of the period"),
    ];
    let is_on = |word: &str| manifest.allows(action, FeatureKind::Schedules, word);
    let allowed: Vec<_> = both.iter().filter(|(word, _)| is_on(word)).collect();
    html! {
        fieldset {
            legend { (legend) }
            @for (value, label) in allowed {
                @let id = format!("{action}-{value}");
                span.check {
                    input type="radio" name="schedule" id=(id) value=(value) required checked[*value == "end-of-period"];
                    label for=(id) { (label) }
                }
            }
        }
    }
}

/// The fields for the length, with the kinds that the manifest allows.
pub(super) fn length(
    action: Module,
    manifest: &DeclaredManifest,
    (amount, unit): (u32, TimeUnit),
) -> Markup {
    let id = |name: &str| format!("{action}-{name}");
    let is_on = |word: &str| manifest.allows(action, FeatureKind::Durations, word);
    let (period, date) = (is_on("period"), is_on("date"));
    let units = [
        (TimeUnit::Day, "day", "days"),
        (TimeUnit::Week, "week", "weeks"),
        (TimeUnit::Month, "month", "months"),
        (TimeUnit::Year, "year", "years"),
    ];
    let in_a_month = Timestamp::now().plus(1, TimeUnit::Month);
    let in_a_month = in_a_month.map_or_else(String::new, |date| date.to_string()[..10].to_owned());
    html! {
        fieldset.length {
            legend { "Length" }
            @if period {
                span.check {
                    input type="radio" name="length" id=(id("period")) value="period" checked;
                    label for=(id("period")) { "for" }
                    input type="number" name="amount" min="1" value=(amount) aria-label="Number" inputmode="numeric";
                    select name="unit" aria-label="Unit" {
                        @for (one, value, label) in units {
                            option value=(value) selected[one == unit] { (label) }
                        }
                    }
                }
            }
            @if date {
                span.check {
                    input type="radio" name="length" id=(id("date")) value="date" checked[!period];
                    label for=(id("date")) { "until" }
                    input type="date" name="date" value=(in_a_month) aria-label="End date";
                }
            }
        }
    }
}
