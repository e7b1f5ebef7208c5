//! Every action, sent twice: it has its effect once, on the subscription that it names, and no
//! other effect.

use std::collections::BTreeSet;
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::conformance::checker::{self, Kind};
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::manifest::Manifest;
use crate::conformance::moment;
use crate::conformance::snapshot::{Key, Snapshot};
use crate::conformance::{Instance, Start};
use crate::encoded;

const CANCEL: &str = "/actions/subscription/cancel";
const CANCEL_ALL: &str = "/actions/customer/cancel";
const PAUSE: &str = "/actions/subscription/pause";
const PAUSE_ALL: &str = "/actions/customer/pause";
const APPLY_COUPON: &str = "/actions/subscription/apply-coupon";
const CHANGE_PRICE: &str = "/actions/subscription/change-price";
const EXTEND_TRIAL: &str = "/actions/subscription/extend-trial";

/// A provider, its current state, and the customers that an action has named.
struct Harness {
    process: Instance,
    manifest: Manifest,
    now: Snapshot,
    used: BTreeSet<String>,
}

/// An action: the times of its first request and its last response, and its subscriptions before
/// and after.
struct Performed {
    sent: i64,
    answered: i64,
    subscriptions: Vec<(Value, Value)>,
}

impl Harness {
    fn start(start: Start) -> Self {
        let process = start();
        let manifest = Manifest::of(&process);
        let now = Snapshot::take(&process, &manifest);
        Self {
            process,
            manifest,
            now,
            used: BTreeSet::new(),
        }
    }

    /// Returns all subscriptions of a customer that no action has named yet.
    fn customer(&mut self, mode: Mode, wanted: impl Fn(&[&Value]) -> bool) -> Vec<Value> {
        let fresh = self
            .now
            .list(mode, "/customers")
            .filter(|row| !self.used.contains(&id_of(row)));
        let found = fresh
            .map(|customer| {
                self.now
                    .list(mode, &subscriptions_of(&id_of(customer)))
                    .collect::<Vec<_>>()
            })
            .find(|subscriptions| wanted(subscriptions))
            .expect("a customer with such subscriptions");
        let found: Vec<Value> = found.into_iter().cloned().collect();
        self.used.insert(text_of(&found[0], "customerId"));
        found
    }

    /// Returns a subscription of a customer that no action has named yet.
    fn subscription(&mut self, mode: Mode, status: &str, unit: &str) -> Value {
        let wanted =
            |row: &Value| row["status"]["name"] == status && row["duration"]["unit"] == unit;
        let all = self.customer(mode, |rows| rows.iter().any(|row| wanted(row)));
        all.into_iter().find(wanted).expect("just found")
    }

    /// Sends the action twice, and asserts that the second request changes nothing.
    fn act(&mut self, mode: Mode, path: &str, body: &Value, named: &[Value]) -> Performed {
        let mut client = Client::new(&self.process, mode);
        let sent = moment::now();
        let first = act_once(&mut client, path, body, named);
        thread::sleep(Duration::from_millis(50));
        let answered = moment::now();
        let second = act_once(&mut client, path, body, named);
        assert_eq!(first, second, "the second {path} of {body} had an effect");

        let mut subscriptions = Vec::new();
        for (row, after) in named.iter().zip(second) {
            checker::check(Kind::Subscription, &after, self.manifest.types());
            self.process.saw_rows(1);
            let before = self.now.rows.insert(key(mode, row), after.clone());
            subscriptions.push((before.expect("a row of the snapshot"), after));
        }
        Performed {
            sent,
            answered,
            subscriptions,
        }
    }

    /// Expects one more redemption, if the provider counts them, in every copy of the coupon in
    /// this mode. All other fields must be unchanged.
    fn expect_redemption(&mut self, mode: Mode, before: &Value, after: &Value) {
        let mut counted = before.clone();
        if let Some(current) = before["redemptions"]["current"].as_i64() {
            counted["redemptions"]["current"] = json!(current + 1);
        }
        assert_eq!(after, &counted);
        checker::check(Kind::Coupon, after, self.manifest.types());
        for ((of, _, _), row) in &mut self.now.rows {
            if *of == mode {
                replace(row, before, after);
            }
        }
    }

