use serde_json::{Value, json};

use crate::company::{Company, ann_with, months, sub_with, until};

const PAUSE: &str = "subscription/pause";

fn immediate_for(duration: Value) -> Value {
    json!({ "startAt": "immediate", "duration": duration })
}

fn end_of_period_for(duration: Value) -> Value {
    json!({ "startAt": "end-of-period", "duration": duration })
}

#[tokio::test]
async fn one_month_from_31_january_ends_on_28_february() {
    let company = Company::with_ann().await;

    assert_eq!(
        company.act(PAUSE, sub_with(immediate_for(months(1)))).await,
        200
    );

    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "paused");
    assert_eq!(
        status["pause"],
        json!({ "start": "2026-01-31T12:00:00.000Z", "end": "2026-02-28T12:00:00.000Z" })
    );
}

#[tokio::test]
async fn pause_until_a_date_ends_on_that_date() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(immediate_for(until("2026-05-01T02:00:00+02:00")))
            )
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
async fn end_of_period_pause_starts_at_period_end() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(PAUSE, sub_with(end_of_period_for(months(2))))
            .await,
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
async fn new_period_follows_a_pause_longer_than_the_period() {
    let company = Company::with_ann().await;
    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(immediate_for(until("2026-04-10T00:00:00.000Z")))
            )
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
async fn period_resumes_after_a_pause_within_it() {
    let company = Company::with_ann().await;
    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(immediate_for(until("2026-02-10T00:00:00.000Z")))
            )
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
async fn trial_resumes_after_a_pause_within_it() {
    let company = Company::with_ann_in_trial().await;
    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(immediate_for(until("2026-02-10T00:00:00.000Z")))
            )
            .await,
        200
    );
    assert_eq!(company.sub().await["status"]["name"], "paused");

    company.set_clock("2026-02-10T00:00:00.000Z");

    assert_eq!(company.sub().await["status"]["name"], "trial");
}

#[tokio::test]
async fn open_charge_stays_open_through_a_pause() {
    let company = Company::open().await;
    company.add_customer("ann").await;
    company
        .subscribe_with("sub", "ann", "price_desk_monthly_usd", None, |sub| {
            sub.unpaid = true
        })
        .await;

    assert_eq!(
        company.act(PAUSE, sub_with(immediate_for(months(1)))).await,
        200
    );

    assert_eq!(company.sub().await["status"]["name"], "paused");
    company.set_clock("2026-03-01T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "unpaid");
}

#[tokio::test]
async fn pause_that_ends_before_it_starts_is_a_400() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(immediate_for(until("2026-01-31T12:00:00.000Z")))
            )
            .await,
        400
    );
    // After now, but before the end of the period, at which the pause would start.
    assert_eq!(
        company
            .act(
                PAUSE,
                sub_with(end_of_period_for(until("2026-02-10T00:00:00.000Z")))
            )
            .await,
        400
    );
    let century = json!({ "type": "period", "amount": 4_000_000, "unit": "month" });
    assert_eq!(
        company.act(PAUSE, sub_with(immediate_for(century))).await,
        400
    );

    assert_eq!(company.sub().await["status"]["name"], "active");
    assert!(company.outcomes().is_empty());
}

#[tokio::test]
async fn same_pause_is_repeated_and_another_conflicts() {
    let company = Company::with_ann().await;
    assert_eq!(
        company.act(PAUSE, sub_with(immediate_for(months(2)))).await,
        200
    );
    let paused = company.sub().await;

    company.set_clock("2026-02-01T00:00:00.000Z");
    assert_eq!(
        company.act(PAUSE, sub_with(immediate_for(months(2)))).await,
        200
    );
    assert_eq!(
        company.act(PAUSE, sub_with(immediate_for(months(3)))).await,
        409
    );
    assert_eq!(
        company
            .act(PAUSE, sub_with(end_of_period_for(months(2))))
            .await,
        409
    );

    assert_eq!(company.sub().await, paused);
    assert_eq!(company.outcomes(), ["applied", "repeated"]);
}

#[tokio::test]
async fn canceled_or_ending_subscription_cannot_be_paused() {
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
            company.act(PAUSE, sub_with(immediate_for(months(1)))).await,
            409,
            "{schedule}"
        );
    }
}

#[tokio::test]
async fn annual_subscription_needs_allow_annual() {
    for price in ["price_desk_annual_usd", "price_training_yearlong_usd"] {
        let company = Company::open().await;
        company.add_customer("ann").await;
        company.subscribe("sub", "ann", price).await;

        assert_eq!(
            company.act(PAUSE, sub_with(immediate_for(months(1)))).await,
            400,
            "{price}"
        );
        assert_eq!(company.sub().await["status"]["name"], "active", "{price}");

        let mut body = sub_with(immediate_for(months(1)));
        body["allowAnnual"] = json!(true);
        assert_eq!(company.act(PAUSE, body).await, 200, "{price}");
        assert_eq!(company.sub().await["status"]["name"], "paused", "{price}");
    }
}

#[tokio::test]
async fn pause_all_is_atomic_when_annual_is_forbidden() {
    let company = Company::with_ann().await;
    company
        .subscribe("yearly", "ann", "price_desk_annual_usd")
        .await;

    let mut body = ann_with(immediate_for(months(1)));
    body["allowAnnual"] = json!(false);
    assert_eq!(company.act("customer/pause", body).await, 400);

    assert_eq!(company.sub().await["status"]["name"], "active");
    assert_eq!(
        company.subscription("ann", "yearly").await["status"]["name"],
        "active"
    );
    assert!(company.outcomes().is_empty());

    let mut body = ann_with(immediate_for(months(1)));
    body["allowAnnual"] = json!(true);
    assert_eq!(company.act("customer/pause", body).await, 200);
    assert_eq!(company.sub().await["status"]["name"], "paused");
    assert_eq!(
        company.subscription("ann", "yearly").await["status"]["name"],
        "paused"
    );
}

#[tokio::test]
async fn pause_all_is_atomic_if_one_pause_fails() {
    let company = Company::with_ann().await;
    company
        .subscribe("quarterly", "ann", "price_support_quarterly_usd")
        .await;

    // After the end of the monthly period, but before the end of the quarterly one.
    assert_eq!(
        company
            .act(
                "customer/pause",
                ann_with(end_of_period_for(until("2026-03-15T00:00:00.000Z")))
            )
            .await,
        400
    );

    company.set_clock("2026-03-10T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "active");
    assert!(company.outcomes().is_empty());
}

#[tokio::test]
async fn pause_all_skips_canceled_ending_and_paused_subscriptions() {
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
            .act("customer/pause", ann_with(immediate_for(months(1))))
            .await,
        200
    );
    assert_eq!(
        company
            .act("customer/pause", ann_with(immediate_for(months(1))))
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
