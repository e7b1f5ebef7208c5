//! A subscription before and after an action, on one time scale.

use churnkey_runtime::{Subscription, Timestamp};
use maud::{Markup, html};
use serde_json::Value;

use crate::dashboard::diff::{self, rows};
use crate::dashboard::exchange::Item;
use crate::dashboard::log::Snapshot;
use crate::dashboard::subscription::facts;
use crate::dashboard::table::{Row, table, words};
use crate::dashboard::text::{first, left_out, moment, plain, status, text};
use crate::dashboard::timeline::{timeline_in, window};
use crate::dashboard::unreadable::show_flaws;

/// A subscription before and after an action.
pub(super) struct Pair<'a> {
    pub(super) id: &'a str,
    before: Option<&'a Item<Subscription>>,
    after: Option<&'a Item<Subscription>>,
    rows: Vec<diff::Row>,
}

/// The subscriptions of two snapshots by their ids.
pub(super) fn pairs<'a>(before: &'a Snapshot, after: &'a Snapshot) -> Vec<Pair<'a>> {
    fn items(snapshot: &Snapshot) -> &[Item<Subscription>] {
        match snapshot {
            Ok(Some(items)) => items,
            _ => &[],
        }
    }
    let (before, after) = (items(before), items(after));
    let is_new = |item: &&Item<Subscription>| before.iter().all(|other| id(other) != id(item));
    let all = before.iter().chain(after.iter().filter(is_new));
    all.map(|item| {
        let of = |items: &'a [Item<Subscription>]| items.iter().find(|other| id(other) == id(item));
        let (before, after) = (of(before), of(after));
        let value =
            |item: Option<&'a Item<Subscription>>| item.map_or(&Value::Null, |one| &one.value);
        Pair {
            id: id(item),
            before,
            after,
            rows: rows(value(before), value(after)),
        }
    })
    .collect()
}

fn id(item: &Item<Subscription>) -> &str {
    item.model.id.as_str()
}

impl Pair<'_> {
    /// The fields that changed.
    pub(super) fn changed(&self) -> impl Iterator<Item = &diff::Row> {
        self.rows.iter().filter(|row| row.change().is_some())
    }

    /// Shows the changes as a table, and both states on one time scale. The index makes the ids
    /// unique on the page.
    pub(super) fn show(&self, index: usize) -> Markup {
        let now = Timestamp::now();
        let both = [self.before, self.after];
        let window = window(both.into_iter().flatten().map(|item| &item.model), now);
        let side = |name: &str, title: &str, item: Option<&Item<Subscription>>| {
            let id = format!("{name}-{index}");
            html! {
                section.side aria-labelledby={ (id) "-title" } {
                    div.card-head {
                        h3 id={ (id) "-title" } { (title) }
                        @if let Some(item) = item { (status(&item.model.status)) }
                    }
                    @match item {
                        Some(item) => {
                            (timeline_in(window, &item.model, now, &id))
                            details { summary { "Facts" } dl.facts { (facts(&item.model)) } }
                            (show_flaws(&item.flaws))
                        }
                        None => p.muted { "The provider does not have it." },
                    }
                }
            }
        };
        html! {
            section aria-labelledby={ "pair-" (index) } {
                h2 id={ "pair-" (index) } { "Changes of " code { (text(self.id)) } }
                (self.table())
                div.card.before-after {
                    (side("before", "Before", self.before))
                    (side("after", "After", self.after))
                }
            }
        }
    }

    fn table(&self) -> Markup {
        let same: Vec<_> = self
            .rows
            .iter()
            .filter(|row| row.change().is_none())
            .collect();
        let changed: Vec<_> = self.changed().collect();
        html! {
            @if changed.is_empty() { p.muted { "No field changed." } }
            @else { div.diff { (fields("Fields that changed", &changed)) } }
            details {
                summary { (same.len()) " fields did not change" }
                (fields("Fields that did not change", &same))
            }
        }
    }
}

fn fields(caption: &str, rows: &[&diff::Row]) -> Markup {
    let columns = [
        words("Field"),
        words("Before"),
        words("After"),
        words("Change"),
    ];
    let (shown, more) = first(rows);
    let rows: Vec<_> = shown
        .iter()
        .map(|row| {
            Row::Cells(vec![
                html! { code { (plain(&row.path)) } },
                value(row.before.as_deref()),
                value(row.after.as_deref()),
                html! { (row.change().unwrap_or("same")) },
            ])
        })
        .collect();
    html! { (table(caption, &columns, &rows)) (left_out(more)) }
}

/// A value; a moment in the form of the rest of the page.
fn value(value: Option<&str>) -> Markup {
    html! {
        @match value {
            Some(value) => @match value.parse::<Timestamp>() {
                Ok(at) if value.contains('T') => span title=(value) { (moment(at)) },
                _ => (text(value)),
            },
            None => span.muted { "absent" },
        }
    }
}