    /// Asserts that both modes are unchanged, except for the subscriptions that the actions named.
    fn assert_nothing_else_changed(&self) {
        let shown = Snapshot::take(&self.process, &self.manifest);
        let changes = self.now.changes(&shown);
        assert!(changes.is_empty(), "the actions also changed {changes:#?}");
    }

    /// Does the same for one subscription, whose ids are added to the body.
    fn act_on(
        &mut self,
        mode: Mode,
        path: &str,
        mut body: Value,
        named: &Value,
    ) -> (Performed, Value, Value) {
        body["customerId"] = named["customerId"].clone();
        body["subscriptionId"] = named["id"].clone();
        let done = self.act(mode, path, &body, std::slice::from_ref(named));
        let (before, after) = done.subscriptions[0].clone();
        (done, before, after)
    }
}

fn act_once(client: &mut Client<'_>, path: &str, body: &Value, named: &[Value]) -> Vec<Value> {
    let response = client.post(path, body);
    assert_eq!(
        response.status,
        200,
        "{path} of {body}: {}",
        response.text()
    );
    assert_eq!(response.text(), "", "{path} answers with a body");
    let paths = named.iter().map(|row| {
        let list = subscriptions_of(&text_of(row, "customerId"));
        format!("{list}/{}", encoded(&id_of(row)))
    });
    paths.map(|path| client.row(&path)).collect()
}

/// Replaces a value at any depth.
fn replace(row: &mut Value, old: &Value, new: &Value) {
    if row == old {
        row.clone_from(new);
        return;
    }
    match row {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, old, new)),
        Value::Object(fields) => fields
            .values_mut()
            .for_each(|field| replace(field, old, new)),
        _ => (),
    }
}

fn key(mode: Mode, subscription: &Value) -> Key {
    let list = subscriptions_of(&text_of(subscription, "customerId"));
    (mode, list, id_of(subscription))
}

/// Asserts that only these fields differ.
fn assert_same_but(before: &Value, after: &Value, fields: &[&str]) {
    let without = |row: &Value| {
        let mut row = row.as_object().cloned().expect("a row is an object");
        row.retain(|field, _| !fields.contains(&field.as_str()));
        row
    };
    assert_eq!(without(before), without(after));
}

fn moment_at(row: &Value, pointer: &str) -> i64 {
    let text = row.pointer(pointer).and_then(Value::as_str);
    let read = text.and_then(moment::read);
    read.unwrap_or_else(|| panic!("no date at {pointer}: {row}"))
}

impl Performed {
    fn assert_now(&self, row: &Value, pointer: &str) {
        let moment = moment_at(row, pointer);
        let span = self.sent..=self.answered;
        assert!(
            span.contains(&moment),
            "{pointer} is not the moment of the request {span:?}: {row}"
        );
    }

    fn assert_canceled(&self, before: &Value, after: &Value) {
        assert_same_but(before, after, &["status"]);
        assert_eq!(after["status"]["name"], "canceled", "{after}");
        if before["status"]["name"] != "canceled" {
            self.assert_now(after, "/status/canceledAt");
        } else {
            assert_eq!(before, after, "canceled twice");
        }
    }

    fn assert_paused(&self, before: &Value, after: &Value, end: impl Fn(i64) -> i64) {
        assert_same_but(before, after, &["status"]);
        assert_eq!(after["status"]["name"], "paused", "{after}");
        self.assert_now(after, "/status/pause/start");
        let start = moment_at(after, "/status/pause/start");
        assert_eq!(
            moment::write(moment_at(after, "/status/pause/end")),
            moment::write(end(start)),
            "{after}"
        );
    }
}

