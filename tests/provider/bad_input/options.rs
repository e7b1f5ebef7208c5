//! Options that are switched off.

use std::sync::Arc;

use serde_json::{Value, json};

use super::refused;
use crate::support::{Host, billing};

mod off {
    test_support::integration!(immediate_and_period: prices, coupons,
        cancel(schedules(immediate)), cancel_all,
        pause(start_dates(immediate), durations(period)), pause_all,
        change_price(schedules(immediate)),
        extend_trial(durations(period)));

    test_support::integration!(end_of_period_and_date: prices, coupons,
        cancel(schedules(end_of_period)), cancel_all,
        pause(start_dates(end_of_period), durations(date), allow_annual = false), pause_all,
        change_price(schedules(end_of_period), prorate = false),
        extend_trial(durations(date), multiple));

    pub(super) use end_of_period_and_date::Billing as EndOfPeriodAndDate;
    pub(super) use immediate_and_period::Billing as ImmediateAndPeriod;
}

#[test]
fn disabled_option_in_a_body_is_a_400() {
    use off::{EndOfPeriodAndDate, ImmediateAndPeriod};

    let period = json!({ "type": "period", "amount": 1, "unit": "month" });
    let date = json!({ "type": "date", "date": "2026-09-01T00:00:00.000Z" });
    let one = Arc::new(ImmediateAndPeriod::default());
    let other = Arc::new(EndOfPeriodAndDate::default());
    let hosts = [
        (
            Host::serving::<ImmediateAndPeriod>(Arc::clone(&one)),
            "immediate",
            "end-of-period",
            &period,
            &date,
            "period",
            "date",
        ),
        (
            Host::serving::<EndOfPeriodAndDate>(Arc::clone(&other)),
            "end-of-period",
            "immediate",
            &date,
            &period,
            "date",
            "period",
        ),
    ];
    for (host, on, off, duration_on, duration_off, form_on, form_off) in hosts {
        let ids = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "x" });
        let schedule_off = format!("must be `{on}`: this provider does not offer `{off}`");
        let form_off = format!("must be `{form_on}`: this provider does not offer `{form_off}`");
        let flag_off = "must be false or absent: this provider does not offer it";
        let table = [
            (
                "/subscription/cancel",
                vec![("scheduledAt", json!(on), json!(off), &schedule_off[..])],
            ),
            (
                "/customer/cancel",
                vec![("scheduledAt", json!(on), json!(off), &schedule_off)],
            ),
            (
                "/subscription/pause",
                vec![
                    ("startAt", json!(on), json!(off), &schedule_off),
                    (
                        "duration",
                        duration_on.clone(),
                        duration_off.clone(),
                        &form_off,
                    ),
                    ("allowAnnual", json!(false), json!(true), flag_off),
                ],
            ),
            (
                "/customer/pause",
                vec![
                    ("startAt", json!(on), json!(off), &schedule_off),
                    (
                        "duration",
                        duration_on.clone(),
                        duration_off.clone(),
                        &form_off,
                    ),
                    ("allowAnnual", json!(false), json!(true), flag_off),
                ],
            ),
            (
                "/subscription/change-price",
                vec![
                    ("scheduledAt", json!(on), json!(off), &schedule_off),
                    ("prorate", json!(false), json!(true), flag_off),
                ],
            ),
            (
                "/subscription/extend-trial",
                vec![(
                    "duration",
                    duration_on.clone(),
                    duration_off.clone(),
                    &form_off,
                )],
            ),
        ];
        let calls = || one.calls() + other.calls();
        for (action, fields) in table {
            let mut good = ids.clone();
            for (field, on, ..) in &fields {
                good[*field] = on.clone();
            }
            let before = calls();
            host.act(action, &good).is_done();
            assert_eq!(calls(), before + 1);
            for (field, _, off, rule) in fields {
                let mut body = good.clone();
                body[field] = off;
                let message = refused(&host.act(action, &body), 400);
                let named = if field == "duration" {
                    "duration.type"
                } else {
                    field
                };
                let expected = format!("`{named}` {rule} (keys received: ");
                assert!(message.starts_with(&expected), "{action}: {message}");
            }
            assert_eq!(calls(), before + 1, "{action}");
        }
    }
}

#[test]
fn absent_schedule_means_the_only_enabled_one() {
    let one = Arc::new(off::ImmediateAndPeriod::default());
    let other = Arc::new(off::EndOfPeriodAndDate::default());
    let hosts = [
        Host::serving::<off::ImmediateAndPeriod>(Arc::clone(&one)),
        Host::serving::<off::EndOfPeriodAndDate>(Arc::clone(&other)),
    ];
    for host in hosts {
        for (action, field) in [
            ("/subscription/cancel", "scheduledAt"),
            ("/customer/cancel", "scheduledAt"),
            ("/subscription/change-price", "scheduledAt"),
        ] {
            let mut body = json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "x" });
            host.act(action, &body).is_done();
            body[field] = Value::Null;
            host.act(action, &body).is_done();
        }
    }
    assert_eq!((one.calls(), other.calls()), (6, 6));
}

#[test]
fn annual_pause_without_allow_annual_is_a_400() {
    let (billing, host) = billing();
    let body = |subscription: &str, allow: Value| {
        json!({
            "customerId": "cus_1", "subscriptionId": subscription, "startAt": "immediate",
            "duration": { "type": "period", "amount": 1, "unit": "month" }, "allowAnnual": allow,
        })
    };
    for allow in [json!(false), Value::Null] {
        let message = refused(
            &host.act("/subscription/pause", body("sub_annual", allow)),
            400,
        );
        assert_eq!(
            message,
            "`allowAnnual` must be true to pause an annual subscription"
        );
    }
    assert_eq!(billing.writes(), []);
    host.act("/subscription/pause", body("sub_annual", json!(true)))
        .is_done();
    host.act("/subscription/pause", body("sub_1", json!(false)))
        .is_done();
    assert_eq!(billing.writes().len(), 2);

    let off = Arc::new(off::ImmediateAndPeriod::default());
    let host = Host::serving::<off::ImmediateAndPeriod>(Arc::clone(&off));
    refused(
        &host.act("/subscription/pause", body("annual", json!(true))),
        400,
    );
    assert_eq!(off.calls(), 0);
}

#[test]
fn pause_of_missing_or_foreign_subscription_is_a_404() {
    let (billing, host) = billing();
    for (customer, subscription) in [
        ("cus_1", "none"),
        ("cus_2", "sub_1"),
        ("missing", "sub_annual"),
    ] {
        let body = json!({
            "customerId": customer, "subscriptionId": subscription, "startAt": "immediate",
            "duration": { "type": "period", "amount": 1, "unit": "month" },
        });
        let message = refused(&host.act("/subscription/pause", body), 404);
        assert_eq!(message, "there is no such subscription");
    }
    assert_eq!(billing.writes(), []);
}
