//! Single rows: retrieved, found, embedded in others, and separated by mode.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::conformance::Start;
use crate::conformance::bad_input::assert_refused;
use crate::conformance::client::{Client, Mode, id_of, subscriptions_of, text_of};
use crate::conformance::guarded::Guarded;
use crate::conformance::manifest::LISTS;
use crate::encoded;

pub fn listed_rows_equal_retrieved_rows(start: Start) {
    let guarded = Guarded::shared(start);
    let (process, snapshot) = (&guarded.process, &guarded.before);
    let mut clients = Mode::BOTH.map(|mode| Client::new(process, mode));
    for ((mode, list, id), row) in &snapshot.rows {
        let client = clients.iter_mut().find(|client| client.mode == *mode);
        let client = client.expect("a client for each mode");
        assert_eq!(&client.row(&format!("{list}/{}", encoded(id))), row);
    }
}

pub fn customers_are_found_by_email_and_phone(start: Start) {
    let guarded = Guarded::shared(start);
    let (process, snapshot) = (&guarded.process, &guarded.before);
    for mode in Mode::BOTH {
        let mut client = Client::new(process, mode);
        for field in ["email", "phone"] {
            let mut customers: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
            for customer in snapshot.list(mode, "/customers") {
                if let Some(value) = customer[field].as_str() {
                    customers.entry(value).or_default().push(customer);
                }
            }
            assert!(
                customers.keys().any(|value| value.contains('+')),
                "no `+` in any {field}"
            );
            for (value, customers) in customers {
                for written in [encoded(value), value.to_owned()] {
                    let found = client.row(&format!("/customers/{field}/{written}"));
                    // Two customers can share an address. Both are a valid response.
                    assert!(customers.contains(&&found), "{field} {written}: {found}");
                }
            }
        }
    }
}

pub fn referenced_and_embedded_rows_can_be_retrieved(start: Start) {
    let guarded = Guarded::shared(start);
    let snapshot = &guarded.before;
    for mode in Mode::BOTH {
        let by_id = |list: &str| -> BTreeMap<String, &Value> {
            let rows = snapshot.list(mode, list);
            rows.map(|row| (id_of(row), row)).collect()
        };
        let (customers, prices, coupons) =
            (by_id("/customers"), by_id("/prices"), by_id("/coupons"));
        let (products, families) = (by_id("/products"), by_id("/families"));
        for price in prices.values() {
            assert!(
                products.contains_key(&text_of(price, "productId")),
                "{price}"
            );
        }
        for product in products.values() {
            assert!(
                families.contains_key(&text_of(product, "familyId")),
                "{product}"
            );
        }
        let mut statuses = BTreeSet::new();
        for subscription in snapshot.subscriptions(mode) {
            assert!(
                customers.contains_key(&text_of(subscription, "customerId")),
                "{subscription}"
            );
            statuses.insert(text_of(&subscription["status"], "name"));
            for item in subscription["items"].as_array().into_iter().flatten() {
                let price = &item["price"];
                assert_eq!(prices.get(&id_of(price)), Some(&price), "{subscription}");
            }
        }
        let all = ["active", "canceled", "paused", "trial", "unpaid"];
        assert!(statuses.iter().eq(all), "the data covers only {statuses:?}");
        for row in snapshot.subscriptions(mode).chain(customers.into_values()) {
            for discount in row["discounts"].as_array().into_iter().flatten() {
                let coupon = &discount["coupon"];
                assert_eq!(coupons.get(&id_of(coupon)), Some(&coupon), "{row}");
            }
        }
    }
}

pub fn modes_are_separate_and_live_is_the_default(start: Start) {
    let guarded = Guarded::shared(start);
    let (process, snapshot) = (&guarded.process, &guarded.before);
    for mode in Mode::BOTH {
        let mut other = Client::new(process, mode.other());
        let theirs: BTreeSet<_> = snapshot
            .list(mode.other(), "/customers")
            .map(id_of)
            .collect();
        for customer in snapshot.list(mode, "/customers") {
            let id = id_of(customer);
            if theirs.contains(&id) {
                let same = other.row(&format!("/customers/{}", encoded(&id)));
                assert_ne!(&same, customer, "one customer in both modes");
                continue;
            }
            let request = other.request("GET", &format!("/customers/{}", encoded(&id)));
            assert_refused(&mut other, &request, &[404], &[&id]);
            for field in ["email", "phone"] {
                let Some(value) = customer[field].as_str() else {
                    continue;
                };
                let path = format!("/customers/{field}/{}", encoded(value));
                let response = other.get(&path);
                if response.status == 200 {
                    assert!(theirs.contains(&id_of(&response.json())), "{path} leaks");
                } else {
                    let request = other.request("GET", &path);
                    assert_refused(&mut other, &request, &[404], &[value]);
                }
            }
        }
        for subscription in snapshot.subscriptions(mode) {
            let list = subscriptions_of(&text_of(subscription, "customerId"));
            let response = other.get(&format!("{list}/{}", encoded(&id_of(subscription))));
            assert_eq!(response.status, 404, "{list} leaks {subscription}");
        }
    }
    let mut client = Client::new(process, Mode::Live);
    for list in LISTS {
        let said = client.row(list);
        let request = client.request("GET", list).without("x-churnkey-mode");
        assert_eq!(client.send(&request).json(), said, "{list}");
    }
}

pub fn missing_objects_are_a_404(start: Start) {
    let guarded = Guarded::shared(start);
    let mut client = guarded.client();
    let customer = id_of(&client.page("/customers", Some(1), None).data[0]);
    let subscriptions = subscriptions_of(&customer);
    let below = ["/customers/email", "/customers/phone", &subscriptions];
    for list in LISTS.into_iter().chain(below) {
        for id in ["missing-7f3a", "0", "true", "null", "undefined", "*", "%25"] {
            let request = client.request("GET", &format!("{list}/{id}"));
            assert_refused(
                &mut client,
                &request,
                &[404],
                &["missing-7f3a", "undefined"],
            );
        }
    }
}

pub fn subscription_of_another_customer_is_not_found(start: Start) {
    let guarded = Guarded::shared(start);
    let (process, snapshot) = (&guarded.process, &guarded.before);
    for mode in Mode::BOTH {
        let mut client = Client::new(process, mode);
        let subscriptions: Vec<_> = snapshot.subscriptions(mode).collect();
        for (index, subscription) in subscriptions.iter().enumerate() {
            let id = id_of(subscription);
            let others = subscriptions.iter().cycle().skip(index + 1);
            let other = others
                .map(|other| text_of(other, "customerId"))
                .find(|other| *other != text_of(subscription, "customerId"))
                .expect("two customers");
            let path = format!("{}/{}", subscriptions_of(&other), encoded(&id));
            let request = client.request("GET", &path);
            assert_refused(&mut client, &request, &[404], &[&id, &other]);
        }
    }
}
