//! Strict checks of the protocol's models: required, optional and forbidden fields.

use std::cell::RefCell;

use serde_json::{Map, Value};

use crate::conformance::moment;

#[derive(Clone, Copy, Debug)]
pub enum Kind {
    Customer,
    Price,
    Subscription,
    Coupon,
    Product,
    Family,
}

impl Kind {
    pub fn of_list(list: &str) -> Self {
        match list {
            "/customers" => Self::Customer,
            "/prices" => Self::Price,
            "/coupons" => Self::Coupon,
            "/products" => Self::Product,
            "/families" => Self::Family,
            _ => Self::Subscription,
        }
    }
}

/// Fails with all violations of a row.
pub fn check(kind: Kind, row: &Value, (price_type, product_type): (&str, &str)) {
    let problems = problems(kind, row, price_type, product_type);
    assert!(
        problems.is_empty(),
        "{kind:?} {row}\n{}",
        problems.join("\n")
    );
}

fn problems(kind: Kind, row: &Value, price_type: &str, product_type: &str) -> Vec<String> {
    let checker = Checker {
        price_type,
        product_type,
        problems: RefCell::default(),
    };
    checker.no_nulls("row", row);
    match kind {
        Kind::Customer => checker.customer("customer", row),
        Kind::Price => checker.price("price", row),
        Kind::Subscription => checker.subscription("subscription", row),
        Kind::Coupon => checker.coupon("coupon", row),
        Kind::Product => checker.product("product", row),
        Kind::Family => checker.family("family", row),
    }
    checker.problems.into_inner()
}

struct Checker<'m> {
    price_type: &'m str,
    product_type: &'m str,
    problems: RefCell<Vec<String>>,
}

impl<'m> Checker<'m> {
    fn complain(&self, at: &str, what: impl AsRef<str>) {
        let problem = format!("{at}: {}", what.as_ref());
        self.problems.borrow_mut().push(problem);
    }

    fn no_nulls(&self, at: &str, value: &Value) {
        match value {
            Value::Null => self.complain(at, "null"),
            Value::Array(items) => items.iter().for_each(|item| self.no_nulls(at, item)),
            Value::Object(fields) => {
                for (name, field) in fields {
                    self.no_nulls(&format!("{at}.{name}"), field);
                }
            }
            _ => (),
        }
    }

