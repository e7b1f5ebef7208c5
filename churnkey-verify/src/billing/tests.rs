//! Examples of single rules, and properties over random courses of a company.

use churnkey_runtime::model::{CouponDuration, CycleUnit, FixedAmount, Percent, Tier, TierMode};
use churnkey_runtime::{
    Amount, BillingCycle, Coupon, CouponId, Currency, OfferDuration, Price, PriceId, Schedule,
    TimeUnit, Timestamp,
};

use super::*;

mod properties;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn price(id: &str, cycle: BillingCycle, unit: i64) -> Price {
    Price::standalone(id, cycle, Amount::fixed(Currency::USD, unit))
}

/// A company on 31 January 2026 with prices of three cycles and coupons of every duration.
fn company() -> Company {
    let mut company = Company::new(at("2026-01-31T12:00:00Z"));
    company.add_price(price("month", BillingCycle::monthly(), 1900));
    company.add_price(price("other", BillingCycle::monthly(), 500));
    company.add_price(price(
        "quarter",
        BillingCycle::every(3, CycleUnit::Month),
        5500,
    ));
    company.add_price(price("year", BillingCycle::yearly(), 19_000));
    let tiers = [Tier::up_to(2).unit(500), Tier::rest().unit(300).flat(100)];
    company.add_price(Price::standalone(
        "tiers",
        BillingCycle::monthly(),
        Amount::tiered(Currency::USD, TierMode::Graduated, tiers),
    ));
    let euros = Amount::fixed(Currency::EUR, 1700);
    company.add_price(Price::standalone("euro", BillingCycle::monthly(), euros));
    let percent = |number| Percent::new(number).unwrap();
    let months = CouponDuration::Recurring {
        amount: 3,
        unit: CycleUnit::Month,
    };
    let two = CouponDuration::CycleAmount { cycles: 2 };
    let dollars = FixedAmount::new(Currency::USD).flat(500).unit(10);
    for coupon in [
        Coupon::new("once", CouponDuration::Once, percent(20.0)),
        Coupon::new("two", two, dollars),
        Coupon::new("months", months, percent(50.0)),
        Coupon::new("forever", CouponDuration::Forever, percent(12.5)),
    ] {
        company.add_coupon(coupon);
    }
    company
}

/// Three seats of the monthly price, from 31 January on.
fn with_ann() -> Company {
    let mut company = company();
    company.subscribe("sub", "ann", "month", 3, None).unwrap();
    company
}

fn with_ann_in_trial() -> Company {
    let mut company = company();
    let end = at("2026-02-14T12:00:00Z");
    company
        .subscribe("sub", "ann", "month", 3, Some(end))
        .unwrap();
    company
}

fn months(amount: u32) -> OfferDuration {
    OfferDuration::Period {
        amount,
        unit: TimeUnit::Month,
    }
}

fn pause(start: Schedule, length: OfferDuration, allow_annual: Option<bool>) -> Request {
    Request::Pause {
        customer: "ann".into(),
        subscription: Some("sub".into()),
        start,
        length,
        allow_annual,
    }
}

fn coupon(id: &str) -> Request {
    Request::ApplyCoupon {
        customer: "ann".into(),
        subscription: "sub".into(),
        coupon: CouponId::from(id),
    }
}

fn change(price: &str, schedule: Schedule, prorate: bool) -> Request {
    Request::ChangePrice {
        customer: "ann".into(),
        subscription: "sub".into(),
        price: PriceId::from(price),
        schedule,
        prorate,
    }
}

fn extend(length: OfferDuration) -> Request {
    Request::ExtendTrial {
        customer: "ann".into(),
        subscription: "sub".into(),
        length,
    }
}

fn sub(company: &Company) -> &Subscription {
    company.subscription(&"sub".into()).unwrap()
}

fn amounts(company: &Company) -> Vec<(EntryKind, i64)> {
    let entries = company.ledger().iter();
    entries.map(|entry| (entry.kind, entry.amount)).collect()
}

#[test]
fn billing_day_31_returns_after_short_months() {
    let mut company = with_ann();
    company.advance(at("2026-06-10T00:00:00Z"));
    let starts: Vec<String> = company
        .ledger()
        .iter()
        .map(|entry| entry.at.to_string()[..10].to_owned())
        .collect();
    assert_eq!(
        starts,
        [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31"
        ]
    );
}

#[test]
fn billing_day_31_survives_a_pause_from_february() {
    let mut company = with_ann();
    company
        .apply(&pause(Schedule::EndOfPeriod, months(1), None))
        .unwrap();
    company.advance(at("2026-03-28T12:00:00Z"));
    assert_eq!(sub(&company).period.start, at("2026-03-28T12:00:00Z"));
    assert_eq!(sub(&company).period.end, at("2026-04-30T12:00:00Z"));
    company.advance(at("2026-06-01T00:00:00Z"));
    assert_eq!(sub(&company).period.start, at("2026-05-31T12:00:00Z"));
}

