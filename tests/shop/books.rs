//! The data of a shop, and the effects of actions.

use churnkey_runtime::{OfferDuration, TimeUnit, Timestamp};
use serde_json::{Value, json};

/// A status and a body.
pub(crate) type Answer = (u16, Option<Value>);

pub(crate) fn error(status: u16, message: &str) -> Answer {
    (status, Some(json!({ "code": status, "message": message })))
}

/// The data of a shop.
pub struct Books {
    /// Customers, as documents.
    pub customers: Vec<Value>,
    /// Subscriptions of all customers.
    pub subscriptions: Vec<Value>,
    /// Prices.
    pub prices: Vec<Value>,
    /// Products.
    pub products: Vec<Value>,
    /// Product families.
    pub families: Vec<Value>,
    /// Coupons.
    pub coupons: Vec<Value>,
    /// The requested actions, with their bodies.
    pub actions: Vec<(String, Value)>,
    /// The modes of the requests.
    pub modes: Vec<String>,
    /// The modes of the requested actions.
    pub acted_in: Vec<String>,
}

fn price(id: &str, name: &str, unit: i64) -> Value {
    json!({
        "id": id, "type": "product", "productId": "plans", "name": name, "duration": { "amount": 1, "unit": "month" },
        "amount": { "model": "fixed", "currency": "USD", "unit": unit },
    })
}

fn customer(id: &str, name: &str) -> Value {
    json!({ "id": id, "name": name, "email": format!("{id}@example.test"), "phone": format!("+46 8 {id}") })
}

impl Books {
    pub(crate) fn new() -> Self {
        let prices = vec![
            price("pro", "Pro", 1900),
            price("basic", "Basic", 900),
            json!({
                "id": "seats", "type": "product", "productId": "desk", "name": "Seats", "duration": { "amount": 1, "unit": "year" },
                "amount": { "model": "tiered", "currency": "JPY", "mode": "graduated", "tiers": [
                    { "unit": 1200, "upTo": 10 }, { "unit": 900, "flat": 500 },
                ] },
            }),
        ];
        let products = vec![
            json!({ "id": "plans", "type": "family", "familyId": "software", "name": "Plans", "description": "What most customers have" }),
            json!({ "id": "desk", "type": "family", "familyId": "software", "name": "Desk", "unitLabel": "seat" }),
        ];
        let families = vec![json!({ "id": "software", "name": "Software" })];
        let coupons = vec![
            json!({ "id": "half", "name": "Half price", "code": "HALF", "duration": { "type": "recurring", "amount": 3, "unit": "month" }, "value": { "type": "percentage", "percent": 50 } }),
            json!({ "id": "five", "code": "FIVE", "duration": { "type": "once" }, "value": { "type": "fixed", "currency": "USD", "flat": 500 } }),
        ];
        let mut ada = customer("ada", "Ada");
        ada["lastName"] = json!("Lovelace");
        ada["currency"] = json!("USD");
        ada["addresses"] = json!([{ "line1": "12 St James's Square", "city": "London", "postalCode": "SW1Y 4JH", "country": "GB" }]);
        ada["metadata"] = json!({ "segment": "engineering", "since": "the beginning" });
        ada["discounts"] = json!([{ "coupon": coupons[1].clone(), "start": day(-20) }]);
        let mut customers = vec![ada];
        customers.extend(
            (1..=30)
                .map(|number| customer(&format!("c{number:02}"), &format!("Customer {number}"))),
        );
        let active = json!({ "name": "active", "currentPeriod": { "start": day(-12), "end": day(18) }, "trial": { "start": day(-90), "end": day(-76) } });
        let trial = json!({ "name": "trial", "trial": { "start": day(-4), "end": day(10) }, "currentPeriod": { "start": day(-4), "end": day(10) } });
        let monthly = json!({ "amount": 1, "unit": "month" });
        let subscriptions = vec![
            json!({
                "id": "ada-pro", "customerId": "ada", "status": active, "start": day(-90), "duration": monthly,
                "items": [{ "id": "i1", "price": prices[0], "quantity": 2 }],
                "discounts": [{ "coupon": coupons[0], "start": day(-40), "end": day(50) }],
                "metadata": { "channel": "web" },
            }),
            json!({
                "id": "ada-trial", "customerId": "ada", "status": trial, "start": day(-4), "duration": monthly,
                "items": [{ "id": "i2", "price": prices[1], "quantity": 1 }],
            }),
            json!({
                "id": "ada-seats", "customerId": "ada", "duration": { "amount": 1, "unit": "year" }, "start": day(-200),
                "status": { "name": "paused", "pause": { "start": day(-15), "end": day(45) }, "currentPeriod": { "start": day(-200), "end": day(165) } },
                "items": [{ "id": "i3", "price": prices[2], "quantity": 14 }],
            }),
            json!({
                "id": "c01-pro", "customerId": "c01", "status": active, "start": day(-90), "duration": monthly,
                "items": [{ "id": "i4", "price": prices[0], "quantity": 1 }],
            }),
        ];
        Self {
            customers,
            subscriptions,
            prices,
            products,
            families,
            coupons,
            actions: Vec::new(),
            modes: Vec::new(),
            acted_in: Vec::new(),
        }
    }

