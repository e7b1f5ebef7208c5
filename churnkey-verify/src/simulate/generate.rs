//! Random sequences: customers who come, take offers, change their minds and are retried, with a
//! preference for the ends of months, periods, trials and pauses.

use churnkey_runtime::{Coupon, CouponId, Price, PriceId, TimeUnit, Timestamp};
use serde_json::Value;

use super::sequence::{Arrival, Length, Plan, Sending, Sequence, Step, Wait, When};
use crate::random::Random;

/// The first moment of all sequences. The dates are fixed, so that a seed always stands for the
/// same sequence.
const EPOCH: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

const DAY: i64 = 24 * 60 * 60 * 1000;

/// The data of the provider from which sequences are made.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalog {
    pub(super) prices: Vec<Price>,
    pub(super) coupons: Vec<Coupon>,
    /// The feature manifest.
    pub(super) features: Value,
    /// True if there are actions for all subscriptions of a customer, which no manifest shows.
    pub(super) customer_actions: bool,
    /// True if cancellations may ask to end a pause first.
    pub(super) unpause: bool,
}

impl Catalog {
    fn has(&self, option: &str) -> bool {
        self.features.pointer(option).and_then(Value::as_bool) == Some(true)
    }

    /// True if the provider can change prices.
    pub(super) fn changes_prices(&self) -> bool {
        self.has("/actions/changePrice/enabled")
    }

    /// The words of a schedule that the manifest switches on.
    fn schedules(&self, option: &str) -> Vec<When> {
        let on = |word| self.has(&format!("{option}/{word}"));
        let both = [
            (When::Immediate, on("immediate")),
            (When::EndOfPeriod, on("end-of-period")),
        ];
        let on = both.into_iter().filter(|(_, on)| *on);
        on.map(|(when, _)| when).collect()
    }

    fn lengths(&self, option: &str) -> Vec<Length> {
        let period = |amount, unit| Length::Period { amount, unit };
        let mut lengths = Vec::new();
        if self.has(&format!("{option}/period")) {
            lengths.extend([
                period(3, TimeUnit::Day),
                period(2, TimeUnit::Week),
                period(1, TimeUnit::Month),
                period(3, TimeUnit::Month),
                period(1, TimeUnit::Year),
            ]);
        }
        if self.has(&format!("{option}/date")) {
            lengths.extend([0, 5, 33, 75].map(Length::UntilDays));
        }
        lengths
    }
}

/// A sequence with new customers, which begins at a time that the generator chooses.
pub(super) fn sequence(
    catalog: &Catalog,
    customers: usize,
    steps: usize,
    random: &mut Random,
) -> Sequence {
    // Days at which months end, a leap day, and any other.
    let day = match random.below(8) {
        0 | 1 => 30, // 31 January 2026
        2 => 58,     // 28 February 2026
        3 => 789,    // 29 February 2028
        4 => 88,     // 30 March 2026
        _ => random.below(1100) as i64,
    };
    let hour = random.of(&[0, 12, 23]).copied().unwrap_or_default();
    let millis = EPOCH + day * DAY + hour * 60 * 60 * 1000;
    let start = Timestamp::from_unix_millis(millis).unwrap_or(Timestamp::MIN);
    let mut arrivals = Vec::new();
    for customer in 0..customers.max(1) {
        for _ in 0..1 + usize::from(random.one_in(4)) {
            arrivals.extend(arrival(catalog, customer, random));
        }
    }
    sequence_of(catalog, start, arrivals, steps, random)
}

/// A sequence with subscriptions that the provider has: one for each customer, of kinds that are
/// left. It begins now.
pub(super) fn sequence_of_existing(
    catalog: &Catalog,
    kinds: &[(PriceId, bool)],
    start: Timestamp,
    customers: usize,
    steps: usize,
    random: &mut Random,
) -> Sequence {
    let arrivals = (0..customers.max(1)).filter_map(|customer| {
        let (price, is_trial) = random.of(kinds)?.clone();
        Some(Arrival {
            customer,
            price,
            quantity: 1,
            trial_days: is_trial.then_some(0),
            unpaid: false,
        })
    });
    let arrivals = arrivals.collect();
    sequence_of(catalog, start, arrivals, steps, random)
}

fn sequence_of(
    catalog: &Catalog,
    start: Timestamp,
    arrivals: Vec<Arrival>,
    steps: usize,
    random: &mut Random,
) -> Sequence {
    let steps = match arrivals.is_empty() {
        true => 0,
        false => steps,
    };
    let steps = (0..steps).map(|_| {
        let target = random.below(arrivals.len());
        step(catalog, target, &arrivals[target], random)
    });
    let steps = steps.collect();
    Sequence {
        start,
        arrivals,
        steps,
    }
}