    /// Opens an object, which reports its unknown fields when it is dropped.
    fn open<'c>(&'c self, at: &str, value: &'c Value) -> Option<Object<'c, 'm>> {
        let Some(fields) = value.as_object() else {
            self.complain(at, "no object");
            return None;
        };
        Some(Object {
            checker: self,
            at: at.to_owned(),
            fields,
            asked: RefCell::default(),
        })
    }

    fn customer(&self, at: &str, value: &Value) {
        let Some(customer) = self.open(at, value) else {
            return;
        };
        customer.id("id");
        for name in ["name", "lastName", "email", "phone"] {
            customer.maybe(name, Checker::text);
        }
        customer.each_maybe("addresses", Checker::address);
        customer.each_maybe("discounts", Checker::discount);
        customer.maybe("currency", Checker::currency);
        customer.maybe("metadata", Checker::metadata);
    }

    fn address(&self, at: &str, value: &Value) {
        let Some(address) = self.open(at, value) else {
            return;
        };
        for name in ["state", "city", "postalCode", "line1", "line2"] {
            address.maybe(name, Checker::text);
        }
        address.maybe("country", |checker, at, value| {
            checker.capitals(at, value, 2);
        });
    }

    fn price(&self, at: &str, value: &Value) {
        let Some(price) = self.open(at, value) else {
            return;
        };
        price.id("id");
        let price_type = price.word("type", &["standalone", "product"]);
        if price_type != Some(self.price_type) {
            self.complain(at, "another type than the manifest's");
        }
        price.must("duration", Checker::cycle);
        price.must("amount", Checker::amount);
        price.only_when(price_type == Some("product"), "productId");
        price.maybe("name", Checker::text);
        price.maybe("description", Checker::text);
    }

    fn amount(&self, at: &str, value: &Value) {
        let Some(amount) = self.open(at, value) else {
            return;
        };
        amount.must("currency", Checker::currency);
        match amount.word("model", &["fixed", "tiered"]) {
            Some("fixed") => {
                amount.maybe("unit", Checker::integer);
                amount.maybe("flat", Checker::integer);
            }
            Some("tiered") => {
                amount.word("mode", &["graduated", "total"]);
                amount.must("tiers", Checker::tiers);
            }
            _ => (),
        }
    }

    fn tiers(&self, at: &str, value: &Value) {
        let tiers = value.as_array().map(Vec::as_slice).unwrap_or_default();
        if tiers.is_empty() {
            return self.complain(at, "no tiers");
        }
        let mut below = 0;
        for (index, value) in tiers.iter().enumerate() {
            let at = format!("{at}[{index}]");
            let Some(tier) = self.open(&at, value) else {
                continue;
            };
            tier.maybe("unit", Checker::integer);
            tier.maybe("flat", Checker::integer);
            tier.maybe("upTo", Checker::integer);
            match (value["upTo"].as_i64(), index + 1 == tiers.len()) {
                (Some(up_to), false) if up_to > below => below = up_to,
                (Some(_), false) => self.complain(&at, "the tiers do not ascend"),
                (Some(_), true) => self.complain(&at, "the last tier ends"),
                (None, false) => self.complain(&at, "a tier before the last has no end"),
                (None, true) => (),
            }
        }
    }

    fn subscription(&self, at: &str, value: &Value) {
        let Some(subscription) = self.open(at, value) else {
            return;
        };
        subscription.id("id");
        subscription.id("customerId");
        subscription.must("status", Checker::status);
        subscription.must("start", Checker::moment);
        subscription.must("duration", Checker::cycle);
        subscription.must("items", |checker, at, value| {
            checker.each(at, value, Checker::item);
        });
        subscription.each_maybe("discounts", Checker::discount);
        subscription.maybe("metadata", Checker::metadata);
    }

    fn item(&self, at: &str, value: &Value) {
        let Some(item) = self.open(at, value) else {
            return;
        };
        item.id("id");
        item.must("price", Checker::price);
        item.must("quantity", Checker::integer);
    }

    fn status(&self, at: &str, value: &Value) {
        let Some(status) = self.open(at, value) else {
            return;
        };
        status.maybe("currentPeriod", Checker::period);
        let names = ["active", "trial", "paused", "canceled", "unpaid"];
        match status.word("name", &names) {
            Some("active") => status.must("currentPeriod", Checker::period),
            Some("trial") => return status.must("trial", Checker::period),
            Some("paused") => status.must("pause", Checker::pause),
            Some("canceled") => status.must("canceledAt", Checker::moment),
            _ => (),
        }
        status.maybe("trial", Checker::period);
    }

    fn pause(&self, at: &str, value: &Value) {
        let Some(pause) = self.open(at, value) else {
            return;
        };
        pause.must("start", Checker::moment);
        pause.maybe("end", Checker::moment);
        self.in_order(at, value);
    }

    fn period(&self, at: &str, value: &Value) {
        let Some(period) = self.open(at, value) else {
            return;
        };
        period.must("start", Checker::moment);
        period.must("end", Checker::moment);
        self.in_order(at, value);
    }

    fn coupon(&self, at: &str, value: &Value) {
        let Some(coupon) = self.open(at, value) else {
            return;
        };
        coupon.id("id");
        coupon.must("duration", Checker::coupon_duration);
        coupon.must("value", Checker::coupon_value);
        coupon.maybe("code", Checker::text);
        coupon.maybe("name", Checker::text);
        coupon.maybe("expiresAt", Checker::moment);
        coupon.maybe("redemptions", |checker, at, value| {
            if let Some(redemptions) = checker.open(at, value) {
                redemptions.maybe("max", Checker::integer);
                redemptions.maybe("current", Checker::integer);
            }
        });
    }

    fn coupon_duration(&self, at: &str, value: &Value) {
        let Some(duration) = self.open(at, value) else {
            return;
        };
        match duration.word("type", &["once", "recurring", "forever", "cycle-amount"]) {
            Some("recurring") => {
                duration.must("amount", Checker::count);
                duration.word("unit", &["month", "year"]);
            }
            Some("cycle-amount") => duration.must("cycles", Checker::count),
            _ => (),
        }
    }

    fn coupon_value(&self, at: &str, value: &Value) {
        let Some(worth) = self.open(at, value) else {
            return;
        };
        match worth.word("type", &["fixed", "percentage"]) {
            Some("fixed") => {
                worth.must("currency", Checker::currency);
                worth.maybe("unit", Checker::integer);
                worth.maybe("flat", Checker::integer);
            }
            Some("percentage") => {
                worth.maybe("currency", Checker::currency);
                worth.must("percent", |checker, at, value| match value.as_f64() {
                    Some(percent) if percent > 0.0 && percent <= 100.0 => (),
                    _ => checker.complain(at, "not over 0 and up to 100"),
                });
            }
            _ => (),
        }
    }

    fn discount(&self, at: &str, value: &Value) {
        let Some(discount) = self.open(at, value) else {
            return;
        };
        discount.must("coupon", Checker::coupon);
        discount.maybe("start", Checker::moment);
        discount.maybe("end", Checker::moment);
        self.in_order(at, value);
    }

    fn product(&self, at: &str, value: &Value) {
        let Some(product) = self.open(at, value) else {
            return;
        };
        product.id("id");
        let product_type = product.word("type", &["standalone", "family"]);
        if product_type != Some(self.product_type) {
            self.complain(at, "another type than the manifest's");
        }
        product.must("name", Checker::text);
        product.maybe("description", Checker::text);
        product.maybe("unitLabel", Checker::text);
        product.only_when(product_type == Some("family"), "familyId");
    }

    fn family(&self, at: &str, value: &Value) {
        let Some(family) = self.open(at, value) else {
            return;
        };
        family.id("id");
        family.must("name", Checker::text);
        family.maybe("description", Checker::text);
    }

    fn cycle(&self, at: &str, value: &Value) {
        let Some(cycle) = self.open(at, value) else {
            return;
        };
        cycle.must("amount", Checker::count);
        cycle.word("unit", &["month", "year"]);
    }

    fn metadata(&self, at: &str, value: &Value) {
        match value.as_object() {
            Some(fields) if fields.values().all(Value::is_string) => (),
            _ => self.complain(at, "no flat object of strings"),
        }
    }

    fn each(&self, at: &str, value: &Value, check: fn(&Self, &str, &Value)) {
        let Some(items) = value.as_array() else {
            return self.complain(at, "no list");
        };
        for (index, item) in items.iter().enumerate() {
            check(self, &format!("{at}[{index}]"), item);
        }
    }

    fn text(&self, at: &str, value: &Value) {
        if !value.is_string() {
            self.complain(at, "no text");
        }
    }

    fn integer(&self, at: &str, value: &Value) {
        if !value.is_i64() && !value.is_u64() {
            self.complain(at, "no integer");
        }
    }

    fn count(&self, at: &str, value: &Value) {
        if value.as_u64().is_none_or(|count| count == 0) {
            self.complain(at, "no positive integer");
        }
    }

    fn currency(&self, at: &str, value: &Value) {
        self.capitals(at, value, 3);
    }

    fn capitals(&self, at: &str, value: &Value, length: usize) {
        let text = value.as_str().unwrap_or_default();
        if text.len() != length || !text.bytes().all(|byte| byte.is_ascii_uppercase()) {
            self.complain(at, "no ISO code");
        }
    }

    fn moment(&self, at: &str, value: &Value) {
        if value.as_str().and_then(moment::read).is_none() {
            self.complain(at, "no date such as 2026-05-01T00:00:00.000Z");
        }
    }

    fn in_order(&self, at: &str, value: &Value) {
        let read = |field: &str| value[field].as_str().and_then(moment::read);
        if let (Some(start), Some(end)) = (read("start"), read("end"))
            && start > end
        {
            self.complain(at, "ends before it starts");
        }
    }
}