    /// The current state of a subscription.
    pub fn subscription(&self, id: &str) -> Value {
        let mut all = self.subscriptions.iter();
        let found = all.find(|one| one["id"] == id);
        found.cloned().unwrap_or_default()
    }
}

/// Midnight of the day that is a number of days from now.
pub fn day(days: i64) -> String {
    const DAY: i64 = 86_400_000;
    let today = Timestamp::now().unix_millis().div_euclid(DAY) * DAY;
    let moment = Timestamp::from_unix_millis(today + days * DAY);
    moment.expect("the date is valid").to_string()
}

impl Books {
    /// Carries out an action on each subscription of a customer that is not canceled.
    pub(crate) fn act_on_all(&mut self, action: &str, body: &Value) -> Answer {
        let own = self.subscriptions.iter();
        let own = own.filter(|one| one["customerId"] == body["customerId"]);
        let own = own.filter(|one| one["status"]["name"] != "canceled");
        let ids: Vec<_> = own.map(|one| one["id"].clone()).collect();
        for id in ids {
            let mut body = body.clone();
            body["subscriptionId"] = id;
            let answer = self.act(action, &body);
            if answer.0 != 200 {
                return answer;
            }
        }
        (200, None)
    }

    pub(crate) fn act(&mut self, action: &str, body: &Value) -> Answer {
        let (customer, id) = (&body["customerId"], &body["subscriptionId"]);
        let coupon = self
            .coupons
            .iter()
            .find(|coupon| coupon["id"] == body["id"])
            .cloned();
        let price = self
            .prices
            .iter()
            .find(|price| price["id"] == body["id"])
            .cloned();
        let mut own = self.subscriptions.iter_mut();
        let Some(subscription) = own.find(|one| one["id"] == *id && one["customerId"] == *customer)
        else {
            return error(404, "there is no such subscription");
        };
        let now = Timestamp::now().to_string();
        let period = subscription["status"]["currentPeriod"].clone();
        let later = [&body["scheduledAt"], &body["startAt"]].contains(&&json!("end-of-period"));
        match action {
            _ if later => subscription["metadata"] = json!({ "atEndOfPeriod": action }),
            "cancel" => {
                subscription["status"] =
                    json!({ "name": "canceled", "canceledAt": now, "currentPeriod": period })
            }
            "pause" => {
                let begin = Timestamp::now();
                let Ok(length) = OfferDuration::from_json(&body["duration"]) else {
                    return error(400, "`duration` is not valid");
                };
                let Some(end) = length.end_from(begin) else {
                    return error(400, "`duration` must end after its start");
                };
                subscription["status"] = json!({ "name": "paused", "pause": { "start": begin, "end": end }, "currentPeriod": period });
            }
            "apply-coupon" => match coupon {
                Some(coupon) => {
                    subscription["discounts"] = json!([{ "coupon": coupon, "start": now }])
                }
                None => return error(400, "`id` is an unknown coupon"),
            },
            "change-price" => match price {
                Some(price) => subscription["items"][0]["price"] = price,
                None => return error(400, "`id` is an unknown price"),
            },
            "extend-trial" => {
                let end = subscription["status"]["trial"]["end"].as_str();
                let Some(end) = end.and_then(|end| end.parse::<Timestamp>().ok()) else {
                    return error(400, "the subscription is not in a trial");
                };
                let length =
                    OfferDuration::from_json(&body["duration"]).unwrap_or(OfferDuration::Period {
                        amount: 1,
                        unit: TimeUnit::Day,
                    });
                let end = length.end_from(end);
                subscription["status"]["trial"]["end"] = json!(end);
                subscription["status"]["currentPeriod"]["end"] = json!(end);
            }
            _ => return error(404, "not found"),
        }
        (200, None)
    }
}
