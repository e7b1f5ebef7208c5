//! The data of the provider: documents as on the wire.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::dates::{days, now, written};

/// The kinds of items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    Customers,
    Prices,
    Subscriptions,
    Coupons,
    Products,
    Families,
}

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Customers,
        Self::Prices,
        Self::Subscriptions,
        Self::Coupons,
        Self::Products,
        Self::Families,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Customers => "customers",
            Self::Prices => "prices",
            Self::Subscriptions => "subscriptions",
            Self::Coupons => "coupons",
            Self::Products => "products",
            Self::Families => "families",
        }
    }

    /// The kind whose list has this segment in its path.
    pub(super) fn with_path(segment: &str) -> Option<Self> {
        let mut kinds = Self::ALL.into_iter();
        kinds.find(|kind| kind.name() == segment && *kind != Self::Subscriptions)
    }
}

#[derive(Clone)]
pub(crate) struct Books {
    pub(crate) customers: Vec<Value>,
    pub(crate) prices: Vec<Value>,
    pub(crate) subscriptions: Vec<Value>,
    pub(crate) coupons: Vec<Value>,
    pub(crate) products: Vec<Value>,
    pub(crate) families: Vec<Value>,
    /// The duration of each applied action, which the document does not show, by action and id.
    pub(super) done: BTreeMap<(&'static str, String), Value>,
    begun: DateTime,
    changes: i64,
}

impl Books {
    pub(crate) fn new() -> Self {
        let begun = now();
        let families = families();
        let products = products(&families);
        let prices = prices(&products);
        let coupons = coupons(begun);
        let customers = customers(&coupons, begun);
        let subscriptions = subscriptions(&customers, &prices, &coupons, begun);
        Self {
            customers,
            prices,
            subscriptions,
            coupons,
            products,
            families,
            done: BTreeMap::new(),
            begun,
            changes: 0,
        }
    }

    /// All of a kind.
    pub(crate) fn all(&self, kind: Kind) -> &[Value] {
        match kind {
            Kind::Customers => &self.customers,
            Kind::Prices => &self.prices,
            Kind::Subscriptions => &self.subscriptions,
            Kind::Coupons => &self.coupons,
            Kind::Products => &self.products,
            Kind::Families => &self.families,
        }
    }

    /// The item of a kind that receives a fault. No item of another kind refers to it.
    pub(crate) fn one(&mut self, kind: Kind) -> &mut Value {
        match kind {
            // The verifier retrieves the first hundred subscriptions.
            Kind::Subscriptions => &mut self.subscriptions[93],
            _ => self.all_mut(kind).last_mut().unwrap(),
        }
    }

    /// Adds copies of the first item, more than fit on a page.
    pub(crate) fn multiply(&mut self, kind: Kind) {
        let items = self.all_mut(kind);
        let first = items[0].clone();
        for number in 0..120 {
            let mut item = first.clone();
            item["id"] = json!(format!("{}_{number}", kind.name()));
            items.push(item);
        }
    }

    fn all_mut(&mut self, kind: Kind) -> &mut Vec<Value> {
        match kind {
            Kind::Customers => &mut self.customers,
            Kind::Prices => &mut self.prices,
            Kind::Subscriptions => &mut self.subscriptions,
            Kind::Coupons => &mut self.coupons,
            Kind::Products => &mut self.products,
            Kind::Families => &mut self.families,
        }
    }

    pub(super) fn find(&self, kind: Kind, id: &str) -> Option<&Value> {
        self.all(kind).iter().find(|item| item["id"] == id)
    }

    pub(super) fn customer_with(&self, field: &str, text: &str) -> Option<&Value> {
        self.customers
            .iter()
            .find(|customer| customer[field] == text)
    }

    pub(super) fn subscriptions_of(&self, customer: &str) -> Vec<&Value> {
        self.subscriptions
            .iter()
            .filter(|subscription| subscription["customerId"] == customer)
            .collect()
    }

    pub(super) fn subscription(&self, customer: &str, id: &str) -> Option<&Value> {
        self.subscriptions_of(customer)
            .into_iter()
            .find(|subscription| subscription["id"] == id)
    }

