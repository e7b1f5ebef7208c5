//! Properties that hold in every course: thousands of random requests, months apart or at one
//! moment.

use super::*;
use crate::random::Random;

/// Courses for each property, and requests in each course.
const COURSES: u64 = 120;
const REQUESTS: usize = 50;

fn any<T: Copy>(random: &mut Random, choices: &[T]) -> T {
    *random.of(choices).unwrap()
}

fn random_request(random: &mut Random, now: Timestamp) -> Request {
    let schedule = any(random, &[Schedule::Immediate, Schedule::EndOfPeriod]);
    let days = any(random, &[3, 30, 70]);
    let lengths = [
        months(1),
        months(3),
        OfferDuration::Period {
            amount: 2,
            unit: TimeUnit::Week,
        },
        OfferDuration::Date(now.plus(days, TimeUnit::Day).unwrap()),
    ];
    match random.below(30) {
        0 => Request::Cancel {
            customer: "ann".into(),
            subscription: Some("sub".into()),
            schedule,
            unpause: random.below(2) == 0,
        },
        1..=5 => pause(
            schedule,
            any(random, &lengths),
            any(random, &[None, Some(true)]),
        ),
        6..=12 => coupon(any(random, &["once", "two", "months", "forever", "none"])),
        13..=17 => extend(any(random, &lengths)),
        _ => {
            let prices = ["month", "other", "quarter", "year", "tiers", "euro"];
            change(any(random, &prices), schedule, random.below(3) > 0)
        }
    }
}

/// Plays courses, and calls `check` with the company before and after each step: a request, or the
/// passing of at most one day.
fn each_step(mut check: impl FnMut(&Company, &Company, Option<&Request>)) {
    for seed in 0..COURSES {
        let random = &mut Random::new(seed);
        let mut company = match seed % 3 {
            0 => with_ann(),
            1 => with_ann_in_trial(),
            _ => {
                let mut company = company();
                company.subscribe("sub", "ann", "year", 2, None).unwrap();
                company
            }
        };
        if seed % 5 == 0 {
            company.set_unpaid(&"sub".into(), true);
        }
        for _ in 0..REQUESTS {
            for _ in 0..any(random, &[0, 0, 1, 5, 28, 31]) {
                let before = company.clone();
                company.advance(company.now().plus(1, TimeUnit::Day).unwrap());
                check(&before, &company, None);
            }
            let request = random_request(random, company.now());
            let before = company.clone();
            let answer = company.apply(&request);
            check(&before, &company, Some(&request));
            if answer != Ok(Outcome::Applied) {
                assert_eq!(sub(&company), sub(&before), "{request:?}");
                assert_eq!(company.ledger(), before.ledger(), "{request:?}");
            }
        }
    }
}

fn new_entries<'c>(before: &Company, after: &'c Company) -> &'c [Entry] {
    &after.ledger()[before.ledger().len()..]
}

#[test]
fn money_is_conserved() {
    let mut credits = 0;
    each_step(|before, after, _| {
        // A credit returns at most the sum that was charged last and not credited yet.
        let last = before.ledger().last();
        let mut open = last.map(|entry| match entry.kind {
            EntryKind::Credit => 0,
            EntryKind::Charge | EntryKind::ChargeForRest => entry.amount,
        });
        for entry in new_entries(before, after) {
            assert!(
                entry.amount >= 0 && entry.amount <= entry.gross,
                "{entry:?}"
            );
            match entry.kind {
                EntryKind::Credit => {
                    credits += 1;
                    let charged = open.replace(0).unwrap_or_default();
                    assert!(entry.amount <= charged, "{entry:?} of {charged}");
                    assert_eq!(entry.signed(), -entry.amount);
                }
                _ => open = Some(entry.amount),
            }
        }
    });
    assert!(credits > 100, "only {credits}");
}

