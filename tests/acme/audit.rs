use serde_json::{Value, json};

use crate::company::{Company, months, sub_with};

#[tokio::test]
async fn entry_records_request_time_action_and_target() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-01T00:00:00.000Z");
    let body = sub_with(json!({ "startAt": "immediate", "duration": months(2) }));
    assert_eq!(company.act("subscription/pause", body).await, 200);

    let entry: Vec<String> = company.select(
        "SELECT json_array(mode, number, at, request_id, action, customer, subscription, outcome, json(details)) FROM audit",
    );

    let entry: Value = serde_json::from_str(&entry[0]).unwrap();
    let details = json!({ "startAt": "immediate", "duration": months(2), "allowAnnual": null });
    let at = crate::company::moment("2026-02-01T00:00:00.000Z").unix_millis();
    assert_eq!(
        entry,
        json!([
            "test",
            1,
            at,
            "request-of-a-test",
            "pause",
            "ann",
            "sub",
            "applied",
            details
        ])
    );
}

#[tokio::test]
async fn rejected_action_leaves_no_entry() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(
                "subscription/apply-coupon",
                sub_with(json!({ "id": "coupon_expired" }))
            )
            .await,
        409
    );
    assert_eq!(
        company
            .act(
                "subscription/extend-trial",
                sub_with(json!({ "duration": months(1) }))
            )
            .await,
        409
    );

    assert_eq!(company.select::<i64>("SELECT count(*) FROM audit"), [0]);
}

#[tokio::test]
async fn entries_are_numbered_without_gaps() {
    let company = Company::with_ann().await;

    for schedule in ["end-of-period", "end-of-period", "immediate"] {
        assert_eq!(
            company
                .act(
                    "subscription/cancel",
                    sub_with(json!({ "scheduledAt": schedule }))
                )
                .await,
            200
        );
        assert_eq!(
            company
                .act(
                    "subscription/extend-trial",
                    sub_with(json!({ "duration": months(1) }))
                )
                .await,
            409
        );
    }

    assert_eq!(
        company.select::<i64>("SELECT number FROM audit ORDER BY number"),
        [1, 2, 3]
    );
}
