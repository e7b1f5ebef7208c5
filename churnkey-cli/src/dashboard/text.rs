//! Formatting of values for a page.

use churnkey_runtime::model::{CouponDuration, CouponValue, CycleUnit, FixedAmount, MinorUnits};
use churnkey_runtime::{
    Amount, BillingCycle, Currency, SubscriptionPeriod, SubscriptionStatus, Timestamp,
};
use churnkey_verify::internal::is_printable;
use maud::{Markup, html};

/// The limit of characters that a page shows of a string.
const MAX_CHARACTERS: usize = 2_000;

/// A string from the provider, isolated so that its text direction does not affect the text around
/// it.
pub(super) fn text(text: &str) -> Markup {
    html! { bdi { (plain(text)) } }
}

/// A string from the provider as plain text. Invisible characters are shown by name, such as
/// `⟨U+202E⟩`.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for (index, char) in text.chars().enumerate() {
        if index == MAX_CHARACTERS {
            plain.push('…');
            break;
        }
        match is_printable(char) {
            true => plain.push(char),
            false => plain.push_str(&format!("⟨U+{:04X}⟩", u32::from(char))),
        }
    }
    plain
}

/// The first items, and the number of omitted ones: a provider may send any number of items, and a
/// page must stay readable.
pub(super) fn first<T>(items: &[T]) -> (&[T], usize) {
    const MAX: usize = 100;
    let shown = &items[..items.len().min(MAX)];
    (shown, items.len() - shown.len())
}

/// A note about omitted items.
pub(super) fn left_out(count: usize) -> Markup {
    html! { @if count > 0 { p.muted { "… and " (count) " more." } } }
}

/// A string of several lines from the provider, such as a body, as plain text.
pub(super) fn block(text: &str) -> String {
    const MAX: usize = 16_000;
    let cut = text.char_indices().nth(MAX).map(|(index, _)| index);
    let lines = text[..cut.unwrap_or(text.len())].lines();
    let lines: Vec<_> = lines
        .map(|line| {
            let mut plain = String::with_capacity(line.len());
            for char in line.chars() {
                match is_printable(char) || char == '\t' {
                    true => plain.push(char),
                    false => plain.push_str(&format!("⟨U+{:04X}⟩", u32::from(char))),
                }
            }
            plain
        })
        .collect();
    let mut block = lines.join("\n");
    if cut.is_some() {
        block.push_str("\n…");
    }
    block
}

/// A sum with its currency and the decimal digits of the currency: `USD 12.00`, `JPY 1200`.
pub(super) fn money(currency: Currency, amount: MinorUnits) -> String {
    let digits = usize::from(currency.minor_unit_digits());
    let units = amount.get();
    let sign = if units < 0 { "-" } else { "" };
    let all = format!("{:0width$}", units.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = all.split_at(all.len() - digits);
    let point = if digits == 0 { "" } else { "." };
    format!("{currency} {sign}{whole}{point}{fraction}")
}

/// A fixed amount: `USD 12.00 each + USD 5.00 flat`.
pub(super) fn fixed(amount: &FixedAmount) -> String {
    parts(amount.currency, amount.unit, amount.flat)
}

/// A price per unit and a flat price.
pub(super) fn parts(
    currency: Currency,
    unit: Option<MinorUnits>,
    flat: Option<MinorUnits>,
) -> String {
    match (unit, flat) {
        (Some(unit), None) => format!("{} each", money(currency, unit)),
        (None, Some(flat)) => format!("{} flat", money(currency, flat)),
        (Some(unit), Some(flat)) => format!(
            "{} each + {} flat",
            money(currency, unit),
            money(currency, flat)
        ),
        (None, None) => money(currency, MinorUnits::default()),
    }
}

/// An amount on one line.
pub(super) fn amount(amount: &Amount) -> String {
    match amount {
        Amount::Fixed(amount) => fixed(amount),
        Amount::Tiered(amount) => format!("{}, {} tiers", amount.currency, amount.tiers.len()),
        _ => "another kind of amount".to_owned(),
    }
}

/// A billing cycle: `a month`, `every 3 months`.
pub(super) fn cycle(cycle: BillingCycle) -> String {
    match (cycle.amount, unit(cycle.unit)) {
        (1, unit) => format!("a {unit}"),
        (amount, unit) => format!("every {amount} {unit}s"),
    }
}

fn unit(unit: CycleUnit) -> &'static str {
    match unit {
        CycleUnit::Month => "month",
        CycleUnit::Year => "year",
    }
}

fn counted(amount: u32, unit: &str) -> String {
    let plural = if amount == 1 { "" } else { "s" };
    format!("{amount} {unit}{plural}")
}

