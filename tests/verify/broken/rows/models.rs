//! Models with one wrong field.

use serde_json::{Value, json};

use crate::broken::fault::Fault;
use crate::broken::provider::Kind::{
    self, Coupons, Customers, Families, Prices, Products, Subscriptions,
};
use crate::broken::row::{Row, row};

pub(super) fn rows() -> Vec<Row> {
    let mut rows = wrong();
    rows.extend(missing());
    rows.extend(unknown());
    rows.extend(advised());
    rows
}

/// Models with one wrong value: the place, the value, and the path of the finding.
fn wrong() -> Vec<Row> {
    let period = |start: &str, end: &str| json!({ "start": start, "end": end });
    let backwards = period("2026-05-01T00:00:00.000Z", "2026-04-01T00:00:00.000Z");
    let tiers = |tiers: Value| json!({ "model": "tiered", "currency": "USD", "mode": "total", "tiers": tiers });
    let paused = json!({ "name": "paused", "pause": { "start": "2026-05-01" } });
    let faults = [
        (Customers, "/email", json!(7), "email"),
        (Customers, "/email", json!(""), "email"),
        (Customers, "/name", json!({ "first": "Ada" }), "name"),
        (Customers, "/phone", json!(15_550_000), "phone"),
        (
            Customers,
            "/addresses",
            json!({ "country": "NL" }),
            "addresses",
        ),
        (
            Customers,
            "/addresses/0/country",
            json!("Netherlands"),
            "addresses[].country",
        ),
        (Customers, "/currency", json!("usd"), "currency"),
        (Customers, "/metadata", json!({ "orders": 3 }), "metadata"),
        (Prices, "/amount/unit", json!(19.99), "amount.unit"),
        (Prices, "/amount/unit", json!("1999"), "amount.unit"),
        (Prices, "/amount/unit", json!(2_f64.powi(70)), "amount.unit"),
        (Prices, "/amount/currency", json!("usd"), "amount.currency"),
        (
            Prices,
            "/amount/currency",
            json!("DOLLAR"),
            "amount.currency",
        ),
        (Prices, "/amount/model", json!("per-seat"), "amount.model"),
        (Prices, "/amount", json!(1999), "amount"),
        (
            Prices,
            "/amount",
            tiers(json!([{ "unit": 9, "upTo": 5 }])),
            "amount.tiers[].upTo",
        ),
        (
            Prices,
            "/amount",
            tiers(json!([{ "unit": 9, "upTo": 0 }, { "unit": 8 }])),
            "amount.tiers[].upTo",
        ),
        (
            Prices,
            "/amount",
            tiers(json!([{ "unit": 9 }, { "unit": 8 }])),
            "amount.tiers[].upTo",
        ),
        (Prices, "/amount", tiers(json!([])), "amount.tiers"),
        (Prices, "/duration/unit", json!("week"), "duration.unit"),
        (Prices, "/duration/unit", json!("months"), "duration.unit"),
        (Prices, "/duration/amount", json!(0), "duration.amount"),
        (Prices, "/duration", json!("1 month"), "duration"),
        (Prices, "/type", json!("plan"), "type"),
        (Subscriptions, "/status", json!("active"), "status"),
        (
            Subscriptions,
            "/status/name",
            json!("Active"),
            "status.name",
        ),
        (
            Subscriptions,
            "/status/name",
            json!("cancelled"),
            "status.name",
        ),
        (
            Subscriptions,
            "/status",
            json!({ "name": "canceled" }),
            "status.canceledAt",
        ),
        (
            Subscriptions,
            "/status",
            json!({ "name": "paused" }),
            "status.pause",
        ),
        (Subscriptions, "/status", paused, "status.pause.start"),
        (
            Subscriptions,
            "/status",
            json!({ "name": "trial" }),
            "status.trial",
        ),
        (
            Subscriptions,
            "/status/currentPeriod",
            backwards.clone(),
            "status.currentPeriod.end",
        ),
        (Subscriptions, "/start", json!("2026-05-01"), "start"),
        (
            Subscriptions,
            "/start",
            json!("2026-05-01T00:00:00"),
            "start",
        ),
        (Subscriptions, "/start", json!(1_777_593_600), "start"),
        (Subscriptions, "/items", json!({}), "items"),
        (
            Subscriptions,
            "/items/0/quantity",
            json!(1.5),
            "items[].quantity",
        ),
        (
            Subscriptions,
            "/items/0/quantity",
            json!(-1),
            "items[].quantity",
        ),
        (
            Subscriptions,
            "/metadata",
            json!({ "tags": ["one"] }),
            "metadata",
        ),
        (Coupons, "/value/percent", json!(0), "value.percent"),
        (Coupons, "/value/percent", json!(101), "value.percent"),
        (Coupons, "/value/percent", json!("20%"), "value.percent"),
        (Coupons, "/value/type", json!("percent"), "value.type"),
        (Coupons, "/value", json!(20), "value"),
        (
            Coupons,
            "/duration/type",
            json!("repeating"),
            "duration.type",
        ),
        (
            Coupons,
            "/duration",
            json!({ "type": "recurring", "amount": 3, "unit": "day" }),
            "duration.unit",
        ),
        (
            Coupons,
            "/duration",
            json!({ "type": "cycle-amount", "cycles": 0 }),
            "duration.cycles",
        ),
        (
            Coupons,
            "/redemptions",
            json!({ "max": -1 }),
            "redemptions.max",
        ),
        (Coupons, "/expiresAt", json!("never"), "expiresAt"),
        (Products, "/name", json!(null), "name"),
        (Products, "/type", json!("addon"), "type"),
        (Families, "/description", json!(["long"]), "description"),
    ];
    faults
        .into_iter()
        .map(|(kind, pointer, value, path)| {
            let what = format!("{}: {value} at {pointer}", kind.name());
            let fault = edit(kind, move |item| set(item, pointer, value.clone()));
            row(what, format!("{}.model", kind.name()), fault).at(path)
        })
        .collect()
}