/// Asserts that a change for the end of the period has not happened. The document may announce it.
fn assert_canceled_later(before: &Value, after: &Value) {
    assert_same_but(before, after, &["status"]);
    if after["status"]["name"] == "canceled" {
        assert_eq!(
            after["status"]["canceledAt"], before["status"]["currentPeriod"]["end"],
            "{after}"
        );
    } else {
        assert_eq!(before["status"], after["status"]);
    }
}

fn assert_paused_later(before: &Value, after: &Value, length: impl Fn(i64) -> i64) {
    assert_same_but(before, after, &["status"]);
    if after["status"]["name"] == "paused" {
        assert_eq!(
            after["status"]["pause"]["start"],
            before["status"]["currentPeriod"]["end"]
        );
        let start = moment_at(after, "/status/pause/start");
        assert_eq!(
            moment_at(after, "/status/pause/end"),
            length(start),
            "{after}"
        );
    } else {
        assert_eq!(before["status"], after["status"]);
    }
}

pub fn immediate_cancellation_cancels_any_status(start: Start) {
    let mut harness = Harness::start(start);
    if !harness
        .manifest
        .allows(&["cancel", "schedules", "immediate"])
    {
        return;
    }
    for (mode, status, unit) in [
        (Mode::Test, "active", "month"),
        (Mode::Live, "active", "year"),
        (Mode::Test, "trial", "month"),
        (Mode::Live, "unpaid", "month"),
        (Mode::Test, "paused", "month"),
    ] {
        let named = harness.subscription(mode, status, unit);
        let (done, before, after) =
            harness.act_on(mode, CANCEL, json!({"scheduledAt": "immediate"}), &named);
        done.assert_canceled(&before, &after);
        // Another cancellation of a canceled subscription, with other options.
        let (_, _, again) = harness.act_on(
            mode,
            CANCEL,
            json!({"scheduledAt": "immediate", "unpause": true}),
            &named,
        );
        assert_eq!(after, again);
    }
    let canceled = harness.subscription(Mode::Live, "canceled", "month");
    let (done, before, after) = harness.act_on(
        Mode::Live,
        CANCEL,
        json!({"scheduledAt": "immediate"}),
        &canceled,
    );
    done.assert_canceled(&before, &after);
    harness.assert_nothing_else_changed();
}

pub fn end_of_period_cancellation_changes_no_status_yet(start: Start) {
    let mut harness = Harness::start(start);
    if !harness
        .manifest
        .allows(&["cancel", "schedules", "end-of-period"])
    {
        return;
    }
    for (mode, status, unit) in [
        (Mode::Test, "active", "month"),
        (Mode::Live, "trial", "month"),
    ] {
        let named = harness.subscription(mode, status, unit);
        let body =
            json!({"scheduledAt": "end-of-period", "unpause": null, "coupon": "an unknown field"});
        let (_, before, after) = harness.act_on(mode, CANCEL, body, &named);
        assert_canceled_later(&before, &after);
        if harness
            .manifest
            .allows(&["cancel", "schedules", "immediate"])
        {
            let (done, before, after) =
                harness.act_on(mode, CANCEL, json!({"scheduledAt": "immediate"}), &named);
            done.assert_canceled(&before, &after);
        }
    }
    harness.assert_nothing_else_changed();
}

pub fn cancellation_with_unpause_ends_the_pause(start: Start) {
    let mut harness = Harness::start(start);
    if harness
        .manifest
        .allows(&["cancel", "schedules", "end-of-period"])
    {
        let named = harness.subscription(Mode::Test, "paused", "month");
        let (_, before, after) = harness.act_on(
            Mode::Test,
            CANCEL,
            json!({"scheduledAt": "end-of-period", "unpause": true}),
            &named,
        );
        assert_same_but(&before, &after, &["status"]);
        assert_ne!(after["status"]["name"], "paused", "{after}");
        assert!(after["status"].get("pause").is_none(), "{after}");

        let named = harness.subscription(Mode::Live, "paused", "month");
        let (_, before, after) = harness.act_on(
            Mode::Live,
            CANCEL,
            json!({"scheduledAt": "end-of-period", "unpause": false}),
            &named,
        );
        assert_canceled_later(&before, &after);
    }
    if harness
        .manifest
        .allows(&["cancel", "schedules", "immediate"])
    {
        let named = harness.subscription(Mode::Test, "paused", "month");
        let (done, before, after) = harness.act_on(
            Mode::Test,
            CANCEL,
            json!({"scheduledAt": "immediate", "unpause": true}),
            &named,
        );
        done.assert_canceled(&before, &after);
    }
    harness.assert_nothing_else_changed();
}