/// The discount of a coupon and its duration.
pub(super) fn coupon_terms(value: &CouponValue, duration: CouponDuration) -> String {
    let value = match value {
        CouponValue::Fixed(amount) => format!("{} off", fixed(amount)),
        CouponValue::Percentage(value) => match value.currency {
            Some(currency) => format!("{}% off in {currency}", value.percent.get()),
            None => format!("{}% off", value.percent.get()),
        },
        _ => "another kind of value".to_owned(),
    };
    let duration = match duration {
        CouponDuration::Once => "once".to_owned(),
        CouponDuration::Forever => "forever".to_owned(),
        CouponDuration::Recurring { amount, unit: of } => {
            format!("for {}", counted(amount, unit(of)))
        }
        CouponDuration::CycleAmount { cycles } => {
            format!("for {}", counted(cycles, "billing cycle"))
        }
        _ => "for another duration".to_owned(),
    };
    format!("{value}, {duration}")
}

/// A date such as `2026-05-01`, with the time if it is not midnight.
pub(super) fn moment(moment: Timestamp) -> String {
    let wire = moment.to_string();
    let (date, time) = (&wire[..10], &wire[11..16]);
    match wire.ends_with("T00:00:00.000Z") {
        true => date.to_owned(),
        false => format!("{date} {time}"),
    }
}

/// The time since a moment of the past, such as `3 minutes ago`, which the script keeps current.
pub(super) fn ago(at: Timestamp) -> Markup {
    let passed = Timestamp::now().unix_seconds() - at.unix_seconds();
    html! { time.ago datetime=(at) title=(at) { (since(passed)) } }
}

fn since(seconds: i64) -> String {
    let counted = |count: i64, unit: &str| {
        let plural = if count == 1 { "" } else { "s" };
        format!("{count} {unit}{plural} ago")
    };
    match seconds {
        ..5 => "just now".to_owned(),
        5..60 => counted(seconds, "second"),
        60..3_600 => counted(seconds / 60, "minute"),
        3_600..86_400 => counted(seconds / 3_600, "hour"),
        _ => counted(seconds / 86_400, "day"),
    }
}

/// A time in a `time` element, which is also machine-readable.
pub(super) fn time(at: Timestamp) -> Markup {
    html! { time datetime=(at) title=(at) { (moment(at)) } }
}

/// The start and the end of a period.
pub(super) fn period(period: SubscriptionPeriod) -> Markup {
    html! { (time(period.start)) " to " (time(period.end)) }
}

/// A status as a badge. The word is sufficient; sign and color only repeat it.
pub(super) fn status(status: &SubscriptionStatus) -> Markup {
    let name = status.name();
    html! { span class={ "badge status-" (name) } { (name) } }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sum_has_the_digits_of_its_currency() {
        let sums = [
            (Currency::USD, 1200, "USD 12.00"),
            (Currency::USD, 5, "USD 0.05"),
            (Currency::USD, -1999, "USD -19.99"),
            (Currency::JPY, 1200, "JPY 1200"),
            (Currency::JPY, 0, "JPY 0"),
            (Currency::KWD, 1234, "KWD 1.234"),
            (Currency::CLF, -1, "CLF -0.0001"),
            (Currency::USD, i64::MIN, "USD -92233720368547758.08"),
        ];
        for (currency, units, shown) in sums {
            assert_eq!(money(currency, units.into()), shown);
        }
    }

    #[test]
    fn invisible_characters_are_shown_by_name() {
        assert_eq!(plain("Ada\u{202e}gpj.exe\0"), "Ada⟨U+202E⟩gpj.exe⟨U+0000⟩");
        assert_eq!(plain("Zoë 株式会社 שלום"), "Zoë 株式会社 שלום");
        assert_eq!(
            block("{\n\t\"a\": \u{1b}1\r\n}"),
            "{\n\t\"a\": ⟨U+001B⟩1\n}"
        );
    }

    #[test]
    fn long_string_is_cut_off() {
        let long = "å".repeat(MAX_CHARACTERS + 1);
        assert_eq!(plain(&long).chars().count(), MAX_CHARACTERS + 1);
        assert!(plain(&long).ends_with('…'));
    }

    #[test]
    fn time_since_a_moment_has_one_unit() {
        for (seconds, words) in [
            (-3, "just now"),
            (0, "just now"),
            (59, "59 seconds ago"),
            (60, "1 minute ago"),
            (200, "3 minutes ago"),
            (7_199, "1 hour ago"),
            (200_000, "2 days ago"),
        ] {
            assert_eq!(since(seconds), words);
        }
    }

    #[test]
    fn midnight_is_shown_as_a_date() {
        let at = |text: &str| text.parse().unwrap();
        assert_eq!(moment(at("2026-05-01T00:00:00Z")), "2026-05-01");
        assert_eq!(moment(at("2026-05-01T09:30:10+02:00")), "2026-05-01 07:30");
    }
}