fn arrival(catalog: &Catalog, customer: usize, random: &mut Random) -> Option<Arrival> {
    let price = random.of(&catalog.prices)?.id.clone();
    Some(Arrival {
        customer,
        price,
        quantity: random.of(&[0, 1, 3, 12, 60]).copied()?,
        trial_days: match random.below(3) {
            0 => random.of(&[1, 14, 28, 31]).copied(),
            _ => None,
        },
        unpaid: random.one_in(10),
    })
}

fn step(catalog: &Catalog, target: usize, arrival: &Arrival, random: &mut Random) -> Step {
    let wait = match random.below(16) {
        0..=5 => Wait::None,
        6 => Wait::Minutes(90),
        7..=9 => Wait::Days(random.of(&[1, 2, 10, 31, 92]).copied().unwrap_or(1)),
        10..=12 => Wait::PeriodEnd,
        13 => Wait::BeforePeriodEnd,
        _ => Wait::PauseEnd,
    };
    let sending = match random.below(20) {
        0 | 1 => Sending::Twice,
        2 => Sending::Together,
        3 => Sending::HangUp,
        4 => Sending::OtherMode,
        _ => Sending::Once,
    };
    Step {
        wait,
        target,
        plan: plan(catalog, arrival, random).unwrap_or(Plan::Read),
        sending,
    }
}

/// A plan that the manifest allows; `None` for one that is off, so that only time passes.
fn plan(catalog: &Catalog, arrival: &Arrival, random: &mut Random) -> Option<Plan> {
    // Without a trial, an extension is only refused.
    let is_tried = |random: &mut Random| arrival.trial_days.is_some() || random.one_in(8);
    // Cancellations are rare, because little can happen after one.
    match random.below(45) {
        0 => {
            let schedules = catalog.schedules("/actions/cancel/schedules");
            Some(Plan::Cancel {
                at: random.of(&schedules).copied()?,
                unpause: catalog.unpause && random.one_in(2),
                all: catalog.customer_actions && random.one_in(4),
            })
        }
        1..=10 => {
            let starts = catalog.schedules("/actions/pause/startDates");
            let lengths = catalog.lengths("/actions/pause/durations");
            let annual = catalog.has("/actions/pause/allowAnnual");
            let choices: &[_] = match annual {
                true => &[None, Some(true), Some(true), Some(false)],
                false => &[None],
            };
            Some(Plan::Pause {
                at: random.of(&starts).copied()?,
                length: random.of(&lengths).copied()?,
                allow_annual: random.of(choices).copied()?,
                all: catalog.customer_actions && random.one_in(6),
            })
        }
        11..=18 if catalog.has("/actions/applyCoupon/enabled") => Some(Plan::ApplyCoupon {
            coupon: match random.one_in(12) {
                true => CouponId::from("no-such-coupon"),
                false => random.of(&catalog.coupons)?.id.clone(),
            },
        }),
        34..=43 if catalog.has("/actions/extendTrial/enabled") && is_tried(random) => {
            let lengths = catalog.lengths("/actions/extendTrial/durations");
            Some(Plan::ExtendTrial {
                length: random.of(&lengths).copied()?,
            })
        }
        19..=43 if catalog.changes_prices() => {
            let schedules = catalog.schedules("/actions/changePrice/schedules");
            Some(Plan::ChangePrice {
                price: price(catalog, arrival, random)?,
                at: random.of(&schedules).copied()?,
                prorate: catalog.has("/actions/changePrice/prorate") && !random.one_in(3),
            })
        }
        _ => None,
    }
}

/// Usually a price in the currency of the subscription; another one is refused.
fn price(catalog: &Catalog, arrival: &Arrival, random: &mut Random) -> Option<PriceId> {
    if random.one_in(20) {
        return Some(PriceId::from("no-such-price"));
    }
    if random.one_in(12) {
        return Some(random.of(&catalog.prices)?.id.clone());
    }
    let prices = &catalog.prices;
    let current = prices.iter().find(|price| price.id == arrival.price)?;
    let currency = current.amount.currency();
    let alike = prices
        .iter()
        .filter(|price| price.amount.currency() == currency);
    let alike: Vec<_> = alike.collect();
    Some(random.of(&alike)?.id.clone())
}
