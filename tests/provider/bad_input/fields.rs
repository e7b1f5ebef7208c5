//! Fields of a body that are missing or have a value that is not allowed.

use serde_json::{Value, json};

use super::{SENTINEL, cancel, refused};
use crate::support::billing;

#[derive(Clone, Copy)]
enum Kind {
    Id,
    Schedule,
    Duration,
    Flag,
}

type Fields = Vec<(&'static str, Kind)>;

/// Returns every action with a body that has all fields, and the kind of each field.
fn complete() -> Vec<(&'static str, Value, Fields)> {
    use Kind::{Duration, Flag, Id, Schedule};

    let (customer, subscription) = (("customerId", Id), ("subscriptionId", Id));
    let duration = json!({ "type": "period", "amount": 1, "unit": "month" });
    vec![
        (
            "/subscription/cancel",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "scheduledAt": "immediate", "unpause": true }),
            vec![
                customer,
                subscription,
                ("scheduledAt", Schedule),
                ("unpause", Flag),
            ],
        ),
        (
            "/customer/cancel",
            json!({ "customerId": "cus_1", "scheduledAt": "immediate", "unpause": true }),
            vec![customer, ("scheduledAt", Schedule), ("unpause", Flag)],
        ),
        (
            "/subscription/pause",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "startAt": "immediate", "duration": duration, "allowAnnual": true }),
            vec![
                customer,
                subscription,
                ("startAt", Schedule),
                ("duration", Duration),
                ("allowAnnual", Flag),
            ],
        ),
        (
            "/customer/pause",
            json!({ "customerId": "cus_1", "startAt": "immediate", "duration": duration, "allowAnnual": true }),
            vec![
                customer,
                ("startAt", Schedule),
                ("duration", Duration),
                ("allowAnnual", Flag),
            ],
        ),
        (
            "/subscription/apply-coupon",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "half" }),
            vec![customer, subscription, ("id", Id)],
        ),
        (
            "/subscription/change-price",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "id": "team", "scheduledAt": "immediate", "prorate": true }),
            vec![
                customer,
                subscription,
                ("id", Id),
                ("scheduledAt", Schedule),
                ("prorate", Flag),
            ],
        ),
        (
            "/subscription/extend-trial",
            json!({ "customerId": "cus_1", "subscriptionId": "sub_1", "duration": duration }),
            vec![customer, subscription, ("duration", Duration)],
        ),
    ]
}

