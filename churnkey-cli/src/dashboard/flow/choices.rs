//! What there is to choose in an offer.

use churnkey_protocol::FeatureKind;
use churnkey_runtime::{TimeUnit, Timestamp};
use churnkey_verify::Module;
use maud::{Markup, html};

use crate::dashboard::text::plain;
use churnkey_verify::internal::Supported;

/// What there is to choose from.
pub(super) struct Choices {
    /// Ids with labels.
    pub(super) options: Vec<(String, String)>,
    /// Where there are more.
    pub(super) further: Option<String>,
    pub(super) unread: usize,
}

/// A choice of one.
pub(super) fn choice(action: Module, name: &str, choices: &Choices) -> Markup {
    let id = format!("{action}-object");
    html! {
        p.field {
            label for=(id) { (name) }
            select id=(id) name="object" required {
                @for (value, label) in &choices.options { option value=(value) { (plain(label)) } }
            }
            @if let Some(further) = &choices.further { a href=(further) { "More to choose from" } }
        }
        @if choices.unread > 0 {
            p.muted { (choices.unread) " more cannot be read as the protocol has them: verify the provider to see why." }
        }
    }
}

/// When it takes effect, of what the manifest allows.
pub(super) fn schedule(action: Module, legend: &str, supported: &Supported) -> Markup {
    let both = [
        ("immediate", "immediately"),
        ("end-of-period", "at the end of the period"),
    ];
    let is_on = |word: &str| supported.allows(action, FeatureKind::Schedules, word);
    let allowed: Vec<_> = both.iter().filter(|(word, _)| is_on(word)).collect();
    html! {
        fieldset {
            legend { (legend) }
            @for (index, (value, says)) in allowed.iter().enumerate() {
                @let id = format!("{action}-{value}");
                span.check {
                    input type="radio" name="schedule" id=(id) value=(value) checked[index == 0];
                    label for=(id) { (says) }
                }
            }
        }
    }
}

/// How long it lasts, of what the manifest allows.
pub(super) fn length(
    action: Module,
    supported: &Supported,
    (amount, unit): (u32, TimeUnit),
) -> Markup {
    let id = |name: &str| format!("{action}-{name}");
    let is_on = |word: &str| supported.allows(action, FeatureKind::Durations, word);
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
            legend { "How long" }
            @if period {
                span.check {
                    input type="radio" name="length" id=(id("period")) value="period" checked;
                    label for=(id("period")) { "for" }
                    input type="number" name="amount" min="1" value=(amount) aria-label="How many" inputmode="numeric";
                    select name="unit" aria-label="Of what" {
                        @for (one, value, label) in units { option value=(value) selected[one == unit] { (label) } }
                    }
                }
            }
            @if date {
                span.check {
                    input type="radio" name="length" id=(id("date")) value="date" checked[!period];
                    label for=(id("date")) { "until" }
                    input type="date" name="date" value=(in_a_month) aria-label="Until which day";
                }
            }
        }
    }
}