pub fn cancel_all_affects_only_the_given_customer(start: Start) {
    let mut harness = Harness::start(start);
    for mode in Mode::BOTH {
        for schedule in ["immediate", "end-of-period"] {
            if !harness.manifest.allows(&["cancel", "schedules", schedule]) {
                continue;
            }
            let named = harness.customer(mode, |rows| rows.len() > 1);
            let body = json!({"customerId": named[0]["customerId"], "scheduledAt": schedule, "unpause": true});
            let done = harness.act(mode, CANCEL_ALL, &body, &named);
            for (before, after) in &done.subscriptions {
                match schedule {
                    "immediate" => done.assert_canceled(before, after),
                    _ => assert_canceled_later(before, after),
                }
            }
        }
    }
    harness.assert_nothing_else_changed();
}

pub fn immediate_pause_has_the_requested_length(start: Start) {
    let mut harness = Harness::start(start);
    if !harness
        .manifest
        .allows(&["pause", "startDates", "immediate"])
    {
        return;
    }
    if harness.manifest.allows(&["pause", "durations", "period"]) {
        let cases = [
            (Mode::Test, 10, "day"),
            (Mode::Live, 2, "week"),
            (Mode::Test, 3, "month"),
            (Mode::Live, 1, "year"),
        ];
        for (mode, amount, unit) in cases {
            let named = harness.subscription(mode, "active", "month");
            let mut duration = json!({"type": "period", "amount": amount, "unit": unit});
            if unit == "week" {
                duration.as_object_mut().map(|fields| fields.remove("type"));
            }
            let body = json!({"startAt": "immediate", "duration": duration});
            let (done, before, after) = harness.act_on(mode, PAUSE, body, &named);
            done.assert_paused(&before, &after, |start| moment::later(start, amount, unit));
        }
    }
    if harness.manifest.allows(&["pause", "durations", "date"]) {
        let end = moment::now() + 90 * moment::DAY;
        let (utc, text) = (moment::write(end), moment::write(end + 2 * 60 * 60 * 1000));
        let elsewhere = text.replace('Z', "+02:00");
        let durations = [
            json!({"type": "date", "date": utc}),
            json!({"type": "date", "date": elsewhere}),
            json!({"date": utc}),
        ];
        for duration in durations {
            let named = harness.subscription(Mode::Test, "active", "month");
            let body = json!({"startAt": "immediate", "duration": duration, "allowAnnual": false});
            let (done, before, after) = harness.act_on(Mode::Test, PAUSE, body, &named);
            done.assert_paused(&before, &after, |_| end);
        }
    }
    harness.assert_nothing_else_changed();
}

pub fn end_of_period_pause_changes_no_status_yet(start: Start) {
    let mut harness = Harness::start(start);
    if !harness
        .manifest
        .allows(&["pause", "startDates", "end-of-period"])
    {
        return;
    }
    if harness.manifest.allows(&["pause", "durations", "period"]) {
        let named = harness.subscription(Mode::Test, "active", "month");
        let body = json!({"startAt": "end-of-period", "duration": {"type": "period", "amount": 2, "unit": "month"}, "note": {"unknown": []}});
        let (_, before, after) = harness.act_on(Mode::Test, PAUSE, body, &named);
        assert_paused_later(&before, &after, |start| moment::later(start, 2, "month"));
    }
    if harness.manifest.allows(&["pause", "durations", "date"]) {
        let named = harness.subscription(Mode::Live, "active", "month");
        let end = moment::now() + 200 * moment::DAY;
        let body = json!({"startAt": "end-of-period", "duration": {"type": "date", "date": moment::write(end)}});
        let (_, before, after) = harness.act_on(Mode::Live, PAUSE, body, &named);
        assert_paused_later(&before, &after, |_| end);
    }
    harness.assert_nothing_else_changed();
}