/// Returns invalid values of a field. None of them means that the field is absent.
fn wrong_values(kind: Kind) -> Vec<Value> {
    let schedules = [
        "",
        "Immediate",
        "IMMEDIATE",
        "end_of_period",
        "endOfPeriod",
        "end-of-period ",
        "now",
        SENTINEL,
    ];
    match kind {
        Kind::Id => vec![
            json!(""),
            json!(7),
            json!(true),
            json!([SENTINEL]),
            json!({ "id": SENTINEL }),
        ],
        Kind::Flag => vec![
            json!("True"),
            json!(""),
            json!(1),
            json!(0),
            json!([SENTINEL]),
            json!({}),
            json!(SENTINEL),
        ],
        Kind::Schedule => schedules
            .into_iter()
            .map(Value::from)
            .chain([
                json!(1),
                json!(true),
                json!(["immediate"]),
                json!({ "immediate": true }),
            ])
            .collect(),
        Kind::Duration => {
            let mut wrong: Vec<Value> = [
                r#""P2M""#,
                "60",
                "true",
                "[]",
                "{}",
                r#"{"type":"s3ntin3l","amount":1,"unit":"month"}"#,
                r#"{"type":"","amount":1,"unit":"month"}"#,
                r#"{"type":1,"amount":1,"unit":"month"}"#,
                r#"{"type":"period"}"#,
                r#"{"type":"period","unit":"month"}"#,
                r#"{"type":"period","amount":1}"#,
                r#"{"type":"period","date":"2026-09-01T00:00:00.000Z"}"#,
                r#"{"type":"date"}"#,
                r#"{"type":"date","amount":1,"unit":"month"}"#,
                r#"{"amount":1,"unit":"month","date":"2026-09-01T00:00:00.000Z"}"#,
                r#"{"amount":1}"#,
                r#"{"unit":"month"}"#,
            ]
            .map(|json| serde_json::from_str(json).unwrap())
            .into();
            for amount in [
                "0",
                "-1",
                "1.5",
                "4294967296",
                "18446744073709551616",
                "1e300",
                r#""two""#,
                "null",
                "true",
                "[]",
            ] {
                let json = format!(r#"{{"type":"period","amount":{amount},"unit":"month"}}"#);
                wrong.push(serde_json::from_str(&json).unwrap());
            }
            for unit in ["", "mo", "monthly", "hour", SENTINEL] {
                wrong.push(json!({ "type": "period", "amount": 1, "unit": unit }));
            }
            for date in [
                "",
                SENTINEL,
                "2026-09-31",
                "2026-09-01T00:00:00",
                "2026-02-29T00:00:00Z",
                "2026-02-30T00:00:00.000Z",
                "2026-13-01T00:00:00Z",
                "2026-09-01T24:30:00Z",
                "2026-09-01T00:00:00+99:00",
                "10000-01-01T00:00:00Z",
                "1788220800",
            ] {
                wrong.push(json!({ "type": "date", "date": date }));
            }
            wrong.push(json!({ "type": "date", "date": 1_788_220_800 }));
            wrong
        }
    }
}

#[test]
fn wrong_field_is_a_400_with_its_name() {
    let (billing, host) = billing();
    for (action, body, fields) in complete() {
        for (field, kind) in fields {
            for wrong in wrong_values(kind) {
                let mut body = body.clone();
                body[field] = wrong.clone();
                let message = refused(&host.act(action, &body), 400);
                assert!(
                    message.starts_with(&format!("`{field}")),
                    "{action} {field} {wrong}: {message}"
                );
            }
        }
    }
    assert_eq!((billing.reads(), billing.writes()), (vec![], vec![]));
}

#[test]
fn only_flags_can_be_missing_or_null() {
    let (billing, host) = billing();
    for (action, body, fields) in complete() {
        for (field, kind) in fields {
            let (mut missing, mut null) = (body.clone(), body.clone());
            missing.as_object_mut().unwrap().remove(field);
            null[field] = Value::Null;
            for body in [missing, null] {
                let reply = host.act(action, &body);
                if matches!(kind, Kind::Flag) {
                    reply.is_done();
                    assert_eq!(billing.writes().len(), 1);
                } else {
                    let message = refused(&reply, 400);
                    let expected = format!("`{field}` is required (keys received: ");
                    assert!(message.starts_with(&expected), "{message}");
                    assert_eq!(billing.writes(), []);
                }
            }
        }
    }
}

#[test]
fn wrong_coupon_or_price_is_named_as_received() {
    let (billing, host) = billing();
    let mut body = cancel();
    for wrong in wrong_values(Kind::Id) {
        body["coupon"] = wrong.clone();
        let message = refused(&host.act("/subscription/apply-coupon", &body), 400);
        assert!(message.starts_with("`coupon` "), "{message}");
        body["price"] = wrong;
        let message = refused(&host.act("/subscription/change-price", &body), 400);
        assert!(message.starts_with("`price` "), "{message}");
    }
    assert_eq!(billing.writes(), []);
}

#[test]
fn refusal_lists_the_keys_that_were_received() {
    let (billing, host) = billing();
    let body = json!({
        "customer_id": SENTINEL,
        "subscriptionId": SENTINEL,
        "duration": { "span": { "months": SENTINEL } },
        "s3ntin3l@example.test": SENTINEL,
        "s3ntin3l".repeat(10): SENTINEL,
    });
    let message = refused(&host.act("/subscription/extend-trial", &body), 400);
    assert_eq!(
        message,
        "`customerId` is required (keys received: customer_id, duration, duration.span, \
         duration.span.months, subscriptionId and 2 more)"
    );
    assert_eq!(billing.writes(), []);
}
