//! The timeline of a subscription, as a picture and as a table.
//!
//! The picture scales with the page: positions are percentages of its width, and its text has the
//! size of the other text on the page, so that it is readable on a phone.

use churnkey_runtime::{Subscription, SubscriptionStatus, TimeUnit, Timestamp};
use maud::{Markup, html};

use super::table::{Row, table, words};
use super::text::{moment, plain, text, time};

const DAY: i64 = 86_400_000;
/// The maximum distance from now that the picture shows, because some providers use the year 9999
/// for "never".
const FARTHEST: i64 = 550 * DAY;
const LANE: i64 = 38;
const AXIS: i64 = 26;
const MAX_TICKS: i64 = 5;
/// The limit of discounts in the picture. All discounts are listed next to it.
const MAX_DISCOUNTS: usize = 12;

/// A named span of time.
#[derive(Debug)]
struct Span {
    name: String,
    class: &'static str,
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    /// The text that is shown if there is no end.
    note: &'static str,
}

/// The time that the picture shows, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Window {
    from: i64,
    to: i64,
}

/// The window that shows all of these subscriptions on one scale.
pub(super) fn window<'a>(
    subscriptions: impl IntoIterator<Item = &'a Subscription>,
    now: Timestamp,
) -> Window {
    let spans: Vec<_> = subscriptions.into_iter().flat_map(spans).collect();
    Window::around(&spans, now)
}

/// Draws a subscription. The `id` must be unique on the page.
pub(super) fn timeline(subscription: &Subscription, now: Timestamp, id: &str) -> Markup {
    timeline_in(window([subscription], now), subscription, now, id)
}

/// Draws a subscription in a window.
pub(super) fn timeline_in(
    window: Window,
    subscription: &Subscription,
    now: Timestamp,
    id: &str,
) -> Markup {
    let spans = spans(subscription);
    let lanes = i64::try_from(spans.len()).unwrap_or_default();
    let height = AXIS + lanes * LANE;
    let title = format!("{id}-timeline");
    let today = window.position(now.unix_millis());
    html! {
        figure.timeline {
            svg role="img" aria-labelledby=(title) width="100%" height=(height) {
                title id=(title) {
                    "Timeline of " (plain(subscription.id.as_str())) ": "
                    @for (index, span) in spans.iter().enumerate() {
                        @if index > 0 { "; " }
                        (plain(&span.name)) " " (span.description())
                    }
                    ". Today is " (moment(now)) "."
                }
                @for (at, label) in window.ticks() {
                    line.tick x1=(percent(at)) x2=(percent(at)) y1="18" y2=(height) {}
                    @if (at - today).abs() > 16.0 {
                        text.axis x=(percent(at)) y="12" text-anchor="middle" { (label) }
                    }
                }
                @for (index, span) in (0..).zip(&spans) { (bar(span, window, AXIS + index * LANE)) }
                (present(window, now, height))
                @for (index, span) in (0..).zip(&spans) {
                    text.lane x="0" y=(AXIS + index * LANE + 12) {
                        tspan.lane-name { (shortened(&span.name)) } " " (span.dates())
                    }
                }
            }
            details {
                summary { "Timeline as a table" }
                (dates(&spans, now))
            }
        }
    }
}

/// The spans as a table.
fn dates(spans: &[Span], now: Timestamp) -> Markup {
    let columns = [words("Name"), words("From"), words("To"), words("State")];
    let rows: Vec<_> = spans
        .iter()
        .map(|span| {
            Row::Cells(vec![
                text(&span.name),
                html! { @match span.start { Some(start) => (time(start)), None => "unknown" } },
                html! { @match span.end { Some(end) => (time(end)), None => (span.note) } },
                html! { (span.state(now)) },
            ])
        })
        .collect();
    table("Timeline", &columns, &rows)
}

