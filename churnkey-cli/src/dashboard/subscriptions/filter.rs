//! The filters of the list of subscriptions.

use churnkey_runtime::{Subscription, SubscriptionStatus};
use churnkey_verify::internal::encoded;
use maud::{Markup, html};

use crate::dashboard::fields::Fields;

/// The words of a filter, each with its label. An empty word filters nothing.
type Choices = &'static [(&'static str, &'static str)];

/// The filters with fixed choices: the field, its label, and the choices.
const CHOICES: [(&str, &str, Choices); 4] = [
    (
        "status",
        "Status",
        &[
            ("", "any"),
            ("active", "active"),
            ("trial", "trial"),
            ("paused", "paused"),
            ("unpaid", "unpaid"),
            ("canceled", "canceled"),
        ],
    ),
    (
        "annual",
        "Charged",
        &[("", "any"), ("yes", "by the year"), ("no", "more often")],
    ),
    (
        "trial",
        "Trial",
        &[("", "any"), ("yes", "with a trial"), ("no", "without")],
    ),
    (
        "discount",
        "Discount",
        &[("", "any"), ("yes", "with a discount"), ("no", "without")],
    ),
];

/// The filters with a text: the field and its label.
const TEXTS: [(&str, &str); 3] = [
    ("id", "Id of the subscription"),
    ("price", "Id of a price"),
    ("coupon", "Id of a coupon"),
];

/// The chosen filters. All of them must hold.
pub(super) struct Filter<'f> {
    /// The fields with their values, without the empty ones.
    chosen: Vec<(&'static str, &'f str)>,
}

impl<'f> Filter<'f> {
    pub(super) fn read(fields: &'f Fields) -> Self {
        let choices = CHOICES.iter().map(|(name, ..)| *name);
        let names = choices.chain(TEXTS.iter().map(|(name, _)| *name));
        Self {
            chosen: names
                .filter_map(|name| Some((name, fields.filled(name)?)))
                .collect(),
        }
    }

    fn get(&self, name: &str) -> &str {
        let chosen = self.chosen.iter().find(|(other, _)| *other == name);
        chosen.map_or("", |(_, value)| value)
    }

    pub(super) fn fits(&self, subscription: &Subscription) -> bool {
        self.chosen.iter().all(|(name, value)| match *name {
            "status" => subscription.status.name() == *value,
            "annual" => subscription.duration.is_annual() == (*value == "yes"),
            "trial" => has_trial(&subscription.status) == (*value == "yes"),
            "discount" => subscription.discounts.is_empty() == (*value != "yes"),
            "price" => {
                let mut items = subscription.items.iter();
                items.any(|item| item.price.id.as_str() == *value)
            }
            "coupon" => {
                let mut discounts = subscription.discounts.iter();
                discounts.any(|discount| discount.coupon.id.as_str() == *value)
            }
            _ => subscription.id.as_str() == *value,
        })
    }

    /// The query of the same filters, which ends with `&` unless it is empty.
    pub(super) fn query(&self) -> String {
        let fields = self.chosen.iter();
        fields
            .map(|(name, value)| format!("{name}={}&", encoded(value)))
            .collect()
    }

    pub(super) fn form(&self) -> Markup {
        let has_texts = TEXTS.iter().any(|(name, _)| !self.get(name).is_empty());
        html! {
            form.search.filters method="get" action="/subscriptions" aria-label="Filters" {
                @for (name, label, choices) in CHOICES {
                    p.field {
                        label for=(name) { (label) }
                        select id=(name) name=(name) {
                            @for (word, label) in choices {
                                option value=(word) selected[*word == self.get(name)] { (label) }
                            }
                        }
                    }
                }
                details open[has_texts] {
                    summary { "By id" }
                    div.filters {
                        @for (name, label) in TEXTS {
                            p.field {
                                label for=(name) { (label) }
                                input id=(name) name=(name) value=(self.get(name)) autocomplete="off" spellcheck="false" autocapitalize="none";
                            }
                        }
                    }
                }
                p.buttons {
                    button.primary type="submit" { "Filter" }
                    @if !self.chosen.is_empty() { " " a.button href="/subscriptions" { "Show all" } }
                }
            }
        }
    }
}

fn has_trial(status: &SubscriptionStatus) -> bool {
    status.trial_dates().is_some()
}

#[cfg(test)]
mod tests {
    use churnkey_runtime::{BillingCycle, SubscriptionPeriod, Timestamp};

    use super::*;

    fn subscription(status: SubscriptionStatus, cycle: BillingCycle) -> Subscription {
        Subscription::new("s/1", "c", status, Timestamp::now(), cycle, [])
    }

    fn fits(query: &[(&str, &str)], subscription: &Subscription) -> bool {
        let fields = query.iter();
        let fields = fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Filter::read(&Fields::new(fields.collect())).fits(subscription)
    }

    #[test]
    fn all_filters_must_hold() {
        let now = Timestamp::now();
        let active = subscription(SubscriptionStatus::active(), BillingCycle::yearly());
        let trial = SubscriptionStatus::trial(SubscriptionPeriod::new(now, now));
        let trial = subscription(trial, BillingCycle::monthly());
        for (query, expected) in [
            (&[][..], [true, true]),
            (&[("status", "active")], [true, false]),
            (&[("status", "")], [true, true]),
            (&[("annual", "yes")], [true, false]),
            (&[("annual", "no")], [false, true]),
            (&[("trial", "yes")], [false, true]),
            (&[("trial", "no"), ("annual", "yes")], [true, false]),
            (&[("discount", "yes")], [false, false]),
            (&[("discount", "no")], [true, true]),
            (&[("id", "s/1")], [true, true]),
            (&[("price", "p")], [false, false]),
            (&[("coupon", "c")], [false, false]),
        ] {
            assert_eq!(
                [fits(query, &active), fits(query, &trial)],
                expected,
                "{query:?}"
            );
        }
    }

    #[test]
    fn query_has_the_chosen_filters() {
        let fields = Fields::new(vec![
            ("id".to_owned(), "s/1".to_owned()),
            ("status".to_owned(), String::new()),
            ("other".to_owned(), "x".to_owned()),
        ]);
        assert_eq!(Filter::read(&fields).query(), "id=s%2F1&");
    }
}