#[test]
fn period_is_charged_once() {
    let mut charges = 0;
    each_step(|before, after, request| {
        let entries = new_entries(before, after);
        for charge in entries
            .iter()
            .filter(|entry| entry.kind == EntryKind::Charge)
        {
            charges += 1;
            assert_eq!(charge.at, charge.covers.start);
            let earlier = before.ledger().iter().rev();
            let mut earlier = earlier.filter(|entry| entry.kind == EntryKind::Charge);
            let Some(last) = earlier.next() else { continue };
            assert!(
                last.at < charge.at || request.is_some(),
                "{last:?} {charge:?}"
            );
            if request.is_none() {
                assert!(sub(before).period.end <= charge.at, "{last:?} {charge:?}");
            }
        }
        if request.is_none() {
            assert!(entries.iter().all(|entry| entry.kind == EntryKind::Charge));
        }
    });
    assert!(charges > 500, "only {charges}");
}

#[test]
fn nothing_is_charged_while_paused_or_canceled() {
    let mut paused = 0;
    each_step(|before, after, request| {
        if sub(before).is_canceled() {
            assert_eq!(new_entries(before, after), []);
        }
        let both = [before, after].map(sub);
        if both.map(|sub| sub.state) == [State::Paused; 2] && request.is_none() {
            let dates = both.map(|sub| sub.pause.as_ref().and_then(|pause| pause.dates));
            if dates[0] == dates[1] {
                paused += 1;
                assert_eq!(new_entries(before, after), []);
            }
        }
    });
    assert!(paused > 500, "only {paused}");
}

#[test]
fn discount_touches_as_many_charges_as_it_says() {
    let mut ended = 0;
    each_step(|_, after, request| {
        if request.is_none() {
            return;
        }
        for discount in &sub(after).discounts {
            let id = &discount.coupon.id;
            let charges = after.ledger().iter();
            let charges = charges.filter(|entry| entry.kind == EntryKind::Charge);
            let (touching, others): (Vec<_>, Vec<_>) =
                charges.partition(|entry| entry.discounts.contains(id));
            let touched = touching.len() as u32;
            let promised = match discount.coupon.duration {
                CouponDuration::Once => 1,
                CouponDuration::CycleAmount { cycles } => cycles,
                _ => continue,
            };
            assert_eq!(discount.charges_left, Some(promised - touched));
            // A charge after the redemption is without the discount only once it is used up.
            if touched < promised {
                assert!(
                    others.iter().all(|entry| entry.at <= discount.start),
                    "{discount:?}"
                );
            }
            ended += u32::from(discount.charges_left == Some(0));
        }
    });
    assert!(ended > 100, "only {ended}");
}

#[test]
fn every_schedule_happens_once_and_on_time() {
    let mut happened = [0; 3];
    each_step(|before, after, request| {
        let (old, new) = (sub(before), sub(after));
        if request.is_some() || after.now() < old.period.end || old.is_canceled() {
            return;
        }
        let end = old.period.end;
        if old.cancels_at_period_end {
            happened[0] += 1;
            assert_eq!(new.state, State::Canceled { at: end });
            return;
        }
        if let Some(price) = &old.next_price {
            happened[1] += 1;
            assert_eq!((&new.price, &new.next_price), (price, &None));
        }
        if let Some(pause) = old.pause.as_ref().filter(|pause| pause.dates.is_none()) {
            happened[2] += 1;
            let pause_end = pause.length.unwrap().end_from(end).unwrap();
            if pause_end > after.now() {
                let dates = new.pause.as_ref().unwrap().dates.unwrap();
                assert_eq!((dates.start, dates.end), (end, Some(pause_end)));
                assert_eq!(new.state, State::Paused);
            }
        }
    });
    assert!(happened.iter().all(|count| *count > 20), "{happened:?}");
}

#[test]
fn every_state_is_a_valid_model() {
    use churnkey_runtime::validate::Validate as _;
    each_step(|_, after, _| {
        let model = sub(after).model(after.now());
        assert_eq!(model.validate(), Ok(()), "{model:?}");
        for discount in &model.discounts {
            assert!(
                discount.end.is_none_or(|end| end > after.now()),
                "{model:?}"
            );
        }
    });
}