fn spans(subscription: &Subscription) -> Vec<Span> {
    let status = &subscription.status;
    let mut spans = vec![Span {
        name: "Subscription".to_owned(),
        class: "bar-subscription",
        start: Some(subscription.start),
        end: match status {
            SubscriptionStatus::Canceled { canceled_at, .. } => Some(*canceled_at),
            _ => None,
        },
        note: "no end",
    }];
    if let Some(trial) = status.trial_dates() {
        spans.push(Span {
            name: "Trial".to_owned(),
            class: "bar-trial",
            start: Some(trial.start),
            end: Some(trial.end),
            note: "",
        });
    }
    if let Some(period) = status.current_period_dates() {
        spans.push(Span {
            name: "Billing period".to_owned(),
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
        spans.push(Span {
            name: "Pause".to_owned(),
            class: "bar-pause",
            start: Some(pause.start),
            end: pause.end,
            note: "without a set end",
        });
    }
    for discount in subscription.discounts.iter().take(MAX_DISCOUNTS) {
        let coupon = &discount.coupon;
        let name = coupon.name.as_deref().or(coupon.code.as_deref());
        spans.push(Span {
            name: format!("Discount {}", name.unwrap_or(coupon.id.as_str())),
            class: "bar-discount",
            start: discount.start,
            end: discount.end,
            note: "no known end",
        });
    }
    spans
}

fn bar(span: &Span, window: Window, top: i64) -> Markup {
    let start = span.start.map_or(i64::MIN, Timestamp::unix_millis);
    let end = span.end.map_or(i64::MAX, Timestamp::unix_millis);
    let (from, to) = (window.position(start), window.position(end));
    let bar = top + 18;
    html! {
        g class=(span.class) {
            rect.track x="0" y=(bar) width="100%" height="12" rx="2" {}
            @if end >= window.from && start <= window.to {
                // A very short span gets a minimum width, so that it stays visible.
                @let width = percent((to - from).max(0.6));
                rect.bar x=(percent(from.min(99.4))) y=(bar) width=(width) height="12" rx="2" {}
                @if end > window.to { text.more x="100%" y=(bar + 10) text-anchor="end" { "▸" } }
                @if start < window.from { text.more x="0" y=(bar + 10) { "◂" } }
            }
        }
    }
}

fn present(window: Window, now: Timestamp, height: i64) -> Markup {
    let millis = now.unix_millis();
    let at = window.position(millis);
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

/// A name that fits on one line of the picture; the table has the complete name.
fn shortened(text: &str) -> String {
    const MAX: usize = 22;
    let text = plain(text);
    match text.char_indices().nth(MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

impl Span {
    fn description(&self) -> String {
        match (self.start, self.end) {
            (Some(start), Some(end)) => format!("{} to {}", moment(start), moment(end)),
            (Some(start), None) => format!("from {}, {}", moment(start), self.note),
            (None, Some(end)) => format!("up to {}", moment(end)),
            (None, None) => "without known dates".to_owned(),
        }
    }

    /// The dates in a short form for the picture, where the bar shows that there is no end.
    fn dates(&self) -> String {
        let day = |at: Timestamp| at.to_string()[..10].to_owned();
        match (self.start, self.end) {
            (Some(start), Some(end)) => format!("{} to {}", day(start), day(end)),
            (Some(start), None) => format!("from {}", day(start)),
            (None, Some(end)) => format!("up to {}", day(end)),
            (None, None) => "without known dates".to_owned(),
        }
    }

    /// The state at a time. The start is inclusive and the end exclusive. Protocol: **assumed**.
    fn state(&self, now: Timestamp) -> &'static str {
        match (self.start, self.end) {
            (None, None) => "unknown",
            (Some(start), _) if now < start => "future",
            (_, Some(end)) if now >= end => "past",
            _ => "current",
        }
    }
}

impl Window {
    /// The window that includes now and all dates that are not too far away.
    fn around(spans: &[Span], now: Timestamp) -> Self {
        let now = now.unix_millis();
        let dates: Vec<_> = spans
            .iter()
            .flat_map(|span| [span.start, span.end])
            .flatten()
            .map(Timestamp::unix_millis)
            .collect();
        let first = dates.iter().copied().min().unwrap_or(now);
        let last = dates.iter().copied().max().unwrap_or(now);
        // If all dates are far from now, the window is placed at the dates.
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

    /// The position of a time, from 0 to 100.
    fn position(self, millis: i64) -> f64 {
        let millis = millis.clamp(self.from, self.to);
        // Both are far less than 2^53, so the conversion is exact.
        (millis - self.from) as f64 / (self.to - self.from) as f64 * 100.0
    }

    /// Round dates with their positions.
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
            days / (i64::from(*step) * length) <= MAX_TICKS
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
            let position = self.position(at.unix_millis());
            // A label at the edge would be cut off.
            if at.unix_millis() >= self.from && (6.0..=94.0).contains(&position) {
                let wire = at.to_string();
                let label = if in_months { &wire[..7] } else { &wire[5..10] };
                ticks.push((position, label.to_owned()));
            }
            tick = at.plus(step, unit);
        }
        ticks
    }
}

fn percent(position: f64) -> String {
    format!("{position:.2}%")
}

#[cfg(test)]
mod tests {
    use churnkey_runtime::model::{CouponDuration, Discount, PausePeriod, Percent};
    use churnkey_runtime::{BillingCycle, Coupon, SubscriptionPeriod};

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
    fn every_span_is_in_picture_and_table() {
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
        assert!(drawn.contains("without a set end"));
        assert!(drawn.contains(r#"class="now""#));
    }

    #[test]
    fn picture_is_limited_to_near_dates() {
        let never = SubscriptionPeriod::new(at("2026-05-01"), at("9999-12-31"));
        let status = SubscriptionStatus::active().current_period(never);
        let spans = spans(&subscription(status, "0001-01-01"));
        let now = at("2026-05-15");
        let window = Window::around(&spans, now);
        assert!(window.to - window.from < 3 * FARTHEST, "{window:?}");
        assert!((window.from..window.to).contains(&now.unix_millis()));
    }

    #[test]
    fn old_subscription_is_shown_at_its_own_dates() {
        let status = SubscriptionStatus::canceled(at("2011-03-01"));
        let drawn = drawn(&subscription(status, "2011-01-01"), "2026-05-15");
        assert!(drawn.contains("2011-0"), "{drawn}");
        assert!(!drawn.contains(r#"class="now""#), "{drawn}");
    }

    #[test]
    fn extreme_dates_do_not_overflow() {
        for (start, now) in [("0000-01-01", "9999-12-31"), ("9999-12-31", "0000-01-01")] {
            let status = SubscriptionStatus::active()
                .current_period(SubscriptionPeriod::new(at(start), at(start)));
            assert!(drawn(&subscription(status, start), now).contains("</svg>"));
        }
    }

    #[test]
    fn axis_has_a_few_round_dates() {
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
