//! Fields of a body that are missing, or have a value that is not allowed.

use serde_json::{Value, json};

use super::{PAUSE, actions, assert_refused, pause_of, refuse};
use crate::conformance::Start;
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::guarded::Guarded;

pub fn missing_or_null_required_field_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, body, watched) in actions(&guarded) {
        for field in body
            .as_object()
            .into_iter()
            .flatten()
            .map(|(field, _)| field)
        {
            if matches!(field.as_str(), "unpause" | "allowAnnual" | "prorate") {
                continue;
            }
            let mut null = body.clone();
            null[field] = Value::Null;
            refuse(&guarded, &mut client, path, &null, watched, &[]);
            let mut missing = body.clone();
            missing
                .as_object_mut()
                .expect("a body is an object")
                .remove(field);
            refuse(&guarded, &mut client, path, &missing, watched, &[]);
            // A field name in the wrong case counts as missing.
            missing[field.to_uppercase()] = body[field].clone();
            refuse(&guarded, &mut client, path, &missing, watched, &[]);
        }
    }
}

pub fn field_of_another_type_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, body, watched) in actions(&guarded) {
        for (field, right) in body.as_object().into_iter().flatten() {
            let wrong = [
                json!(7301),
                json!(-7.25),
                json!(true),
                json!("word-7f3a"),
                json!([]),
                json!([right]),
                json!({}),
                json!({"7f3a": right}),
            ];
            for value in wrong {
                let is_id = field == "id" || field.ends_with("Id");
                if value.is_boolean() && right.is_boolean() || value.is_string() && is_id {
                    continue;
                }
                let mut body = body.clone();
                body[field] = value;
                refuse(
                    &guarded,
                    &mut client,
                    path,
                    &body,
                    watched,
                    &["7301", "7.25"],
                );
            }
        }
        for (field, _) in body
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(_, right)| right.is_boolean())
        {
            for value in [json!("yes"), json!("True"), json!(1), json!(0), json!("")] {
                let mut body = body.clone();
                body[field] = value;
                refuse(&guarded, &mut client, path, &body, watched, &[]);
            }
        }
    }
}

pub fn unknown_enum_value_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let words = [
        "",
        "Immediate",
        "IMMEDIATE",
        "immediate ",
        " immediate",
        "end_of_period",
        "endOfPeriod",
        "endofperiod",
        "now",
        "later-7f3a",
        "immediate\0",
        "immediate,end-of-period",
        "😀",
    ];
    for (path, body, watched) in actions(&guarded) {
        for field in ["scheduledAt", "startAt"] {
            if body.get(field).is_none() {
                continue;
            }
            for word in words {
                let mut body = body.clone();
                body[field] = json!(word);
                let echo = if matches!(word, "now" | "immediate ") {
                    "7f3a"
                } else {
                    word
                };
                refuse(&guarded, &mut client, path, &body, watched, &[echo]);
            }
        }
        if body.get("duration").is_none() {
            continue;
        }
        for unit in [
            "",
            "monthly",
            "monthss",
            "quarter",
            "hour",
            "fortnight-7f3a",
            "m",
        ] {
            let mut body = body.clone();
            body["duration"]["unit"] = json!(unit);
            refuse(&guarded, &mut client, path, &body, watched, &[unit]);
        }
        for kind in ["", "periods", "dates", "until-7f3a", "once", "forever"] {
            let mut body = body.clone();
            body["duration"]["type"] = json!(kind);
            refuse(&guarded, &mut client, path, &body, watched, &[kind]);
        }
    }
}