pub fn pause_all_includes_annual_subscriptions_if_allowed(start: Start) {
    let mut harness = Harness::start(start);
    let immediate = harness
        .manifest
        .allows(&["pause", "startDates", "immediate"]);
    if !immediate || !harness.manifest.allows(&["pause", "durations", "period"]) {
        return;
    }
    let duration = json!({"type": "period", "amount": 2, "unit": "month"});
    let is_annual =
        |row: &Value| row["duration"]["unit"] == "year" || row["duration"]["amount"] == 12;
    let can_pause = |row: &Value| row["status"]["name"] == "active";
    if harness.manifest.allows(&["pause", "allowAnnual"]) {
        let named = harness.subscription(Mode::Live, "active", "year");
        let body = json!({"startAt": "immediate", "duration": duration, "allowAnnual": true});
        let (done, before, after) = harness.act_on(Mode::Live, PAUSE, body.clone(), &named);
        done.assert_paused(&before, &after, |start| moment::later(start, 2, "month"));

        let named = harness.customer(Mode::Test, |rows| {
            rows.len() > 1
                && rows.iter().any(|row| is_annual(row))
                && rows.iter().all(|row| can_pause(row))
        });
        let mut body = body;
        body["customerId"] = named[0]["customerId"].clone();
        let done = harness.act(Mode::Test, PAUSE_ALL, &body, &named);
        for (before, after) in &done.subscriptions {
            done.assert_paused(before, after, |start| moment::later(start, 2, "month"));
        }
    }
    let named = harness.customer(Mode::Live, |rows| {
        !rows.is_empty() && rows.iter().all(|row| can_pause(row) && !is_annual(row))
    });
    let body =
        json!({"customerId": named[0]["customerId"], "startAt": "immediate", "duration": duration});
    let done = harness.act(Mode::Live, PAUSE_ALL, &body, &named);
    for (before, after) in &done.subscriptions {
        done.assert_paused(before, after, |start| moment::later(start, 2, "month"));
    }
    if harness
        .manifest
        .allows(&["pause", "startDates", "end-of-period"])
    {
        let named = harness.customer(Mode::Test, |rows| {
            !rows.is_empty() && rows.iter().all(|row| can_pause(row) && !is_annual(row))
        });
        let body = json!({"customerId": named[0]["customerId"], "startAt": "end-of-period", "duration": duration});
        for (before, after) in &harness
            .act(Mode::Test, PAUSE_ALL, &body, &named)
            .subscriptions
        {
            assert_paused_later(before, after, |start| moment::later(start, 2, "month"));
        }
    }
    harness.assert_nothing_else_changed();
}