#[test]
fn pause_until_a_date_sets_the_billing_day() {
    let mut company = with_ann();
    let length = OfferDuration::Date(at("2026-04-10T00:00:00Z"));
    company
        .apply(&pause(Schedule::Immediate, length, None))
        .unwrap();
    company.advance(at("2026-04-20T00:00:00Z"));
    assert_eq!(sub(&company).period.end, at("2026-05-10T00:00:00Z"));
}

#[test]
fn pause_moves_with_the_end_of_its_trial() {
    let mut company = with_ann_in_trial();
    company
        .apply(&pause(Schedule::EndOfPeriod, months(1), None))
        .unwrap();
    company.apply(&extend(months(1))).unwrap();
    company.advance(at("2026-02-20T00:00:00Z"));
    assert_eq!(sub(&company).state, State::Trial);
    company.advance(at("2026-03-14T12:00:00Z"));
    assert_eq!(sub(&company).state, State::Paused);
    assert_eq!(company.ledger(), []);
}

#[test]
fn extension_that_empties_a_pause_is_refused() {
    let mut company = with_ann_in_trial();
    let length = OfferDuration::Date(at("2026-03-01T00:00:00Z"));
    company
        .apply(&pause(Schedule::EndOfPeriod, length, None))
        .unwrap();
    let before = sub(&company).clone();
    let refusal = company.apply(&extend(months(1))).unwrap_err();
    assert_eq!(refusal.status(), 409);
    assert_eq!(*sub(&company), before);
}

#[test]
fn discount_for_one_charge_waits_for_it() {
    let mut company = with_ann_in_trial();
    company.apply(&coupon("once")).unwrap();
    company.apply(&extend(months(3))).unwrap();
    company.advance(at("2026-05-20T00:00:00Z"));
    company
        .apply(&pause(Schedule::EndOfPeriod, months(6), None))
        .unwrap();
    assert_eq!(amounts(&company), [(EntryKind::Charge, 4560)]);
    let model = sub(&company).model(company.now());
    assert_eq!(model.discounts[0].end, Some(at("2026-12-14T12:00:00Z")));
    company.advance(at("2026-12-14T12:00:00Z"));
    assert_eq!(amounts(&company)[1], (EntryKind::Charge, 5700));
    assert_eq!(sub(&company).model(company.now()).discounts, []);
}

#[test]
fn pause_uses_up_no_counted_discount() {
    let mut company = with_ann();
    company.apply(&coupon("once")).unwrap();
    company
        .apply(&pause(Schedule::Immediate, months(4), None))
        .unwrap();
    company.advance(at("2026-05-31T12:00:00Z"));
    assert_eq!(amounts(&company)[1], (EntryKind::Charge, 4560));
}

#[test]
fn nothing_is_charged_as_a_pause_starts() {
    let mut company = with_ann();
    company
        .apply(&change("year", Schedule::EndOfPeriod, false))
        .unwrap();
    company
        .apply(&pause(Schedule::EndOfPeriod, months(1), None))
        .unwrap();
    company.advance(at("2026-03-01T00:00:00Z"));
    assert_eq!(amounts(&company).len(), 1);
    assert_eq!(sub(&company).price.id, PriceId::from("year"));
    company.advance(at("2026-03-28T12:00:00Z"));
    assert_eq!(amounts(&company)[1], (EntryKind::Charge, 57_000));
}

#[test]
fn scheduled_pause_without_permission_bars_an_annual_price() {
    for (allowed, status) in [(None, Some(409)), (Some(true), None)] {
        let mut company = with_ann();
        company
            .apply(&pause(Schedule::EndOfPeriod, months(1), allowed))
            .unwrap();
        let changed = company.apply(&change("year", Schedule::Immediate, true));
        assert_eq!(changed.err().map(Refusal::status), status);
    }
}

#[test]
fn annual_term_grows_by_its_pause() {
    let mut company = company();
    company.subscribe("sub", "ann", "year", 1, None).unwrap();
    company.advance(at("2026-03-01T00:00:00Z"));
    let refused = company.apply(&pause(Schedule::Immediate, months(2), None));
    assert_eq!(refused.err().map(Refusal::status), Some(400));
    company
        .apply(&pause(Schedule::Immediate, months(2), Some(true)))
        .unwrap();
    // 61 days after 31 January.
    assert_eq!(sub(&company).period.end, at("2027-04-02T12:00:00Z"));
    company.advance(at("2026-03-11T00:00:00Z"));
    let unpaused = Request::Cancel {
        customer: "ann".into(),
        subscription: Some("sub".into()),
        schedule: Schedule::EndOfPeriod,
        unpause: true,
    };
    company.apply(&unpaused).unwrap();
    assert_eq!(sub(&company).period.end, at("2027-02-10T12:00:00Z"));
}

