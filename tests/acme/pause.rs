use serde_json::{Value, json};

use crate::company::{Company, ann_with, months, sub_with, until};

const PAUSE: &str = "subscription/pause";

fn now_for(duration: Value) -> Value {
    json!({ "startAt": "immediate", "duration": duration })
}

fn later_for(duration: Value) -> Value {
    json!({ "startAt": "end-of-period", "duration": duration })
}

#[tokio::test]
async fn a_pause_of_one_month_from_31_january_ends_on_28_february() {
    let company = Company::with_ann().await;

    assert_eq!(company.act(PAUSE, sub_with(now_for(months(1)))).await, 200);

    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "paused");
    assert_eq!(
        status["pause"],
        json!({ "start": "2026-01-31T12:00:00.000Z", "end": "2026-02-28T12:00:00.000Z" })
    );
}

#[tokio::test]
async fn a_pause_until_a_date_ends_on_it() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(PAUSE, sub_with(now_for(until("2026-05-01T02:00:00+02:00"))))
            .await,
        200
    );

    assert_eq!(
        company.sub().await["status"]["pause"]["end"],
        "2026-05-01T00:00:00.000Z"
    );
    company.set_clock("2026-05-01T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "active");
}

#[tokio::test]
async fn a_pause_at_the_end_of_the_period_starts_when_the_clock_passes_it() {
    let company = Company::with_ann().await;

    assert_eq!(
        company.act(PAUSE, sub_with(later_for(months(2)))).await,
        200
    );

    company.set_clock("2026-02-28T11:59:59.999Z");
    assert_eq!(company.sub().await["status"]["name"], "active");
    company.set_clock("2026-02-28T12:00:00.000Z");
    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "paused");
    assert_eq!(
        status["pause"],
        json!({ "start": "2026-02-28T12:00:00.000Z", "end": "2026-04-28T12:00:00.000Z" })
    );
}

#[tokio::test]
async fn a_period_begins_when_a_pause_ends_that_has_outlasted_the_old_one() {
    let company = Company::with_ann().await;
    assert_eq!(
        company
            .act(PAUSE, sub_with(now_for(until("2026-04-10T00:00:00.000Z"))))
            .await,
        200
    );

    company.set_clock("2026-04-20T00:00:00.000Z");

    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "active");
    let period = json!({ "start": "2026-04-10T00:00:00.000Z", "end": "2026-05-10T00:00:00.000Z" });
    assert_eq!(status["currentPeriod"], period);
}

#[tokio::test]
async fn a_period_goes_on_when_a_pause_ends_within_it() {
    let company = Company::with_ann().await;
    assert_eq!(
        company
            .act(PAUSE, sub_with(now_for(until("2026-02-10T00:00:00.000Z"))))
            .await,
        200
    );

    company.set_clock("2026-02-10T00:00:00.000Z");

    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "active");
    let period = json!({ "start": "2026-01-31T12:00:00.000Z", "end": "2026-02-28T12:00:00.000Z" });
    assert_eq!(status["currentPeriod"], period);
}

#[tokio::test]
async fn a_trial_goes_on_when_a_pause_ends_within_it() {
    let company = Company::with_ann_in_trial().await;
    assert_eq!(
        company
            .act(PAUSE, sub_with(now_for(until("2026-02-10T00:00:00.000Z"))))
            .await,
        200
    );
    assert_eq!(company.sub().await["status"]["name"], "paused");

    company.set_clock("2026-02-10T00:00:00.000Z");

    assert_eq!(company.sub().await["status"]["name"], "trial");
}

#[tokio::test]
async fn an_open_charge_stays_open_through_a_pause() {
    let company = Company::open().await;
    company.add_customer("ann").await;
    company
        .subscribe_with("sub", "ann", "price_desk_monthly_usd", None, |sub| {
            sub.unpaid = true
        })
        .await;

    assert_eq!(company.act(PAUSE, sub_with(now_for(months(1)))).await, 200);

    assert_eq!(company.sub().await["status"]["name"], "paused");
    company.set_clock("2026-03-01T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "unpaid");
}

#[tokio::test]
async fn a_pause_that_would_end_before_it_starts_is_a_bad_request() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(PAUSE, sub_with(now_for(until("2026-01-31T12:00:00.000Z"))))
            .await,
        400
    );
    // After now, and before the end of the period at which the pause would start.
    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(later_for(until("2026-02-10T00:00:00.000Z")))
            )
            .await,
        400
    );
    let century = json!({ "type": "period", "amount": 4_000_000, "unit": "month" });
    assert_eq!(company.act(PAUSE, sub_with(now_for(century))).await, 400);

    assert_eq!(company.sub().await["status"]["name"], "active");
    assert!(company.outcomes().is_empty());
}