pub fn coupon_is_applied_once_under_both_field_names(start: Start) {
    let mut harness = Harness::start(start);
    if !harness.manifest.supports("applyCoupon") {
        return;
    }
    for (mode, field) in [(Mode::Test, "id"), (Mode::Live, "coupon")] {
        let named = harness.subscription(mode, "active", "month");
        let is_free = |coupon: &&Value| {
            let current = coupon["redemptions"]["current"].as_i64().unwrap_or(0);
            let left = coupon["redemptions"]["max"]
                .as_i64()
                .is_none_or(|max| current < max);
            let expiry = coupon["expiresAt"].as_str().and_then(moment::read);
            let currency = &coupon["value"]["currency"];
            let same =
                currency.is_null() || *currency == named["items"][0]["price"]["amount"]["currency"];
            left && same && expiry.is_none_or(|expiry| expiry > moment::now())
        };
        // The most used coupon is also embedded in other rows.
        let used = |coupon: &&Value| coupon["redemptions"]["current"].as_i64();
        let free = harness.now.list(mode, "/coupons").filter(is_free);
        let coupon = free.max_by_key(used).expect("a usable coupon").clone();
        let (id, body) = (id_of(&coupon), json!({field: coupon["id"]}));
        let (_, before, after) = harness.act_on(mode, APPLY_COUPON, body, &named);
        assert_same_but(&before, &after, &["discounts"]);
        let with_it = |row: &Value| {
            let discounts = row["discounts"].as_array().cloned().unwrap_or_default();
            let of_it = |discount: &Value| discount["coupon"]["id"] == id.as_str();
            discounts.into_iter().partition::<Vec<_>, _>(of_it)
        };
        let ((none, others), (new, others_after)) = (with_it(&before), with_it(&after));
        assert_eq!((none.len(), new.len()), (0, 1), "{after}");
        assert_eq!(others, others_after);
        let retrieved =
            Client::new(&harness.process, mode).row(&format!("/coupons/{}", encoded(&id)));
        assert_eq!(new[0]["coupon"], retrieved);
        harness.expect_redemption(mode, &coupon, &retrieved);
    }
    harness.assert_nothing_else_changed();
}

pub fn price_changes_under_both_schedules_and_field_names(start: Start) {
    let mut harness = Harness::start(start);
    let cases = [
        (Mode::Test, "id", "immediate", None),
        (Mode::Live, "price", "immediate", None),
        (Mode::Test, "id", "immediate", Some(true)),
        (Mode::Live, "id", "immediate", Some(false)),
        (Mode::Test, "id", "end-of-period", None),
        (Mode::Live, "price", "end-of-period", Some(false)),
    ];
    for (mode, field, schedule, prorate) in cases {
        let prorates =
            prorate != Some(true) || harness.manifest.allows(&["changePrice", "prorate"]);
        if !prorates
            || !harness
                .manifest
                .allows(&["changePrice", "schedules", schedule])
        {
            continue;
        }
        let named = harness.subscription(mode, "active", "month");
        let old = &named["items"][0]["price"];
        let price = harness.now.list(mode, "/prices").find(|price| {
            let same_currency = price["amount"]["currency"] == old["amount"]["currency"];
            same_currency && price["duration"] == old["duration"] && price["id"] != old["id"]
        });
        let price = price.expect("another price of the same sort").clone();
        let mut body = json!({field: price["id"], "scheduledAt": schedule});
        if let Some(prorate) = prorate {
            body["prorate"] = json!(prorate);
        }
        let (_, before, after) = harness.act_on(mode, CHANGE_PRICE, body, &named);
        if schedule == "end-of-period" {
            assert_eq!(
                before, after,
                "the price has changed before the period's end"
            );
            continue;
        }
        assert_same_but(&before, &after, &["items"]);
        let [item] = after["items"]
            .as_array()
            .map(Vec::as_slice)
            .unwrap_or_default()
        else {
            panic!("the number of items has changed: {after}");
        };
        assert_eq!(item["price"], price);
        assert_eq!(item["quantity"], before["items"][0]["quantity"]);
    }
    harness.assert_nothing_else_changed();
}

pub fn trial_is_extended_once_by_period_or_date(start: Start) {
    let mut harness = Harness::start(start);
    let mut extended = None;
    if harness
        .manifest
        .allows(&["extendTrial", "durations", "period"])
    {
        for (mode, amount, unit) in [
            (Mode::Test, 3, "day"),
            (Mode::Live, 2, "week"),
            (Mode::Test, 1, "month"),
            (Mode::Live, 1, "year"),
        ] {
            let named = harness.subscription(mode, "trial", "month");
            let body = json!({"duration": {"type": "period", "amount": amount, "unit": unit}});
            let (_, before, after) = harness.act_on(mode, EXTEND_TRIAL, body, &named);
            let end = moment::later(moment_at(&before, "/status/trial/end"), amount, unit);
            assert_trial_ends(&before, &after, end);
            extended = Some((mode, after));
        }
    }
    if harness
        .manifest
        .allows(&["extendTrial", "durations", "date"])
    {
        let mut end = moment::now() + 100 * moment::DAY;
        let named = harness.subscription(Mode::Test, "trial", "month");
        let body = json!({"duration": {"type": "date", "date": moment::write(end)}});
        let (_, before, after) = harness.act_on(Mode::Test, EXTEND_TRIAL, body, &named);
        assert_trial_ends(&before, &after, end);
        if harness.manifest.allows(&["extendTrial", "multiple"]) {
            let (mode, named) = extended.unwrap_or((Mode::Test, after));
            end = moment_at(&named, "/status/trial/end") + 30 * moment::DAY;
            let body = json!({"duration": {"type": "date", "date": moment::write(end)}});
            let (_, before, after) = harness.act_on(mode, EXTEND_TRIAL, body, &named);
            assert_trial_ends(&before, &after, end);
        }
    }
    harness.assert_nothing_else_changed();
}

