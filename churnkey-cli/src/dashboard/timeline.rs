//! A subscription in time, as a picture and as a table.
//!
//! The picture has no size of its own: places are percentages of its width and texts are as large as on the rest of the page, so that it can be read
//! on a phone too.

use churnkey_runtime::{Subscription, SubscriptionStatus, TimeUnit, Timestamp};
use maud::{Markup, html};

use super::text::{moment, plain, text, time};

const DAY: i64 = 86_400_000;
/// How far from the present the picture reaches at most. Some write the year 9999 for "never".
const FARTHEST: i64 = 550 * DAY;
const LANE: i64 = 38;
const AXIS: i64 = 26;
const MOST_TICKS: i64 = 5;
/// All of them are listed beside the picture.
const MOST_DISCOUNTS: usize = 12;

/// A stretch of time with a name.
#[derive(Debug)]
struct Stretch {
    what: String,
    class: &'static str,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    /// What it means that there is no end, or what else there is to say.
    note: &'static str,
}

/// What of the time is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
    from: i64,
    to: i64,
}

/// Draws a subscription. The `id` is one that nothing else on the page has.
pub(super) fn timeline(subscription: &Subscription, now: Timestamp, id: &str) -> Markup {
    let stretches = stretches(subscription);
    let window = Window::around(&stretches, now);
    let lanes = i64::try_from(stretches.len()).unwrap_or_default();
    let height = AXIS + lanes * LANE;
    let title = format!("{id}-timeline");
    let today = window.place(now.unix_millis());
    html! {
        figure.timeline {
            svg role="img" aria-labelledby=(title) width="100%" height=(height) {
                title id=(title) {
                    "Timeline of " (plain(subscription.id.as_str())) ": "
                    @for (index, stretch) in stretches.iter().enumerate() {
                        @if index > 0 { "; " }
                        (plain(&stretch.what)) " " (stretch.words())
                    }
                    ". Today is " (moment(now)) "."
                }
                @for (at, label) in window.ticks() {
                    line.tick x1=(percent(at)) x2=(percent(at)) y1="18" y2=(height) {}
                    @if (at - today).abs() > 16.0 {
                        text.axis x=(percent(at)) y="12" text-anchor="middle" { (label) }
                    }
                }
                @for (index, stretch) in (0..).zip(&stretches) { (bar(stretch, window, AXIS + index * LANE)) }
                (present(window, now, height))
                @for (index, stretch) in (0..).zip(&stretches) {
                    text.lane x="0" y=(AXIS + index * LANE + 12) {
                        tspan.lane-name { (shortened(&stretch.what)) } " " (stretch.dates())
                    }
                }
            }
            details {
                summary { "The timeline as a table" }
                table {
                    thead { tr { th scope="col" { "What" } th scope="col" { "From" } th scope="col" { "To" } th scope="col" { "Now" } } }
                    tbody {
                        @for stretch in &stretches {
                            tr {
                                th scope="row" { (text(&stretch.what)) }
                                td { @match stretch.start { Some(start) => (time(start)), None => "not known" } }
                                td { @match stretch.end { Some(end) => (time(end)), None => (stretch.note) } }
                                td { (stretch.when(now)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn stretches(subscription: &Subscription) -> Vec<Stretch> {
    let status = &subscription.status;
    let mut stretches = vec![Stretch {
        what: "Subscription".to_owned(),
        class: "bar-subscription",
        start: Some(subscription.start),
        end: match status {
            SubscriptionStatus::Canceled { canceled_at, .. } => Some(*canceled_at),
            _ => None,
        },
        note: "goes on",
    }];
    if let Some(trial) = status.trial_dates() {
        stretches.push(Stretch {
            what: "Trial".to_owned(),
            class: "bar-trial",
            start: Some(trial.start),
            end: Some(trial.end),
            note: "",
        });
    }
    if let Some(period) = status.current_period_dates() {
        stretches.push(Stretch {
            what: "Billing period".to_owned(),
            class: match status {
                SubscriptionStatus::Unpaid { .. } => "bar-unpaid",
                _ => "bar-period",
            },
            start: Some(period.start),
            end: Some(period.end),
            note: "",
        });
    }
    if let SubscriptionStatus::Paused { pause, .. } = status {
        stretches.push(Stretch {
            what: "Pause".to_owned(),
            class: "bar-pause",
            start: Some(pause.start),
            end: pause.end,
            note: "until someone ends it",
        });
    }
    for discount in subscription.discounts.iter().take(MOST_DISCOUNTS) {
        let coupon = &discount.coupon;
        let name = coupon.name.as_deref().or(coupon.code.as_deref());
        stretches.push(Stretch {
            what: format!("Discount {}", name.unwrap_or(coupon.id.as_str())),
            class: "bar-discount",
            start: discount.start,
            end: discount.end,
            note: "no known end",
        });
    }
    stretches
}

fn bar(stretch: &Stretch, window: Window, top: i64) -> Markup {
    let start = stretch.start.map_or(i64::MIN, Timestamp::unix_millis);
    let end = stretch.end.map_or(i64::MAX, Timestamp::unix_millis);
    let (from, to) = (window.place(start), window.place(end));
    let bar = top + 18;
    html! {
        g class=(stretch.class) {
            rect.track x="0" y=(bar) width="100%" height="12" rx="2" {}
            @if end >= window.from && start <= window.to {
                // What is too short to be seen is drawn as a mark.
                rect.bar x=(percent(from.min(99.4))) y=(bar) width=(percent((to - from).max(0.6))) height="12" rx="2" {}
                @if end > window.to { text.more x="100%" y=(bar + 10) text-anchor="end" { "▸" } }
                @if start < window.from { text.more x="0" y=(bar + 10) { "◂" } }
            }
        }
    }
}

fn present(window: Window, now: Timestamp, height: i64) -> Markup {
    let millis = now.unix_millis();
    let at = window.place(millis);
    let anchor = match at {
        ..6.0 => "start",
        94.0.. => "end",
        _ => "middle",
    };
    html! {
        @if (window.from..=window.to).contains(&millis) {
            g.now {
                line x1=(percent(at)) x2=(percent(at)) y1="16" y2=(height) {}
                    circle cx=(percent(at)) cy="18" r="3.5" {}
                text.axis x=(percent(at)) y="12" text-anchor=(anchor) { "today" }
            }
        }
    }
}

/// A name in the picture has one line; the table has all of it.
fn shortened(text: &str) -> String {
    const MOST: usize = 22;
    let text = plain(text);
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Stretch {
    fn words(&self) -> String {
        match (self.start, self.end) {
            (Some(start), Some(end)) => format!("{} to {}", moment(start), moment(end)),
            (Some(start), None) => format!("from {}, {}", moment(start), self.note),
            (None, Some(end)) => format!("up to {}", moment(end)),
            (None, None) => "without known dates".to_owned(),
        }
    }

    /// The same, as short as the picture needs it: where there is no end, the bar shows it.
    fn dates(&self) -> String {
        let day = |at: Timestamp| at.to_string()[..10].to_owned();
        match (self.start, self.end) {
            (Some(start), Some(end)) => format!("{} to {}", day(start), day(end)),
            (Some(start), None) => format!("from {}", day(start)),
            (None, Some(end)) => format!("up to {}", day(end)),
            (None, None) => "without known dates".to_owned(),
        }
    }

    /// A start is inclusive and an end exclusive. Protocol: **assumed**.
    fn when(&self, now: Timestamp) -> &'static str {
        match (self.start, self.end) {
            (None, None) => "not known",
            (Some(start), _) if now < start => "to come",
            (_, Some(end)) if now >= end => "over",
            _ => "now",
        }
    }
}

impl Window {
    /// All that has a date, and the present, within what can be seen.
    fn around(stretches: &[Stretch], now: Timestamp) -> Self {
        let now = now.unix_millis();
        let dates: Vec<_> = stretches
            .iter()
            .flat_map(|stretch| [stretch.start, stretch.end])
            .flatten()
            .map(Timestamp::unix_millis)
            .collect();
        let first = dates.iter().copied().min().unwrap_or(now);
        let last = dates.iter().copied().max().unwrap_or(now);
        // What lies wholly in another time is shown at its own.
        let anchor = now.clamp(
            first.saturating_sub(FARTHEST),
            last.saturating_add(FARTHEST),
        );
        let near = |date: &i64| (anchor - FARTHEST..=anchor + FARTHEST).contains(date);
        let shown = dates.iter().copied().filter(near);
        let shown: Vec<_> = shown.chain([anchor]).collect();
        let first = shown.iter().copied().min().unwrap_or(anchor);
        let last = shown.iter().copied().max().unwrap_or(anchor);
        let span = (last - first).max(14 * DAY);
        Self {
            from: first - span / 25,
            to: last + span / 12,
        }
    }

    /// Where a moment is, from 0 to 100.
    fn place(self, millis: i64) -> f64 {
        let millis = millis.clamp(self.from, self.to);
        // Both are far below 2^53.
        (millis - self.from) as f64 / (self.to - self.from) as f64 * 100.0
    }

    /// Round dates, and where they are.
    fn ticks(self) -> Vec<(f64, String)> {
        let days = (self.to - self.from) / DAY;
        let (step, unit) = [
            (2, TimeUnit::Day),
            (7, TimeUnit::Day),
            (14, TimeUnit::Day),
            (1, TimeUnit::Month),
            (2, TimeUnit::Month),
            (3, TimeUnit::Month),
            (6, TimeUnit::Month),
        ]
        .into_iter()
        .find(|(step, unit)| {
            let length = if *unit == TimeUnit::Day { 1 } else { 30 };
            days / (i64::from(*step) * length) <= MOST_TICKS
        })
        .unwrap_or((12, TimeUnit::Month));
        let in_months = unit == TimeUnit::Month;
        let mut ticks = Vec::new();
        let mut tick = Timestamp::from_unix_millis(self.from).and_then(|from| {
            let wire = from.to_string();
            let begin = match in_months {
                true => format!("{}-01T00:00:00.000Z", &wire[..7]),
                false => format!("{}T00:00:00.000Z", &wire[..10]),
            };
            begin.parse::<Timestamp>().ok()
        });
        while let Some(at) = tick {
            if at.unix_millis() > self.to {
                break;
            }
            let place = self.place(at.unix_millis());
            // A label at the very edge would be cut off.
            if at.unix_millis() >= self.from && (6.0..=94.0).contains(&place) {
                let wire = at.to_string();
                let label = if in_months { &wire[..7] } else { &wire[5..10] };
                ticks.push((place, label.to_owned()));
            }
            tick = at.plus(step, unit);
        }
        ticks
    }
}

fn percent(place: f64) -> String {
    format!("{place:.2}%")
}

#[cfg(test)]
mod tests {
    use churnkey_runtime::{
        BillingCycle, Coupon, CouponDuration, Discount, PausePeriod, Percent, SubscriptionPeriod,
    };

    use super::*;

    fn at(date: &str) -> Timestamp {
        format!("{date}T00:00:00Z").parse().unwrap()
    }

    fn subscription(status: SubscriptionStatus, start: &str) -> Subscription {
        Subscription::new("s_1", "c_1", status, at(start), BillingCycle::monthly(), [])
    }

    fn drawn(subscription: &Subscription, now: &str) -> String {
        timeline(subscription, at(now), "t").into_string()
    }

    #[test]
    fn every_stretch_is_in_the_picture_and_in_the_table() {
        let coupon = Coupon::new("half", CouponDuration::Once, Percent::new(50.0).unwrap());
        let status = SubscriptionStatus::paused(PausePeriod::new(at("2026-05-10")))
            .current_period(SubscriptionPeriod::new(at("2026-05-01"), at("2026-06-01")))
            .trial_period(SubscriptionPeriod::new(at("2026-04-01"), at("2026-05-01")));
        let drawn = drawn(
            &subscription(status, "2026-04-01").discount(Discount::new(coupon)),
            "2026-05-15",
        );
        for what in [
            "Subscription",
            "Trial",
            "Billing period",
            "Pause",
            "Discount half",
        ] {
            assert!(drawn.matches(what).count() >= 3, "{what}: {drawn}");
        }
        assert!(drawn.contains("until someone ends it"));
        assert!(drawn.contains(r#"class="now""#));
    }

    #[test]
    fn a_picture_reaches_no_further_than_can_be_seen() {
        let never = SubscriptionPeriod::new(at("2026-05-01"), at("9999-12-31"));
        let status = SubscriptionStatus::active().current_period(never);
        let stretches = stretches(&subscription(status, "0001-01-01"));
        let now = at("2026-05-15");
        let window = Window::around(&stretches, now);
        assert!(window.to - window.from < 3 * FARTHEST, "{window:?}");
        assert!((window.from..window.to).contains(&now.unix_millis()));
    }

    #[test]
    fn what_ended_long_ago_is_shown_in_its_own_time() {
        let status = SubscriptionStatus::canceled(at("2011-03-01"));
        let drawn = drawn(&subscription(status, "2011-01-01"), "2026-05-15");
        assert!(drawn.contains("2011-0"), "{drawn}");
        assert!(!drawn.contains(r#"class="now""#), "{drawn}");
    }

    #[test]
    fn the_ends_of_time_do_not_overflow() {
        for (start, now) in [("0000-01-01", "9999-12-31"), ("9999-12-31", "0000-01-01")] {
            let status = SubscriptionStatus::active()
                .current_period(SubscriptionPeriod::new(at(start), at(start)));
            assert!(drawn(&subscription(status, start), now).contains("</svg>"));
        }
    }

    #[test]
    fn the_axis_has_a_few_round_dates() {
        for days in [1, 10, 40, 100, 400, 1000] {
            let window = Window {
                from: at("2026-01-20").unix_millis(),
                to: at("2026-01-20").unix_millis() + days * DAY,
            };
            let ticks = window.ticks();
            assert!(ticks.len() <= 8, "{days}: {ticks:?}");
        }
    }
}