struct Object<'c, 'm> {
    checker: &'c Checker<'m>,
    at: String,
    fields: &'c Map<String, Value>,
    asked: RefCell<Vec<&'static str>>,
}

impl<'c, 'm> Object<'c, 'm> {
    fn get(&self, name: &'static str) -> (String, Option<&'c Value>) {
        self.asked.borrow_mut().push(name);
        (format!("{}.{name}", self.at), self.fields.get(name))
    }

    fn must(&self, name: &'static str, check: fn(&Checker<'m>, &str, &Value)) {
        match self.get(name) {
            (at, Some(value)) => check(self.checker, &at, value),
            (at, None) => self.checker.complain(&at, "missing"),
        }
    }

    fn maybe(&self, name: &'static str, check: fn(&Checker<'m>, &str, &Value)) {
        if let (at, Some(value)) = self.get(name) {
            check(self.checker, &at, value);
        }
    }

    fn each_maybe(&self, name: &'static str, check: fn(&Checker<'m>, &str, &Value)) {
        if let (at, Some(value)) = self.get(name) {
            self.checker.each(&at, value, check);
        }
    }

    fn id(&self, name: &'static str) {
        self.must(name, |checker, at, value| {
            if value.as_str().is_none_or(str::is_empty) {
                checker.complain(at, "no id");
            }
        });
    }

    /// Checks an id that one type requires and the other must not have.
    fn only_when(&self, needed: bool, name: &'static str) {
        if needed {
            self.id(name);
        } else if let (at, Some(_)) = self.get(name) {
            self.checker.complain(&at, "not for this type");
        }
    }

    fn word(&self, name: &'static str, words: &[&str]) -> Option<&'c str> {
        let (at, value) = self.get(name);
        let word = value.and_then(Value::as_str);
        let known = word.filter(|word| words.contains(word));
        if known.is_none() {
            self.checker.complain(&at, format!("none of {words:?}"));
        }
        known
    }
}