fn missing() -> Vec<Row> {
    let fields = [
        (Prices, "", "duration"),
        (Prices, "", "amount"),
        (Prices, "", "type"),
        (Prices, "", "productId"),
        (Prices, "/amount", "currency"),
        (Subscriptions, "", "status"),
        (Subscriptions, "", "start"),
        (Subscriptions, "", "duration"),
        (Subscriptions, "", "items"),
        (Coupons, "", "duration"),
        (Coupons, "", "value"),
        (Products, "", "type"),
        (Products, "", "familyId"),
        (Families, "", "name"),
    ];
    let mut rows: Vec<_> = fields
        .into_iter()
        .map(|(kind, parent, field)| {
            let what = format!("{}: no {parent}/{field}", kind.name());
            let fault = edit(kind, move |item| remove(item, parent, field));
            let row = row(what, format!("{}.model", kind.name()), fault);
            match parent {
                "" => row.at(field),
                _ => row.at("amount.currency"),
            }
        })
        .collect();
    let of_nobody = Fault::none().reply_with(Subscriptions, |subscription| {
        subscription.as_object_mut().unwrap().remove("customerId");
    });
    let row_of_nobody = row(
        "subscriptions: no customerId",
        "subscriptions.model",
        of_nobody,
    );
    rows.push(row_of_nobody.at("customerId"));
    for kind in Kind::ALL {
        let what = format!("{}: no id", kind.name());
        let fault = edit(kind, |item| remove(item, "", "id"));
        rows.push(row(what, format!("{}.model", kind.name()), fault).at("id"));
    }
    rows
}

fn unknown() -> Vec<Row> {
    let fields = [
        (Customers, "", "last_name", "last_name"),
        (Customers, "/addresses/0", "zip", "addresses[].zip"),
        (Prices, "", "product_id", "product_id"),
        (
            Subscriptions,
            "/status",
            "current_period",
            "status.current_period",
        ),
        (Subscriptions, "/items/0", "qty", "items[].qty"),
        (Coupons, "", "expires_at", "expires_at"),
        (Products, "", "familyID", "familyID"),
        (Families, "", "slug", "slug"),
    ];
    fields
        .into_iter()
        .map(|(kind, parent, field, path)| {
            let what = format!("{}: {field} at {parent}", kind.name());
            let fault = edit(kind, move |item| {
                item.pointer_mut(parent).unwrap()[field] = json!("something");
            });
            row(what, format!("{}.extra-field", kind.name()), fault).at(path)
        })
        .chain(misspelt())
        .collect()
}

/// Optional fields under another name.
fn misspelt() -> Vec<Row> {
    let fields = [
        (Customers, "lastName", "last_name"),
        (Prices, "description", "descripton"),
        (Subscriptions, "metadata", "meta_data"),
        (Coupons, "expiresAt", "expires_at"),
        (Products, "unitLabel", "unitLable"),
        (Families, "description", "Description"),
    ];
    let rows = fields.into_iter().map(|(kind, name, other)| {
        let fault = edit(kind, move |item| {
            remove(item, "", name);
            item[other] = json!("something");
        });
        let what = format!("{}: {other} for {name}", kind.name());
        row(what, format!("{}.unknown-field", kind.name()), fault).at(other)
    });
    rows.collect()
}

fn advised() -> Vec<Row> {
    vec![
        row(
            "customers: neither e-mail nor phone",
            "customers.recommended",
            edit(Customers, |customer| {
                remove(customer, "", "email");
                remove(customer, "", "phone");
            }),
        )
        .at("email"),
        row(
            "prices: no name",
            "prices.recommended",
            edit(Prices, |price| remove(price, "", "name")),
        )
        .at("name"),
        row(
            "coupons: no code",
            "coupons.recommended",
            edit(Coupons, |coupon| remove(coupon, "", "code")),
        )
        .at("code"),
        row(
            "subscriptions: active without a current period",
            "subscriptions.current-period",
            edit(Subscriptions, |subscription| {
                subscription["status"] = json!({ "name": "active" });
            }),
        )
        .at("status.currentPeriod"),
    ]
}

/// Changes one item, in the list and when it is retrieved.
pub(super) fn edit(kind: Kind, edit: impl Fn(&mut Value) + Send + Sync + 'static) -> Fault {
    Fault::none().books(move |books| edit(books.one(kind)))
}

fn set(item: &mut Value, pointer: &str, value: Value) {
    match item.pointer_mut(pointer) {
        Some(place) => *place = value,
        None => {
            let (parent, name) = pointer.rsplit_once('/').unwrap();
            item.pointer_mut(parent).unwrap()[name] = value;
        }
    }
}

fn remove(item: &mut Value, parent: &str, field: &str) {
    let parent = item.pointer_mut(parent).unwrap();
    parent.as_object_mut().unwrap().remove(field).unwrap();
}
