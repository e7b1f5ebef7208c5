use std::collections::HashSet;

use churnkey::Mode;
use serde_json::{Value, json};

use crate::company::{Company, OPENING, months, sub_with};

/// Creates a company that has Ann and her subscription under the same ids in both modes.
async fn with_ann_in_both_modes() -> Company {
    let company = Company::with_ann().await;
    company.add_customer_in(Mode::Live, "ann", OPENING).await;
    company
        .subscribe_in(
            Mode::Live,
            "sub",
            "ann",
            "price_desk_monthly_usd",
            Some("2026-02-14T12:00:00.000Z"),
            |_| (),
        )
        .await;
    company
}

/// Returns all rows of a mode that belong to Ann.
fn rows(company: &Company, mode: Mode) -> Vec<String> {
    let mut rows = Vec::new();
    for columns in [
        "json_array(id, redemptions) FROM coupons",
        "json_array(status, ends_with_period, pause_length, pause_end, trial_end, price_id, next_price_id) FROM subscriptions",
        "json_array(subscription_id, coupon_id) FROM subscription_discounts",
        "json_array(number) FROM prorations",
        "json_array(subscription_id, extended_at) FROM trial_extensions",
        "json_array(number, outcome) FROM audit",
    ] {
        rows.extend(company.select::<String>(&format!(
            "SELECT {columns} WHERE mode = '{mode}' ORDER BY 1"
        )));
    }
    rows
}

#[tokio::test]
async fn no_customer_is_in_both_modes() {
    let company = Company::open().await;
    let ids = |customers: Vec<Value>| -> HashSet<String> {
        customers.iter().map(|one| one["id"].to_string()).collect()
    };

    let test = ids(company.walk(Mode::Test, "/customers", 100).await);
    let live = ids(company.walk(Mode::Live, "/customers", 100).await);

    assert_eq!((test.len(), live.len()), (500, 500));
    assert!(test.is_disjoint(&live));
}

#[tokio::test]
async fn rows_of_one_mode_are_absent_in_the_other() {
    let company = Company::open().await;
    let (_, customer) = company.get("/customers/cus_test_0001").await;
    let email = customer["email"].as_str().unwrap().to_owned();

    for path in [
        "/customers/cus_test_0001".to_owned(),
        format!("/customers/email/{email}"),
        "/customers/cus_test_0001/subscriptions".to_owned(),
        "/customers/cus_test_0001/subscriptions/sub_test_0001_1".to_owned(),
    ] {
        assert_eq!(company.get_in(Mode::Test, &path).await.0, 200, "{path}");
        assert_eq!(company.get_in(Mode::Live, &path).await.0, 404, "{path}");
    }
}

#[tokio::test]
async fn action_in_one_mode_does_not_change_the_other() {
    for (action, further) in [
        (
            "subscription/pause",
            json!({ "startAt": "immediate", "duration": months(1) }),
        ),
        (
            "subscription/apply-coupon",
            json!({ "id": "coupon_welcome" }),
        ),
        (
            "subscription/change-price",
            json!({ "id": "price_insights_monthly_usd", "scheduledAt": "immediate", "prorate": true }),
        ),
        (
            "subscription/change-price",
            json!({ "id": "price_insights_monthly_usd", "scheduledAt": "end-of-period" }),
        ),
        ("subscription/cancel", json!({ "scheduledAt": "immediate" })),
        ("customer/cancel", json!({ "scheduledAt": "end-of-period" })),
        (
            "customer/pause",
            json!({ "startAt": "immediate", "duration": months(1) }),
        ),
    ] {
        let company = with_ann_in_both_modes().await;
        let (test, live) = (rows(&company, Mode::Test), rows(&company, Mode::Live));

        assert_eq!(
            company
                .act_in(Mode::Test, action, sub_with(further))
                .await
                .0,
            200,
            "{action}"
        );

        assert_ne!(rows(&company, Mode::Test), test, "{action}");
        assert_eq!(rows(&company, Mode::Live), live, "{action}");
    }
}

#[tokio::test]
async fn trial_extensions_are_deduplicated_per_mode() {
    let company = with_ann_in_both_modes().await;
    company.add_customer("tom").await;
    company.add_customer_in(Mode::Live, "tom", OPENING).await;
    for mode in [Mode::Test, Mode::Live] {
        company
            .subscribe_in(
                mode,
                "trial",
                "tom",
                "price_desk_monthly_usd",
                Some("2026-02-14T12:00:00.000Z"),
                |_| (),
            )
            .await;
    }

    let body = json!({ "customerId": "tom", "subscriptionId": "trial", "duration": months(1) });
    for mode in [Mode::Test, Mode::Live] {
        assert_eq!(
            company
                .act_in(mode, "subscription/extend-trial", body.clone())
                .await
                .0,
            200
        );
    }

    assert_eq!(company.outcomes(), ["applied", "applied"]);
}

#[tokio::test]
async fn cursor_of_one_mode_is_rejected_in_the_other() {
    let company = Company::open().await;
    let (_, page) = company.get("/prices?limit=2").await;
    let path = format!("/prices?limit=2&cursor={}", page["next"].as_str().unwrap());

    assert_eq!(company.get_in(Mode::Test, &path).await.0, 200);
    assert_eq!(company.get_in(Mode::Live, &path).await.0, 400);
}

#[tokio::test]
async fn keys_and_references_in_the_schema_include_the_mode() {
    let company = Company::open().await;
    let tables: Vec<String> = company
        .select("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    assert!(tables.len() >= 12, "{tables:?}");

    for table in tables {
        let key: Vec<String> = company.select(&format!(
            "SELECT name FROM pragma_table_info('{table}') WHERE pk = 1"
        ));
        assert_eq!(key, ["mode"], "{table}");
        let from: Vec<String> = company.select(&format!(
            r#"SELECT "from" FROM pragma_foreign_key_list('{table}') WHERE seq = 0"#
        ));
        let to: Vec<String> = company.select(&format!(
            r#"SELECT "to" FROM pragma_foreign_key_list('{table}') WHERE seq = 0"#
        ));
        assert!(
            from.iter().chain(&to).all(|column| column == "mode"),
            "{table}"
        );
        let indexes = format!(
            "SELECT info.name FROM pragma_index_list('{table}') AS list, pragma_index_info(list.name) AS info WHERE info.seqno = 0"
        );
        assert!(
            company
                .select::<String>(&indexes)
                .iter()
                .all(|column| column == "mode"),
            "{table}"
        );
    }
}
