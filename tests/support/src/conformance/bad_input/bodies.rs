use serde_json::{Value, json};

use super::{PAUSE, assert_refused, pause_of};
use crate::Request;
use crate::conformance::Start;
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::guarded::Guarded;

/// Returns every action of the manifest with a body that would have an effect, and the subscription
/// to check.
fn actions(guarded: &Guarded) -> Vec<(&'static str, Value, &Value)> {
    let active = guarded.subscription(Mode::Test, "active", "month");
    let trial = guarded.subscription(Mode::Test, "trial", "month");
    let price = guarded.before.list(Mode::Test, "/prices").next();
    let coupon = guarded.before.list(Mode::Test, "/coupons").next();
    let period = json!({"type": "period", "amount": 2, "unit": "month"});
    let all = [
        (
            "cancel",
            "/actions/subscription/cancel",
            active,
            json!({"scheduledAt": "immediate", "unpause": false}),
        ),
        (
            "cancel",
            "/actions/customer/cancel",
            active,
            json!({"scheduledAt": "immediate", "unpause": false}),
        ),
        (
            "pause",
            PAUSE,
            active,
            json!({"startAt": "immediate", "duration": period, "allowAnnual": true}),
        ),
        (
            "pause",
            "/actions/customer/pause",
            active,
            json!({"startAt": "immediate", "duration": period, "allowAnnual": true}),
        ),
        (
            "applyCoupon",
            "/actions/subscription/apply-coupon",
            active,
            json!({"id": coupon.map(id_of)}),
        ),
        (
            "changePrice",
            "/actions/subscription/change-price",
            active,
            json!({"id": price.map(id_of), "scheduledAt": "immediate", "prorate": false}),
        ),
        (
            "extendTrial",
            "/actions/subscription/extend-trial",
            trial,
            json!({"duration": period}),
        ),
    ];
    let mut present = Vec::new();
    for (action, path, subscription, mut body) in all {
        if guarded.manifest.supports(action) {
            body["customerId"] = subscription["customerId"].clone();
            if path.contains("/subscription/") {
                body["subscriptionId"] = subscription["id"].clone();
            }
            present.push((path, body, subscription));
        }
    }
    present
}

/// Sends an action a body with one error, and asserts the rejection.
fn refuse(
    guarded: &Guarded,
    client: &mut Client<'_>,
    path: &str,
    body: &Value,
    watched: &Value,
    values: &[&str],
) {
    let request = client.request("POST", path).json(body);
    refuse_request(guarded, client, &request, &[400], watched, values);
}

fn refuse_request(
    guarded: &Guarded,
    client: &mut Client<'_>,
    request: &Request,
    statuses: &[u16],
    watched: &Value,
    values: &[&str],
) {
    let (id, customer) = (id_of(watched), text_of(watched, "customerId"));
    let values = [values, &["7f3a", &id, &customer]].concat();
    assert_refused(client, request, statuses, &values);
    guarded.assert_kept(client, watched, request);
}

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
    guarded.assert_unchanged();
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
    guarded.assert_unchanged();
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
    guarded.assert_unchanged();
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
    guarded.assert_unchanged();
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
    // Uses its own subscriptions, because a provider that accepts such a date changes data.
    let guarded = Guarded::start(start);
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
    guarded.assert_unchanged();
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

pub fn body_that_is_not_a_json_object_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, right, watched) in actions(&guarded) {
        let whole = right.to_string();
        let mut bodies: Vec<Vec<u8>> = [
            "",
            " ",
            "{",
            "}",
            "{}",
            "[]",
            "null",
            "true",
            "7301",
            "\"7f3a\"",
            "not json 7f3a",
            "{'customerId':'7f3a'}",
            "{\"customerId\":7f3a}",
            "{\"customerId\"}",
            "\0",
            "NaN",
            "customerId=7f3a&subscriptionId=7f3a",
            "<customerId>7f3a</customerId>",
        ]
        .map(|body| body.as_bytes().to_vec())
        .into();
        // The body is truncated at every tenth byte, and before the last byte.
        bodies.extend(
            (1..whole.len())
                .step_by(10)
                .chain([whole.len() - 1])
                .map(|end| whole.as_bytes()[..end].to_vec()),
        );
        bodies.push(format!("{whole}{whole}").into_bytes());
        bodies.push(format!("{whole}7f3a").into_bytes());
        bodies.push(format!("[{whole}]").into_bytes());
        bodies.push(Value::String(whole.clone()).to_string().into_bytes());
        bodies.push(whole.replace(',', ",,").into_bytes());
        bodies.push(whole.replacen('}', ",}", 1).into_bytes());
        bodies.push([b"\xff\xfe", whole.as_bytes()].concat());
        bodies.push(
            whole
                .replacen("\"customerId\":\"", "\"customerId\":\"\u{0}", 1)
                .into_bytes(),
        );
        let not_text = whole
            .replacen("\"customerId\":\"", "\"customerId\":\"~", 1)
            .into_bytes();
        bodies.push(
            not_text
                .into_iter()
                .map(|byte| if byte == b'~' { 0xff } else { byte })
                .collect(),
        );
        // Half of a surrogate pair is not a character.
        bodies.push(
            whole
                .replacen("\"customerId\":\"", "\"customerId\":\"\\ud83d", 1)
                .into_bytes(),
        );
        for body in bodies {
            let request = client
                .request("POST", path)
                .content("application/json", body);
            refuse_request(&guarded, &mut client, &request, &[400], watched, &["7301"]);
        }
        // A request without a body and without a length.
        let request = client
            .request("POST", path)
            .header("content-type", "application/json");
        refuse_request(&guarded, &mut client, &request, &[400], watched, &[]);
    }
    guarded.assert_unchanged();
}