pub fn invalid_duration_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let date = "2027-09-01T00:00:00.000Z";
    let durations = [
        json!({"type": "period"}),
        json!({"type": "period", "amount": 2}),
        json!({"type": "period", "unit": "month"}),
        json!({"type": "period", "amount": null, "unit": "month"}),
        json!({"type": "period", "amount": 2, "unit": null}),
        json!({"type": "period", "amount": 2, "unit": 7}),
        json!({"type": "period", "amount": "7302x", "unit": "month"}),
        json!({"type": "period", "amount": 1.5, "unit": "month"}),
        json!({"type": "period", "amount": -7302, "unit": "month"}),
        json!({"type": "period", "amount": [2], "unit": "month"}),
        json!({"type": "period", "amount": true, "unit": "month"}),
        // A date with a four-digit year cannot be that far in the future.
        json!({"type": "period", "amount": 100_000_000, "unit": "year"}),
        json!({"type": "period", "amount": 2_147_483_647, "unit": "year"}),
        json!({"type": "period", "amount": 4_294_967_295_u32, "unit": "month"}),
        json!({"type": "period", "amount": 4_294_967_296_u64, "unit": "day"}),
        json!({"type": "period", "amount": 9_223_372_036_854_775_807_u64, "unit": "week"}),
        json!({"type": "period", "amount": 18_446_744_073_709_551_615_u64, "unit": "day"}),
        json!({"type": "period", "amount": 1e30, "unit": "day"}),
        json!({"type": "period", "date": date}),
        json!({"type": "date"}),
        json!({"type": "date", "date": null}),
        json!({"type": "date", "amount": 2, "unit": "month"}),
        json!({"type": null, "date": null}),
        json!({"type": 7302, "amount": 2, "unit": "month"}),
        json!({"type": ["period"], "amount": 2, "unit": "month"}),
        json!({"amount": 2, "unit": "month", "date": date}),
        json!({"amount": 2}),
        json!({"unit": "month"}),
        json!({"period": {"amount": 2, "days": 3, "unit": "month"}}),
        json!([{"type": "period", "amount": 2, "unit": "month"}]),
        json!("P2M-7f3a"),
        json!(date),
    ];
    for (path, body, watched) in actions(&guarded) {
        if body.get("duration").is_none() {
            continue;
        }
        for duration in &durations {
            let mut body = body.clone();
            body["duration"] = duration.clone();
            let values = [
                "7302",
                "100000000",
                "2147483647",
                "4294967295",
                "4294967296",
                "9223372036854775807",
                "18446744073709551615",
                date,
            ];
            refuse(&guarded, &mut client, path, &body, watched, &values);
        }
    }
}

pub fn nonexistent_date_is_a_400(start: Start) {
    refuse_dates(
        start,
        &[
            json!("2027-02-29T00:00:00.000Z"),
            json!("2027-02-30T00:00:00.000Z"),
            json!("2027-04-31T00:00:00.000Z"),
            json!("2100-02-29T00:00:00.000Z"),
            json!("2027-13-01T00:00:00.000Z"),
            json!("2027-00-01T00:00:00.000Z"),
            json!("2027-01-00T00:00:00.000Z"),
            json!("2027-01-32T00:00:00.000Z"),
            json!("2027-01-01T24:00:00.000Z"),
            json!("2027-01-01T25:00:00.000Z"),
            json!("2027-01-01T00:60:00.000Z"),
            json!("2027-01-01T00:00:61.000Z"),
            json!("2027-01-01T00:00:00.000+24:00"),
            json!("2027-01-01T00:00:00.000+25:00"),
            json!("2027-01-01T00:00:00.000-25:00"),
            json!("2027-01-01T00:00:00.000+00:60"),
            json!("2027-01-01T00:00:00.000+99:59"),
        ],
    );
}