#[test]
fn credit_in_an_extended_term_leaves_out_the_pause() {
    let mut company = company();
    company.subscribe("sub", "ann", "year", 1, None).unwrap();
    company
        .apply(&pause(Schedule::Immediate, months(6), Some(true)))
        .unwrap();
    company.advance(at("2026-04-01T00:00:00Z"));
    company
        .apply(&change("month", Schedule::Immediate, true))
        .unwrap();
    assert_eq!(amounts(&company)[1], (EntryKind::Credit, 19_000));
}

#[test]
fn credit_is_a_share_of_what_was_charged() {
    let mut company = with_ann_in_trial();
    company.apply(&coupon("once")).unwrap();
    company.advance(at("2026-02-28T12:00:00Z"));
    company
        .apply(&change("other", Schedule::Immediate, true))
        .unwrap();
    company.advance(at("2026-03-07T12:00:00Z"));
    company
        .apply(&change("month", Schedule::Immediate, true))
        .unwrap();
    use EntryKind::{Charge, ChargeForRest, Credit};
    assert_eq!(
        amounts(&company),
        [
            (Charge, 4560),
            (Credit, 2280),
            (ChargeForRest, 600),
            (Credit, 300),
            (ChargeForRest, 1140),
        ]
    );
}

#[test]
fn unpaid_period_is_not_credited() {
    let mut company = with_ann();
    company.set_unpaid(&"sub".into(), true);
    let refused = company.apply(&change("year", Schedule::Immediate, true));
    assert_eq!(refused.err().map(Refusal::status), Some(409));
    company
        .apply(&change("year", Schedule::Immediate, false))
        .unwrap();
    assert!(
        amounts(&company)
            .iter()
            .all(|(kind, _)| *kind == EntryKind::Charge)
    );
}

#[test]
fn discounts_apply_in_order_and_stop_at_zero() {
    let mut company = with_ann();
    let forever = Coupon::new(
        "loyal",
        CouponDuration::Forever,
        Percent::new(10.0).unwrap(),
    );
    company.give_customer("ann", forever).unwrap();
    company.apply(&coupon("two")).unwrap();
    company.apply(&coupon("forever")).unwrap();
    company.advance(at("2026-02-28T12:00:00Z"));
    // An eighth of 5700 is 712.5; a tenth of 4987 - 530 is 445.7.
    assert_eq!(amounts(&company)[1], (EntryKind::Charge, 4011));

    let once = Coupon::new("once", CouponDuration::Once, Percent::new(10.0).unwrap());
    assert_eq!(
        company.give_customer("ann", once).unwrap_err().status(),
        400
    );

    let mut cheap = Company::new(at("2026-01-31T12:00:00Z"));
    cheap.add_price(price("cheap", BillingCycle::monthly(), 100));
    let dollars = FixedAmount::new(Currency::USD).flat(500);
    cheap.add_coupon(Coupon::new("five", CouponDuration::Forever, dollars));
    cheap.subscribe("sub", "ann", "cheap", 1, None).unwrap();
    cheap.apply(&coupon("five")).unwrap();
    cheap.advance(at("2026-03-01T00:00:00Z"));
    assert_eq!(amounts(&cheap)[1], (EntryKind::Charge, 0));
}

#[test]
fn discount_for_months_runs_during_a_pause() {
    let mut company = with_ann();
    company.apply(&coupon("months")).unwrap();
    company
        .apply(&pause(Schedule::Immediate, months(3), None))
        .unwrap();
    company.advance(at("2026-05-01T00:00:00Z"));
    assert_eq!(amounts(&company)[1], (EntryKind::Charge, 5700));
}

#[test]
fn currency_does_not_change() {
    let mut company = with_ann();
    let refused = company.apply(&change("euro", Schedule::Immediate, false));
    assert_eq!(refused.err().map(Refusal::status), Some(409));
    let unknown = company
        .subscribe("other", "ann", "none", 1, None)
        .unwrap_err();
    assert_eq!(unknown.to_string(), "there is no price `none`");
}

#[test]
fn calendar_ends_with_the_year_9999() {
    let mut company = Company::new(at("9999-06-01T00:00:00Z"));
    company.add_price(price("month", BillingCycle::monthly(), 1));
    company.subscribe("sub", "ann", "month", 1, None).unwrap();
    company.advance(Timestamp::MAX);
    assert_eq!(company.ledger().len(), 7);
}