pub fn deeply_nested_body_is_rejected(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, right, watched) in actions(&guarded) {
        for depth in [200, 20_000] {
            let lists = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            let objects = format!("{}1{}", "{\"a\":".repeat(depth), "}".repeat(depth));
            let open = "[".repeat(depth);
            for body in [lists.clone(), objects.clone(), open] {
                let request = client
                    .request("POST", path)
                    .content("application/json", body);
                refuse_request(&guarded, &mut client, &request, &[400, 413], watched, &[]);
            }
            for nested in [lists, objects] {
                for field in right
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(field, _)| field)
                {
                    let mut body = right.clone();
                    body[field] = json!("~");
                    let body = body.to_string().replacen("\"~\"", &nested, 1);
                    let request = client
                        .request("POST", path)
                        .content("application/json", body);
                    refuse_request(&guarded, &mut client, &request, &[400, 413], watched, &[]);
                }
            }
        }
    }
    guarded.assert_unchanged();
}

pub fn body_of_a_mebibyte_is_rejected(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    const MEBIBYTE: usize = 1024 * 1024;
    for (path, right, watched) in actions(&guarded) {
        let mut filled = right.clone();
        filled["note"] = json!("7f3a".repeat(MEBIBYTE / 4));
        let mut id = right.clone();
        id["customerId"] = json!("7f3a".repeat(MEBIBYTE / 4));
        for body in [
            filled.to_string(),
            id.to_string(),
            "7f3a".repeat(MEBIBYTE / 4),
            format!("{}{right}", " ".repeat(MEBIBYTE)),
        ] {
            // The response can arrive before the body was read, which ends the connection.
            let request = client
                .request("POST", path)
                .header("connection", "close")
                .content("application/json", body);
            refuse_request(&guarded, &mut client, &request, &[400, 413], watched, &[]);
        }
        // Without the token the response must be the same as for any other request.
        let request = client
            .request("POST", path)
            .without("authorization")
            .header("connection", "close")
            .content("application/json", filled.to_string());
        refuse_request(&guarded, &mut client, &request, &[401], watched, &[]);
    }
    guarded.assert_unchanged();
}

pub fn body_that_is_no_json_is_rejected_under_any_content_type(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    for (path, right, watched) in actions(&guarded) {
        for content_type in [
            "text/plain",
            "text/html",
            "application/xml",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=7f3a",
            "application/jsonp",
            "application/octet-stream",
            "json-7f3a",
            "",
            "\u{e9}",
        ] {
            let request = client
                .request("POST", path)
                .content(content_type, format!("{right}7f3a"));
            let echo = if content_type == "application/jsonp" {
                content_type
            } else {
                "7f3a"
            };
            refuse_request(
                &guarded,
                &mut client,
                &request,
                &[400],
                watched,
                &[echo, "text/", "xml", "octet"],
            );
        }
    }
    guarded.assert_unchanged();
}