pub fn date_not_in_rfc_3339_is_a_400(start: Start) {
    refuse_dates(
        start,
        &[
            json!("2027-01-01T00:00:00.000"),
            json!("2027-1-1"),
            json!("2027-1-1T00:00:00Z"),
            json!("27-01-01T00:00:00.000Z"),
            json!("12027-01-01T00:00:00.000Z"),
            json!("+2027-01-01T00:00:00.000Z"),
            json!("-2027-01-01T00:00:00.000Z"),
            json!("+002027-01-01T00:00:00.000Z"),
            json!("20270101T000000Z"),
            json!("2027-W01-1T00:00:00Z"),
            json!("2027-001T00:00:00Z"),
            json!("2027-01-01T00Z"),
            json!("2027-01-01T00:00Z"),
            json!("2027-01-01T00:00:00,5Z"),
            json!("2027-01-01T00:00:00.Z"),
            json!("2027-01-01T00:00:00+02"),
            json!("2027-01-01T00:00:00+0200"),
            json!("2027-01-01T00:00:00+02:00:30"),
            json!("2027-01-01T00:00:00+02:00[Europe/Paris]"),
            json!("2027-01-01T00:00:00.000Z-7f3a"),
            json!(" 2027-01-01T00:00:00.000Z"),
            json!("2027-01-01T00:00:00.000Z "),
            json!("2027-01-01T00:00:00.000Z\0"),
            json!("２０２７-01-01T00:00:00.000Z"),
            json!("01/31/2027"),
            json!("Fri, 01 Jan 2027 00:00:00 GMT"),
            json!("tomorrow"),
            json!("1798761600"),
            json!(1_798_761_600),
            json!(1_798_761_600_000.5),
            json!(""),
            json!(true),
            json!({"year": 2027}),
        ],
    );
}

/// Sends all dates before it fails with the list of accepted ones, because each is a separate bug.
fn refuse_dates(start: Start, dates: &[Value]) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let mut taken = Vec::new();
    for date in dates {
        for (path, mut body, watched) in actions(&guarded) {
            if body.get("duration").is_none() {
                continue;
            }
            // A provider that accepts an invalid date pauses this subscription, so the next date
            // needs another one.
            if let Some(fresh) = fresh(&guarded, &mut client, watched) {
                body["customerId"] = fresh["customerId"].clone();
                if path.contains("/subscription/") {
                    body["subscriptionId"] = fresh["id"].clone();
                }
            }
            for duration in [json!({"type": "date", "date": date}), json!({"date": date})] {
                body["duration"] = duration;
                let request = client.request("POST", path).json(&body);
                // A rejection for another reason means that the date was parsed.
                let status = client.send(&request).status;
                if status != 400 {
                    taken.push(format!("{path} {} → {status}", body["duration"]));
                    break;
                }
                let echo = date.as_str().map_or(date.to_string(), ToOwned::to_owned);
                assert_refused(
                    &mut client,
                    &request,
                    &[400],
                    &[&echo, "7f3a", "1798761600"],
                );
            }
        }
    }
    assert!(taken.is_empty(), "accepted as dates:\n{}", taken.join("\n"));
}

/// Returns a subscription like this one that is still unchanged.
fn fresh<'g>(guarded: &'g Guarded, client: &mut Client<'_>, like: &Value) -> Option<&'g Value> {
    let mut same = guarded.before.subscriptions(Mode::Test).filter(|row| {
        row["status"]["name"] == like["status"]["name"] && row["duration"] == like["duration"]
    });
    same.find(|row| {
        client.row(&format!(
            "{}/{}",
            subscriptions_of(&text_of(row, "customerId")),
            id_of(row)
        )) == **row
    })
}

pub fn annual_subscription_is_not_paused_unless_allowed(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    // Twelve months count as a year as well.
    let cycles = [
        json!({"amount": 1, "unit": "year"}),
        json!({"amount": 12, "unit": "month"}),
    ];
    for cycle in cycles {
        let annual = guarded
            .before
            .subscriptions(Mode::Test)
            .find(|row| row["duration"] == cycle && row["status"]["name"] == "active");
        let annual = annual.unwrap_or_else(|| panic!("no active subscription of {cycle}"));
        for value in [None, Some(Value::Null), Some(json!(false))] {
            for start in ["immediate", "end-of-period"] {
                let mut body = pause_of(annual);
                body["startAt"] = json!(start);
                if let Some(value) = &value {
                    body["allowAnnual"] = value.clone();
                }
                refuse(&guarded, &mut client, PAUSE, &body, annual, &[]);
                // A pause of all subscriptions is rejected as a whole if one of them is annual and
                // the request forbids that. Churnkey probably leaves `allowAnnual` out.
                if value == Some(json!(false)) {
                    body.as_object_mut()
                        .expect("a body is an object")
                        .remove("subscriptionId");
                    let path = "/actions/customer/pause";
                    refuse(&guarded, &mut client, path, &body, annual, &[]);
                }
            }
        }
    }
}