fn assert_trial_ends(before: &Value, after: &Value, end: i64) {
    assert_same_but(before, after, &["status"]);
    assert_eq!(after["status"]["name"], "trial", "{after}");
    assert_eq!(
        after["status"]["trial"]["start"],
        before["status"]["trial"]["start"]
    );
    assert_eq!(
        after["status"]["trial"]["end"],
        moment::write(end),
        "{before} → {after}"
    );
}

pub fn concurrent_duplicates_have_one_effect(start: Start) {
    let mut harness = Harness::start(start);
    let period = json!({"type": "period", "amount": 3, "unit": "day"});
    let coupon = harness.now.list(Mode::Test, "/coupons").find(|coupon| {
        let fields = [
            &coupon["redemptions"]["max"],
            &coupon["expiresAt"],
            &coupon["value"]["currency"],
        ];
        fields.into_iter().all(Value::is_null)
    });
    let coupon = coupon.cloned();
    let actions = [
        (
            "extendTrial",
            EXTEND_TRIAL,
            "trial",
            json!({"duration": period}),
        ),
        (
            "applyCoupon",
            APPLY_COUPON,
            "active",
            json!({"id": coupon.as_ref().map(id_of)}),
        ),
        (
            "pause",
            PAUSE,
            "active",
            json!({"startAt": "immediate", "duration": period}),
        ),
        (
            "cancel",
            CANCEL,
            "active",
            json!({"scheduledAt": "immediate"}),
        ),
    ];
    for (action, path, status, mut body) in actions {
        if !harness.manifest.supports(action) {
            continue;
        }
        let named = harness.subscription(Mode::Test, status, "month");
        body["customerId"] = named["customerId"].clone();
        body["subscriptionId"] = named["id"].clone();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let response = Client::new(&harness.process, Mode::Test).post(path, &body);
                    assert_eq!(
                        response.status,
                        200,
                        "{path} of {body}: {}",
                        response.text()
                    );
                });
            }
        });
        let list = subscriptions_of(&text_of(&named, "customerId"));
        let after = Client::new(&harness.process, Mode::Test)
            .row(&format!("{list}/{}", encoded(&id_of(&named))));
        if action == "extendTrial" {
            assert_trial_ends(
                &named,
                &after,
                moment_at(&named, "/status/trial/end") + 3 * moment::DAY,
            );
        }
        harness
            .now
            .rows
            .insert(key(Mode::Test, &named), after.clone());
        if let Some(coupon) = coupon.as_ref().filter(|_| action == "applyCoupon") {
            let discounts = after["discounts"]
                .as_array()
                .map(Vec::as_slice)
                .unwrap_or_default();
            let new: Vec<_> = discounts
                .iter()
                .filter(|discount| discount["coupon"]["id"] == coupon["id"])
                .collect();
            assert_eq!(new.len(), 1, "{after}");
            harness.expect_redemption(Mode::Test, coupon, &new[0]["coupon"]);
        }
        // Sent once more, after all of the above.
        harness.act(Mode::Test, path, &body, std::slice::from_ref(&named));
    }
    harness.assert_nothing_else_changed();
}
