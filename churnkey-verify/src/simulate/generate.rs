//! Random sequences: customers who come, take offers, change their minds and are retried, with a
//! preference for the ends of months, periods, trials and pauses.

use churnkey_runtime::model::CouponValue;
use churnkey_runtime::{Amount, Coupon, CouponId, Currency, Price, PriceId, TimeUnit, Timestamp};
use serde_json::Value;

use super::sequence::{Arrival, Length, Plan, Sending, Sequence, Step, Wait, When};
use crate::random::Random;

/// The first moment of all sequences. The dates are fixed, so that a seed always stands for the
/// same sequence.
const EPOCH: i64 = 1_767_225_600_000; // 2026-01-01T00:00:00Z

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Days after [`EPOCH`] from which a month later is another day: the last days of months, before
/// and after a leap day.
const CRITICAL_DAYS: [i64; 9] = [
    29,  // 30 January 2026
    30,  // 31 January 2026
    58,  // 28 February 2026
    88,  // 30 March 2026
    242, // 31 August 2026
    759, // 30 January 2028
    788, // 28 February 2028
    789, // 29 February 2028
    790, // 1 March 2028
];

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
    /// The longest time of a sequence.
    pub(super) months: u32,
    /// True if the provider can be killed and started again.
    pub(super) restarts: bool,
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

    /// Quantities: none, few, many, and those on both sides of the ends of tiers.
    fn quantities(&self, price: &Price) -> Vec<u64> {
        let mut quantities = vec![0, 1, 3, 12, 60];
        if let Amount::Tiered(amount) = &price.amount {
            let ends = amount.tiers.iter().filter_map(|tier| tier.up_to);
            quantities.extend(ends.flat_map(|end| [end, end.saturating_add(1)]));
        }
        quantities
    }

    fn currency_of(&self, price: &PriceId) -> Option<Currency> {
        let price = self.prices.iter().find(|other| other.id == *price)?;
        Some(price.amount.currency())
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
    let day = match random.one_in(2) {
        true => random.of(&CRITICAL_DAYS).copied().unwrap_or_default(),
        false => random.below(1100) as i64,
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
    let mut planned = Vec::new();
    while planned.len() < steps && !arrivals.is_empty() {
        let target = random.below(arrivals.len());
        let mut step = step(catalog, target, &arrivals[target], random);
        // With many steps, few of them move the time: they have only these months.
        match random.below(steps) < 2 * catalog.months as usize {
            true => {
                let next = follow_up(catalog, &arrivals[target], &step, random);
                planned.push(step);
                planned.extend(next);
            }
            false => {
                step.wait = Wait::None;
                planned.push(step);
            }
        }
    }
    planned.truncate(steps);
    let steps = planned;
    Sequence {
        start,
        arrivals,
        steps,
    }
}

fn arrival(catalog: &Catalog, customer: usize, random: &mut Random) -> Option<Arrival> {
    let price = random.of(&catalog.prices)?;
    Some(Arrival {
        customer,
        price: price.id.clone(),
        quantity: random.of(&catalog.quantities(price)).copied()?,
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
        5 if catalog.restarts => Sending::AfterRestart,
        6 | 7 if catalog.restarts => Sending::Killed {
            millis: random
                .of(&[0, 0, 0, 1, 1, 2, 4])
                .copied()
                .unwrap_or_default(),
        },
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
            coupon: coupon(catalog, arrival, random)?,
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

/// The steps that show the effect of a request, which chance alone would seldom bring: the charge
/// with a discount is credited, a pause meets another change, time passes to an end.
fn follow_up(catalog: &Catalog, arrival: &Arrival, step: &Step, random: &mut Random) -> Vec<Step> {
    let then = |wait, plan| Step {
        wait,
        target: step.target,
        plan,
        sending: Sending::Once,
    };
    // Only a prorated change shows the sum of a charge.
    let prorated = |random: &mut Random| {
        let is_possible = catalog.changes_prices()
            && catalog.has("/actions/changePrice/prorate")
            && catalog
                .schedules("/actions/changePrice/schedules")
                .contains(&When::Immediate);
        let price = price(catalog, arrival, random).filter(|_| is_possible);
        price.map_or(Plan::Read, |price| Plan::ChangePrice {
            price,
            at: When::Immediate,
            prorate: true,
        })
    };
    let extends = catalog.has("/actions/extendTrial/enabled") && arrival.trial_days.is_some();
    match &step.plan {
        Plan::ApplyCoupon { .. } if random.one_in(2) => {
            let mut next = Vec::new();
            if random.one_in(2) {
                let coupon = coupon(catalog, arrival, random);
                let second = coupon.map(|coupon| Plan::ApplyCoupon { coupon });
                next.extend(second.map(|plan| then(Wait::None, plan)));
            }
            next.push(then(Wait::PeriodEnd, prorated(random)));
            next.push(then(Wait::Days(1), prorated(random)));
            next
        }
        // The new end of the trial may leave no room for the pause.
        Plan::Pause {
            at: When::EndOfPeriod,
            length: Length::UntilDays(_),
            ..
        } if extends && random.one_in(2) => {
            let lengths = catalog.lengths("/actions/extendTrial/durations");
            let length = random.of(&lengths).copied();
            let plan = length.map_or(Plan::Read, |length| Plan::ExtendTrial { length });
            vec![then(Wait::None, plan)]
        }
        Plan::Pause { .. } if random.one_in(2) => match random.below(6) {
            0 | 1 => vec![then(Wait::PauseEnd, Plan::Read)],
            2 => vec![then(Wait::Days(1), prorated(random))],
            3 => vec![
                then(Wait::PeriodEnd, Plan::Read),
                then(Wait::Minutes(90), prorated(random)),
            ],
            4 if extends => {
                let lengths = catalog.lengths("/actions/extendTrial/durations");
                let length = random.of(&lengths).copied();
                let plan = length.map_or(Plan::Read, |length| Plan::ExtendTrial { length });
                vec![then(Wait::None, plan), then(Wait::PeriodEnd, Plan::Read)]
            }
            5 if random.one_in(3) => {
                let schedules = catalog.schedules("/actions/cancel/schedules");
                let plan = random.of(&schedules).map_or(Plan::Read, |at| Plan::Cancel {
                    at: *at,
                    unpause: catalog.unpause,
                    all: false,
                });
                vec![then(Wait::Days(2), plan)]
            }
            _ => Vec::new(),
        },
        Plan::ChangePrice { .. } if random.one_in(4) => {
            vec![
                then(Wait::PeriodEnd, Plan::Read),
                then(Wait::Days(10), prorated(random)),
            ]
        }
        Plan::ExtendTrial { .. } if random.one_in(4) => {
            vec![
                then(Wait::BeforePeriodEnd, prorated(random)),
                then(Wait::PeriodEnd, prorated(random)),
            ]
        }
        _ => Vec::new(),
    }
}

/// Usually a coupon in the currency of the subscription; another one is refused.
fn coupon(catalog: &Catalog, arrival: &Arrival, random: &mut Random) -> Option<CouponId> {
    if random.one_in(12) {
        return Some(CouponId::from("no-such-coupon"));
    }
    let currency = catalog.currency_of(&arrival.price);
    let fits = |coupon: &&Coupon| match &coupon.value {
        CouponValue::Fixed(amount) => Some(amount.currency) == currency,
        CouponValue::Percentage(value) => value.currency.is_none() || value.currency == currency,
        _ => true,
    };
    let usable: Vec<_> = catalog.coupons.iter().filter(fits).collect();
    match random.one_in(8) {
        true => Some(random.of(&catalog.coupons)?.id.clone()),
        false => Some(random.of(&usable)?.id.clone()),
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
    let currency = catalog.currency_of(&arrival.price);
    let alike = catalog.prices.iter();
    let alike = alike.filter(|price| Some(price.amount.currency()) == currency);
    let alike: Vec<_> = alike.collect();
    Some(random.of(&alike)?.id.clone())
}