    /// The time of a change. Each change has another time, so that a repeated change is visible.
    pub(super) fn tick(&mut self) -> DateTime {
        self.changes += 1;
        let since = jiff::Span::new().milliseconds(self.changes);
        now().max(self.begun).checked_add(since).unwrap()
    }
}

fn families() -> Vec<Value> {
    vec![
        json!({ "id": "family_plans", "name": "Plans", "description": "What one subscribes to" }),
        json!({ "id": "family/extras", "name": "Extras", "description": "What one adds" }),
        json!({ "id": "familie_für_früher", "name": "Früher", "description": "No longer sold" }),
        json!({ "id": "family_empty", "name": "Soon", "description": "Not yet sold" }),
    ]
}

fn products(families: &[Value]) -> Vec<Value> {
    let names = [
        "Starter",
        "Pro",
        "Enterprise",
        "Seats",
        "Støtte",
        "Legacy",
        "Soon",
    ];
    let families = [0, 0, 0, 1, 1, 2, 2].map(|family| &families[family]["id"]);
    let products = names.iter().zip(families).enumerate();
    products
        .map(|(number, (name, family))| {
            json!({
                "id": format!("product_{number}"),
                "type": "family",
                "familyId": family,
                "name": name,
                "description": format!("{name}, as it is sold"),
                "unitLabel": "seat",
            })
        })
        .collect()
}

/// A monthly and an annual price of each product except the last, and a tiered price of each mode.
/// No subscription has the last prices.
fn prices(products: &[Value]) -> Vec<Value> {
    let price = |id: &str, product: usize, unit: &str, amount: Value| {
        json!({
            "id": id,
            "type": "product",
            "productId": products[product]["id"],
            "name": format!("{} by the {unit}", products[product]["name"].as_str().unwrap()),
            "description": "Internal",
            "duration": { "amount": 1, "unit": unit },
            "amount": amount,
        })
    };
    let fixed = |unit: i64| json!({ "model": "fixed", "currency": "USD", "unit": unit });
    let tiered = |mode: &str| {
        json!({
            "model": "tiered",
            "currency": "USD",
            "mode": mode,
            "tiers": [
                { "unit": 900, "flat": 500, "upTo": 10 },
                { "unit": 700, "upTo": 100 },
                { "unit": 500 },
            ],
        })
    };
    let mut prices: Vec<_> = (0..6)
        .flat_map(|product| {
            let amount = 900 * (i64::try_from(product).unwrap() + 1);
            let monthly = price(&format!("month_{product}"), product, "month", fixed(amount));
            let annual = price(
                &format!("year/{product}"),
                product,
                "year",
                fixed(amount * 10),
            );
            [monthly, annual]
        })
        .collect();
    prices.push(price("tiers graduated", 3, "month", tiered("graduated")));
    prices.push(price("tiers+total", 3, "year", tiered("total")));
    let flat = json!({ "model": "fixed", "currency": "JPY", "flat": 110 });
    prices.push(price("定額", 4, "month", flat));
    prices
}

/// One of each kind.
fn coupons(begun: DateTime) -> Vec<Value> {
    let coupon = |id: &str, duration: Value, value: Value| {
        json!({
            "id": id,
            "code": id.to_uppercase(),
            "name": format!("The coupon {id}"),
            "duration": duration,
            "value": value,
            "redemptions": { "max": 100_000, "current": 3 },
            "expiresAt": written(days(begun, 300)),
        })
    };
    let percent = |percent: f64| json!({ "type": "percentage", "percent": percent });
    let fixed = json!({ "type": "fixed", "currency": "USD", "unit": 500 });
    let for_months = json!({ "type": "recurring", "amount": 3, "unit": "month" });
    let for_cycles = json!({ "type": "cycle-amount", "cycles": 2 });
    vec![
        coupon("once", json!({ "type": "once" }), fixed),
        coupon("quarter", for_months, percent(12.5)),
        coupon("für/immer", json!({ "type": "forever" }), percent(20.0)),
        coupon("two cycles", for_cycles, percent(50.0)),
        coupon("whole", json!({ "type": "once" }), percent(100.0)),
    ]
}

/// Customers, some with ids that need percent-encoding.
fn customers(coupons: &[Value], begun: DateTime) -> Vec<Value> {
    const NUMBER: usize = 25;
    (0..NUMBER)
        .map(|number| {
            let id = match number {
                3 => "org/3".to_owned(),
                6 => "six@example.test".to_owned(),
                9 => "nine+plus".to_owned(),
                12 => "zwölf".to_owned(),
                15 => "fif teen".to_owned(),
                18 => "100%".to_owned(),
                21 => "客戶?&#21".to_owned(),
                _ => format!("customer_{number}"),
            };
            let mut customer = json!({
                "id": id,
                "name": "Ada",
                "lastName": format!("Nº {number}"),
                "email": format!("ada+{number}@example.test"),
                "phone": format!("+1 555 {number:04}"),
                "addresses": [{
                    "country": "NL",
                    "state": "NH",
                    "city": "Amsterdam",
                    "postalCode": "1012 AB",
                    "line1": format!("Damrak {number}"),
                    "line2": "2nd floor",
                }],
                "currency": "USD",
                "metadata": { "number": number.to_string() },
            });
            if number % 4 == 0 {
                customer["discounts"] = json!([{
                    "coupon": coupons[2],
                    "start": written(days(begun, -30)),
                }]);
            }
            customer
        })
        .collect()
}

/// The first customers have a subscription in every state. Every second of them has an active
/// annual one. All subscriptions of the last customers can be paused and canceled together.
fn subscriptions(
    customers: &[Value],
    prices: &[Value],
    coupons: &[Value],
    begun: DateTime,
) -> Vec<Value> {
    let ago = |number: i32| written(days(begun, -number));
    let ahead = |number: i32| written(days(begun, number));
    let states = [
        json!({ "name": "active", "currentPeriod": { "start": ago(10), "end": ahead(20) } }),
        json!({
            "name": "trial",
            "currentPeriod": { "start": ago(4), "end": ahead(10) },
            "trial": { "start": ago(4), "end": ahead(10) },
        }),
        json!({
            "name": "paused",
            "currentPeriod": { "start": ago(20), "end": ahead(10) },
            "pause": { "start": ago(5), "end": ahead(25) },
        }),
        json!({
            "name": "canceled",
            "currentPeriod": { "start": ago(60), "end": ago(31) },
            "canceledAt": ago(31),
        }),
        json!({
            "name": "unpaid",
            "currentPeriod": { "start": ago(2), "end": ahead(28) },
            "trial": { "start": ago(32), "end": ago(2) },
        }),
        json!({ "name": "active", "currentPeriod": { "start": ago(100), "end": ahead(265) } }),
    ];
    let mut subscriptions = Vec::new();
    for (number, customer) in customers.iter().enumerate() {
        for (place, status) in states.iter().enumerate() {
            let is_simple = number > 16;
            let annual = place == 5 && !is_simple;
            if annual && number % 2 == 1 || is_simple && !matches!(place, 0 | 3 | 5) {
                continue;
            }
            let status = match place {
                5 if is_simple => &states[0],
                _ => status,
            };
            // The first eight prices, by month at even places and by year at odd ones.
            let price = &prices[(number + place) % 4 * 2 + usize::from(annual)];
            let mut subscription = json!({
                "id": format!("sub_{number}/{place}"),
                "customerId": customer["id"],
                "status": status,
                "start": ago(400),
                "duration": price["duration"],
                "items": [
                    { "id": format!("item_{number}_{place}"), "price": price, "quantity": place + 1 },
                ],
                "metadata": { "channel": "web" },
            });
            if number % 5 == 0 && place == 4 {
                subscription["discounts"] = json!([{
                    "coupon": coupons[1],
                    "start": ago(30),
                    "end": ahead(60),
                }]);
            }
            subscriptions.push(subscription);
        }
    }
    subscriptions
}