#[tokio::test]
async fn the_same_pause_again_is_a_repetition_and_another_one_a_conflict() {
    let company = Company::with_ann().await;
    assert_eq!(company.act(PAUSE, sub_with(now_for(months(2)))).await, 200);
    let paused = company.sub().await;

    company.set_clock("2026-02-01T00:00:00.000Z");
    assert_eq!(company.act(PAUSE, sub_with(now_for(months(2)))).await, 200);
    assert_eq!(company.act(PAUSE, sub_with(now_for(months(3)))).await, 409);
    assert_eq!(
        company.act(PAUSE, sub_with(later_for(months(2)))).await,
        409
    );

    assert_eq!(company.sub().await, paused);
    assert_eq!(company.outcomes(), ["applied", "repeated"]);
}

#[tokio::test]
async fn a_subscription_that_is_canceled_or_going_to_be_is_not_paused() {
    for schedule in ["immediate", "end-of-period"] {
        let company = Company::with_ann().await;
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
            company.act(PAUSE, sub_with(now_for(months(1)))).await,
            409,
            "{schedule}"
        );
    }
}

#[tokio::test]
async fn an_annual_subscription_is_paused_only_if_the_request_allows_it() {
    for price in ["price_desk_annual_usd", "price_training_yearlong_usd"] {
        let company = Company::open().await;
        company.add_customer("ann").await;
        company.subscribe("sub", "ann", price).await;

        assert_eq!(
            company.act(PAUSE, sub_with(now_for(months(1)))).await,
            400,
            "{price}"
        );
        assert_eq!(company.sub().await["status"]["name"], "active", "{price}");

        let mut body = sub_with(now_for(months(1)));
        body["allowAnnual"] = json!(true);
        assert_eq!(company.act(PAUSE, body).await, 200, "{price}");
        assert_eq!(company.sub().await["status"]["name"], "paused", "{price}");
    }
}

#[tokio::test]
async fn pause_all_changes_nothing_if_one_subscription_is_annual_and_that_is_not_allowed() {
    let company = Company::with_ann().await;
    company
        .subscribe("yearly", "ann", "price_desk_annual_usd")
        .await;

    assert_eq!(
        company
            .act("customer/pause", ann_with(now_for(months(1))))
            .await,
        400
    );

    assert_eq!(company.sub().await["status"]["name"], "active");
    assert_eq!(
        company.subscription("ann", "yearly").await["status"]["name"],
        "active"
    );
    assert!(company.outcomes().is_empty());

    let mut body = ann_with(now_for(months(1)));
    body["allowAnnual"] = json!(true);
    assert_eq!(company.act("customer/pause", body).await, 200);
    assert_eq!(company.sub().await["status"]["name"], "paused");
    assert_eq!(
        company.subscription("ann", "yearly").await["status"]["name"],
        "paused"
    );
}

#[tokio::test]
async fn pause_all_changes_nothing_if_one_subscription_cannot_be_paused() {
    let company = Company::with_ann().await;
    company
        .subscribe("quarterly", "ann", "price_support_quarterly_usd")
        .await;

    // After the end of the monthly period and before that of the quarterly one.
    assert_eq!(
        company
            .act(
                "customer/pause",
                ann_with(later_for(until("2026-03-15T00:00:00.000Z")))
            )
            .await,
        400
    );

    company.set_clock("2026-03-10T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "active");
    assert!(company.outcomes().is_empty());
}

#[tokio::test]
async fn pause_all_leaves_what_is_canceled_ending_or_paused_as_it_is() {
    let company = Company::with_ann().await;
    for (id, schedule) in [("canceled", "immediate"), ("ending", "end-of-period")] {
        company.subscribe(id, "ann", "price_desk_annual_usd").await;
        let body = json!({ "customerId": "ann", "subscriptionId": id, "scheduledAt": schedule });
        assert_eq!(company.act("subscription/cancel", body).await, 200);
    }
    company
        .subscribe("paused", "ann", "price_desk_monthly_usd")
        .await;
    let body = json!({ "customerId": "ann", "subscriptionId": "paused", "startAt": "immediate", "duration": months(5) });
    assert_eq!(company.act(PAUSE, body).await, 200);
    let paused = company.subscription("ann", "paused").await;

    assert_eq!(
        company
            .act("customer/pause", ann_with(now_for(months(1))))
            .await,
        200
    );
    assert_eq!(
        company
            .act("customer/pause", ann_with(now_for(months(1))))
            .await,
        200
    );

    assert_eq!(company.sub().await["status"]["name"], "paused");
    assert_eq!(
        company.subscription("ann", "canceled").await["status"]["name"],
        "canceled"
    );
    assert_eq!(
        company.subscription("ann", "ending").await["status"]["name"],
        "active"
    );
    assert_eq!(company.subscription("ann", "paused").await, paused);
    assert_eq!(
        company.outcomes(),
        ["applied", "applied", "applied", "applied", "repeated"]
    );
}
