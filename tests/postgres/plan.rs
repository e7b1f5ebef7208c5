//! The actions on the company's customers in one day. They include every kind of action. Each one
//! changes something when it runs after its predecessors in its flow, and nothing when it is
//! repeated.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use serde_json::{Value, json};

use crate::caller::Action;
use crate::session::Session;

/// Consecutive actions on the subscriptions of one customer.
pub type Flow = Vec<Action>;

/// Returns a flow in both modes for each of these customers that has something to change. The flows
/// share only the redemption counts of coupons.
pub fn flows(session: &Session, customers: RangeInclusive<usize>) -> Vec<Flow> {
    let prices: HashMap<String, String> = session
        .texts("SELECT id || ' ' || price_id FROM subscriptions")
        .iter()
        .map(|line| line.split_once(' ').expect("two columns"))
        .map(|(id, price)| (id.to_owned(), price.to_owned()))
        .collect();
    let far = session.texts("SELECT to_char(company_time() AT TIME ZONE 'UTC' + '200 days', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    let mut flows = Vec::new();
    for number in customers {
        for mode in ["test", "live"] {
            let customer = Customer {
                mode,
                number,
                prices: &prices,
                far: &far[0],
            };
            let flow = customer.flow();
            if !flow.is_empty() {
                flows.push(flow);
            }
        }
    }
    flows
}

struct Customer<'a> {
    mode: &'static str,
    number: usize,
    prices: &'a HashMap<String, String>,
    far: &'a str,
}

impl Customer<'_> {
    fn flow(&self) -> Flow {
        let months = |amount: u32| json!({ "type": "period", "amount": amount, "unit": "month" });
        let period =
            |amount: u32, unit: &str| json!({ "type": "period", "amount": amount, "unit": unit });
        let date = json!({ "type": "date", "date": self.far });
        let (cancel, pause) = ("subscription/cancel", "subscription/pause");
        let (coupon, price) = ("subscription/apply-coupon", "subscription/change-price");
        let trial = "subscription/extend-trial";
        let steps: Vec<(&'static str, u32, Value)> = match self.number % 10 {
            // Some of these end or change by themselves, so the flow does not use them.
            0 if self.number % 60 == 30 || self.number % 60 == 50 => vec![],
            0 => vec![
                (coupon, 1, json!({ "id": "coupon_welcome" })),
                (
                    price,
                    1,
                    json!({ "id": self.price(1, "desk_annual"), "scheduledAt": "immediate", "prorate": true }),
                ),
                (
                    pause,
                    1,
                    json!({ "startAt": "immediate", "duration": months(2), "allowAnnual": true }),
                ),
                (cancel, 1, json!({ "scheduledAt": "immediate" })),
            ],
            1 => vec![
                (trial, 1, json!({ "duration": period(3, "day") })),
                (trial, 1, json!({ "duration": period(2, "week") })),
                (trial, 1, json!({ "duration": date })),
                (coupon, 1, json!({ "id": "coupon_loyal" })),
                (cancel, 1, json!({ "scheduledAt": "end-of-period" })),
            ],
            2 => vec![(
                cancel,
                1,
                json!({ "scheduledAt": "end-of-period", "unpause": true }),
            )],
            3 => vec![
                (coupon, 1, json!({ "coupon": "coupon_welcome" })),
                (cancel, 1, json!({ "scheduledAt": "immediate" })),
            ],
            5 => vec![
                (
                    price,
                    1,
                    json!({ "price": self.price(1, "insights_monthly"), "scheduledAt": "immediate", "prorate": false }),
                ),
                (
                    pause,
                    1,
                    json!({ "startAt": "end-of-period", "duration": date }),
                ),
            ],
            6 => vec![(
                pause,
                1,
                json!({ "startAt": "immediate", "duration": period(1, "year"), "allowAnnual": true }),
            )],
            7 => vec![
                (
                    "customer/pause",
                    0,
                    json!({ "startAt": "immediate", "duration": months(1), "allowAnnual": true }),
                ),
                (
                    "customer/cancel",
                    0,
                    json!({ "scheduledAt": "end-of-period", "unpause": true }),
                ),
            ],
            9 => vec![
                (
                    price,
                    1,
                    json!({ "id": self.price(1, "desk_monthly"), "scheduledAt": "end-of-period" }),
                ),
                (coupon, 2, json!({ "id": "coupon_loyal" })),
                ("customer/cancel", 0, json!({ "scheduledAt": "immediate" })),
            ],
            _ => vec![],
        };
        (1..)
            .zip(steps)
            .map(|(step, (path, index, body))| self.action(step, path, index, body))
            .collect()
    }

    fn action(&self, step: usize, path: &'static str, index: u32, mut body: Value) -> Action {
        body["customerId"] = json!(format!("cus_{}_{:04}", self.mode, self.number));
        if index > 0 {
            body["subscriptionId"] = json!(self.subscription(index));
        }
        let request_id = format!("{}-{:04}-{step}", self.mode, self.number);
        Action {
            request_id,
            mode: self.mode,
            path,
            body,
        }
    }

    fn subscription(&self, index: u32) -> String {
        format!("sub_{}_{:04}_{index}", self.mode, self.number)
    }

    /// Returns another price in the currency of the subscription.
    fn price(&self, index: u32, name: &str) -> String {
        let present = &self.prices[&self.subscription(index)];
        let (_, currency) = present
            .rsplit_once('_')
            .expect("a price's id ends with its currency");
        format!("price_{name}_{currency}")
    }
}