impl Drop for Object<'_, '_> {
    fn drop(&mut self) {
        for name in self.fields.keys() {
            if !self.asked.borrow().contains(&name.as_str()) {
                let at = format!("{}.{name}", self.at);
                self.checker.complain(&at, "unknown field");
            }
        }
    }
}

/// Tests the checker itself: each of these documents differs in one place from a valid one.
#[test]
fn checker_detects_every_kind_of_violation() {
    use serde_json::json;

    let price = json!({
        "id": "p", "type": "standalone", "duration": {"amount": 1, "unit": "month"},
        "amount": {"model": "tiered", "currency": "EUR", "mode": "total", "tiers": [{"unit": 5, "upTo": 3}, {"flat": 9}]}
    });
    let coupon = json!({
        "id": "c", "duration": {"type": "recurring", "amount": 3, "unit": "month"},
        "value": {"type": "percentage", "percent": 12.5}, "redemptions": {"max": 5}
    });
    let subscription = json!({
        "id": "s", "customerId": "c", "start": "2026-05-01T00:00:00.000Z", "duration": {"amount": 1, "unit": "year"},
        "status": {"name": "paused", "pause": {"start": "2026-05-01T00:00:00.000Z"}},
        "items": [{"id": "i", "price": price, "quantity": 2}], "discounts": [{"coupon": coupon}], "metadata": {"a": "b"}
    });
    let found = |row: &Value| problems(Kind::Subscription, row, "standalone", "standalone");
    assert_eq!(found(&subscription), Vec::<String>::new());

    let cases = [
        ("/id", json!("")),
        ("/customerId", json!(7)),
        ("/start", json!("2026-05-01T00:00:00Z")),
        ("/start", json!("2026-02-30T00:00:00.000Z")),
        ("/start", json!("2026-05-01T00:00:00.000+00:00")),
        ("/duration/unit", json!("week")),
        ("/duration/amount", json!(0)),
        ("/status/name", json!("Paused")),
        ("/status/name", json!("active")),
        ("/status/name", json!("trial")),
        ("/status/name", json!("canceled")),
        ("/status/pause", json!({})),
        ("/status/pause/start", Value::Null),
        ("/status/pause/end", json!("2026-04-30T00:00:00.000Z")),
        (
            "/status/trial",
            json!({"start": "2026-05-01T00:00:00.000Z"}),
        ),
        ("/items", json!({})),
        ("/items/0/quantity", json!(1.5)),
        ("/items/0/price", json!("p")),
        ("/items/0/price/type", json!("product")),
        ("/items/0/price/productId", json!("q")),
        ("/items/0/price/unit_label", json!("seat")),
        ("/items/0/price/amount/currency", json!("eur")),
        ("/items/0/price/amount/model", json!("fixed")),
        ("/items/0/price/amount/mode", json!("volume")),
        ("/items/0/price/amount/tiers", json!([])),
        ("/items/0/price/amount/tiers/0/unit", json!(5.0)),
        ("/items/0/price/amount/tiers/0/upTo", json!(0)),
        ("/items/0/price/amount/tiers/0", json!({"unit": 5})),
        ("/items/0/price/amount/tiers/1/upTo", json!(9)),
        ("/discounts/0/coupon/value/percent", json!(0)),
        ("/discounts/0/coupon/value/percent", json!(100.5)),
        ("/discounts/0/coupon/value/unit", json!(5)),
        ("/discounts/0/coupon/duration/cycles", json!(5)),
        ("/discounts/0/coupon/redemptions/left", json!(5)),
        ("/discounts/0/coupon/expiresAt", json!(1_700_000_000)),
        ("/metadata/a", json!(1)),
        ("/name", json!("unknown")),
    ];
    for (pointer, value) in cases {
        let mut broken = subscription.clone();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        match broken.pointer_mut(parent).unwrap() {
            Value::Object(fields) => drop(fields.insert(name.to_owned(), value)),
            Value::Array(items) => items[name.parse::<usize>().unwrap()] = value,
            _ => panic!("{pointer} leads nowhere"),
        }
        assert_ne!(found(&broken), Vec::<String>::new(), "{pointer}");
    }
    for field in ["id", "customerId", "start", "duration", "status", "items"] {
        let mut broken = subscription.clone();
        broken.as_object_mut().unwrap().remove(field);
        assert_ne!(found(&broken), Vec::<String>::new(), "{field}");
    }
}
