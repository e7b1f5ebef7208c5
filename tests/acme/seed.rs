use std::collections::{BTreeMap, HashSet};

use churnkey::Mode;
use serde_json::Value;

use crate::company::{Company, OPENING, moment};

async fn subscriptions(company: &Company, mode: Mode) -> Vec<Value> {
    let mut subscriptions = Vec::new();
    for customer in company.walk(mode, "/customers", 100).await {
        let path = format!(
            "/customers/{}/subscriptions",
            customer["id"].as_str().unwrap()
        );
        subscriptions.extend(company.walk(mode, &path, 100).await);
    }
    subscriptions
}

#[tokio::test]
async fn seed_covers_every_situation_in_both_modes() {
    let company = Company::open().await;
    for mode in [Mode::Test, Mode::Live] {
        let subscriptions = subscriptions(&company, mode).await;

        let mut statuses: BTreeMap<&str, usize> = BTreeMap::new();
        for subscription in &subscriptions {
            *statuses
                .entry(subscription["status"]["name"].as_str().unwrap())
                .or_default() += 1;
        }
        for status in ["active", "trial", "paused", "canceled", "unpaid"] {
            assert!(
                statuses.get(status).is_some_and(|count| *count >= 10),
                "{mode}: {statuses:?}"
            );
        }
        let any = |is: &dyn Fn(&Value) -> bool| subscriptions.iter().any(is);
        assert!(any(&|one| one["status"]["pause"]["end"].is_string()));
        assert!(any(
            &|one| one["status"]["pause"].is_object() && one["status"]["pause"]["end"].is_null()
        ));
        assert!(any(&|one| one["discounts"].is_array()));
        assert!(any(&|one| one["metadata"].is_object()));
        for amount in ["fixed", "tiered"] {
            assert!(
                any(&|one| one["items"][0]["price"]["amount"]["model"] == amount),
                "{mode} {amount}"
            );
        }
        for tiers in ["graduated", "total"] {
            assert!(
                any(&|one| one["items"][0]["price"]["amount"]["mode"] == tiers),
                "{mode} {tiers}"
            );
        }
        let cycles: HashSet<String> = subscriptions
            .iter()
            .map(|one| one["duration"].to_string())
            .collect();
        assert_eq!(cycles.len(), 4, "{cycles:?}");
    }
}

#[tokio::test]
async fn seeded_customers_have_contact_data_and_discounts() {
    let company = Company::open().await;
    let customers = company.walk(Mode::Live, "/customers", 100).await;

    let count = |has: &dyn Fn(&Value) -> bool| customers.iter().filter(|one| has(one)).count();
    let text = |value: &Value, has: &dyn Fn(&str) -> bool| value.as_str().is_some_and(has);
    assert!(count(&|one| text(&one["name"], &|name| !name.is_ascii())) > 100);
    assert!(count(&|one| text(&one["email"], &|email| email.contains('+'))) >= 5);
    assert!(count(&|one| one["email"].is_null() && one["phone"].is_string()) >= 5);
    assert!(count(&|one| one["phone"].is_null() && one["email"].is_string()) >= 5);
    assert!(
        count(&|one| one["addresses"]
            .as_array()
            .is_some_and(|addresses| addresses.len() == 2))
            >= 5
    );
    assert!(count(&|one| one["discounts"].is_array()) >= 5);
    assert!(count(&|one| one["metadata"].is_object()) >= 5);
    let owners: Vec<i64> = company.select(
        "SELECT count(subscriptions.id) FROM customers LEFT JOIN subscriptions
             ON subscriptions.mode = customers.mode AND customer_id = customers.id
         GROUP BY customers.mode, customers.id",
    );
    assert!(owners.contains(&0) && owners.contains(&1) && owners.contains(&3));
}

#[tokio::test]
async fn seeded_coupons_cover_every_duration_and_value() {
    let company = Company::open().await;
    let coupons = company.walk(Mode::Test, "/coupons", 100).await;

    let kinds = |field: &str| -> HashSet<String> {
        coupons
            .iter()
            .map(|coupon| coupon[field]["type"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        kinds("duration"),
        ["once", "recurring", "forever", "cycle-amount"]
            .map(str::to_owned)
            .into()
    );
    assert_eq!(
        kinds("value"),
        ["fixed", "percentage"].map(str::to_owned).into()
    );
}

#[tokio::test]
async fn seeded_dates_are_relative_to_the_first_run() {
    let company = Company::open().await;
    let now = moment(OPENING);
    for subscription in subscriptions(&company, Mode::Test).await {
        let status = &subscription["status"];
        let end = |field: &str| moment(status[field]["end"].as_str().unwrap());
        match status["name"].as_str().unwrap() {
            "active" | "unpaid" => {
                assert!(
                    moment(status["currentPeriod"]["start"].as_str().unwrap()) <= now
                        && now < end("currentPeriod")
                );
            }
            "trial" => assert!(now < end("trial")),
            "paused" => assert!(status["pause"]["end"].is_null() || now < end("pause")),
            "canceled" => assert!(moment(status["canceledAt"].as_str().unwrap()) < now),
            other => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn every_company_starts_with_the_same_customers() {
    let (one, other) = (Company::open_new().await, Company::open_new().await);

    for path in [
        "/customers",
        "/prices",
        "/products",
        "/families",
        "/coupons",
    ] {
        assert_eq!(
            one.walk(Mode::Live, path, 100).await,
            other.walk(Mode::Live, path, 100).await,
            "{path}"
        );
    }
    assert_eq!(
        subscriptions(&one, Mode::Live).await,
        subscriptions(&other, Mode::Live).await
    );
}

#[tokio::test]
async fn reopened_company_is_unchanged() {
    let company = Company::with_ann().await;
    let body = serde_json::json!({ "customerId": "ann", "subscriptionId": "sub", "scheduledAt": "end-of-period" });
    assert_eq!(company.act("subscription/cancel", body).await, 200);
    let customers = company.walk(Mode::Test, "/customers", 100).await;
    let Company { folder, .. } = company;

    let again = Company::open_in(folder, "2026-03-01T00:00:00.000Z").await;

    assert_eq!(again.walk(Mode::Test, "/customers", 100).await, customers);
    assert_eq!(again.sub().await["status"]["name"], "canceled");
}