pub fn actions_on_foreign_subscriptions_are_a_404(start: Start) {
    let guarded = Guarded::shared(start);
    for (path, right, watched) in actions(&guarded) {
        if right.get("subscriptionId").is_none() {
            continue;
        }
        let mut client = guarded.client();
        let owner = &right["customerId"];
        let other = guarded
            .before
            .list(Mode::Test, "/customers")
            .find(|row| row["id"] != *owner)
            .expect("two customers");
        let mut body = right.clone();
        body["customerId"] = other["id"].clone();
        let request = client.request("POST", path).json(&body);
        refuse_request(
            &guarded,
            &mut client,
            &request,
            &[404],
            watched,
            &[&id_of(other)],
        );
        // In the other mode neither the customer nor the subscription exists.
        let request = client
            .request("POST", path)
            .without("x-churnkey-mode")
            .json(&right);
        refuse_request(&guarded, &mut client, &request, &[404], watched, &[]);
    }
    for (path, right, watched) in actions(&guarded) {
        let mut client = guarded.client();
        let mut body = right.clone();
        body["customerId"] = json!("missing-7f3a");
        let request = client.request("POST", path).json(&body);
        refuse_request(&guarded, &mut client, &request, &[404], watched, &[]);
        let request = client
            .request("POST", path)
            .without("x-churnkey-mode")
            .json(&right);
        refuse_request(&guarded, &mut client, &request, &[404], watched, &[]);
    }
    guarded.assert_unchanged();
}

pub fn annual_subscription_is_paused_only_if_allowed(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    if !guarded.manifest.supports("pause") {
        return;
    }
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
        let allowed = guarded.manifest.allows(&["pause", "allowAnnual"]);
        for value in [
            None,
            Some(Value::Null),
            Some(json!(false)),
            Some(json!(true)),
        ] {
            for start in ["immediate", "end-of-period"] {
                let mut body = pause_of(annual);
                body["startAt"] = json!(start);
                if let Some(value) = &value {
                    body["allowAnnual"] = value.clone();
                }
                let is_on = value == Some(json!(true));
                if !(is_on && allowed) {
                    refuse(&guarded, &mut client, PAUSE, &body, annual, &[]);
                }
                // A pause of all subscriptions is rejected as a whole if one of them is annual and
                // the request forbids that. Churnkey probably leaves `allowAnnual` out.
                if value == Some(json!(false)) || is_on && !allowed {
                    body.as_object_mut()
                        .expect("a body is an object")
                        .remove("subscriptionId");
                    let path = "/actions/customer/pause";
                    refuse(&guarded, &mut client, path, &body, annual, &[]);
                }
            }
        }
    }
    guarded.assert_unchanged();
}

pub fn disabled_option_is_a_400(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let (immediate, period) = (
        "immediate",
        json!({"type": "period", "amount": 2, "unit": "month"}),
    );
    let date = json!({"type": "date", "date": "2027-09-01T00:00:00.000Z"});
    let options = [
        (
            ["cancel", "schedules", "immediate"].as_slice(),
            "scheduledAt",
            json!(immediate),
        ),
        (
            &["cancel", "schedules", "end-of-period"],
            "scheduledAt",
            json!("end-of-period"),
        ),
        (
            &["pause", "startDates", "immediate"],
            "startAt",
            json!(immediate),
        ),
        (
            &["pause", "startDates", "end-of-period"],
            "startAt",
            json!("end-of-period"),
        ),
        (
            &["pause", "durations", "period"],
            "duration",
            period.clone(),
        ),
        (&["pause", "durations", "date"], "duration", date.clone()),
        (&["pause", "allowAnnual"], "allowAnnual", json!(true)),
        (
            &["changePrice", "schedules", "immediate"],
            "scheduledAt",
            json!(immediate),
        ),
        (
            &["changePrice", "schedules", "end-of-period"],
            "scheduledAt",
            json!("end-of-period"),
        ),
        (&["changePrice", "prorate"], "prorate", json!(true)),
        (&["extendTrial", "durations", "period"], "duration", period),
        (&["extendTrial", "durations", "date"], "duration", date),
    ];
    for (option, field, value) in options {
        if guarded.manifest.allows(option) || !guarded.manifest.supports(option[0]) {
            continue;
        }
        let suffix = match option[0] {
            "changePrice" => "change-price",
            "extendTrial" => "extend-trial",
            word => word,
        };
        for (path, mut body, watched) in actions(&guarded) {
            if path.ends_with(suffix) {
                body[field] = value.clone();
                refuse(&guarded, &mut client, path, &body, watched, &[]);
            }
        }
    }
    guarded.assert_unchanged();
}

pub fn rejection_does_not_affect_the_next_response(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let expected = client.row("/features");
    for (path, right, watched) in actions(&guarded) {
        let mut body = right.clone();
        body["customerId"] = json!([]);
        refuse(&guarded, &mut client, path, &body, watched, &[]);
        assert_eq!(client.row("/features"), expected);
        let unknown = client.request("GET", &subscriptions_of("missing-7f3a"));
        assert!(client.send(&unknown).status < 500);
    }
}
