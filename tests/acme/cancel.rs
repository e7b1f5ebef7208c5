use serde_json::{Value, json};

use crate::company::{Company, ann_with, moment, months, sub_with};

const CANCEL: &str = "subscription/cancel";

fn at_once() -> Value {
    json!({ "scheduledAt": "immediate" })
}

fn at_the_end() -> Value {
    json!({ "scheduledAt": "end-of-period" })
}

async fn pause(company: &Company, amount: u32) {
    let body = sub_with(json!({ "startAt": "immediate", "duration": months(amount) }));
    assert_eq!(company.act("subscription/pause", body).await, 200);
}

#[tokio::test]
async fn canceling_at_once_ends_the_subscription_and_its_period() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-10T00:00:00.000Z");

    assert_eq!(company.act(CANCEL, sub_with(at_once())).await, 200);

    let expected = json!({
        "name": "canceled",
        "canceledAt": "2026-02-10T00:00:00.000Z",
        "currentPeriod": { "start": "2026-01-31T12:00:00.000Z", "end": "2026-02-10T00:00:00.000Z" },
    });
    assert_eq!(company.sub().await["status"], expected);
}

#[tokio::test]
async fn canceling_at_the_end_of_the_period_takes_effect_when_the_clock_passes_it() {
    let company = Company::with_ann().await;

    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);

    assert_eq!(
        company.select::<i64>("SELECT cancel_at FROM subscriptions WHERE id = 'sub'"),
        [moment("2026-02-28T12:00:00.000Z").unix_millis()]
    );
    company.set_clock("2026-02-28T11:59:59.999Z");
    assert_eq!(company.sub().await["status"]["name"], "active");
    company.set_clock("2026-02-28T12:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "canceled");
    company.set_clock("2026-05-01T00:00:00.000Z");
    let status = company.sub().await["status"].clone();
    assert_eq!(status["canceledAt"], "2026-02-28T12:00:00.000Z");
    assert_eq!(status["currentPeriod"]["end"], "2026-02-28T12:00:00.000Z");
}

#[tokio::test]
async fn canceling_a_trial_at_the_end_of_the_period_lets_it_run_to_its_end() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);

    company.set_clock("2026-02-14T11:59:59.999Z");
    assert_eq!(company.sub().await["status"]["name"], "trial");
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "canceled");
}

#[tokio::test]
async fn a_scheduled_cancellation_can_be_brought_forward_but_not_put_off() {
    let company = Company::with_ann().await;

    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);
    assert_eq!(company.act(CANCEL, sub_with(at_once())).await, 200);
    let canceled = company.sub().await;
    assert_eq!(canceled["status"]["name"], "canceled");
    company.set_clock("2026-02-01T00:00:00.000Z");
    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);
    assert_eq!(company.act(CANCEL, sub_with(at_once())).await, 200);

    assert_eq!(company.sub().await, canceled);
    assert_eq!(
        company.outcomes(),
        ["applied", "applied", "repeated", "repeated"]
    );
}

#[tokio::test]
async fn unpause_lets_a_paused_subscription_run_to_the_end_of_its_period() {
    let company = Company::with_ann().await;
    pause(&company, 6).await;
    company.set_clock("2026-02-05T00:00:00.000Z");

    let body = sub_with(json!({ "scheduledAt": "end-of-period", "unpause": true }));
    assert_eq!(company.act(CANCEL, body).await, 200);

    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "active");
    assert_eq!(status["currentPeriod"]["end"], "2026-02-28T12:00:00.000Z");
    company.set_clock("2026-02-28T12:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["canceledAt"],
        "2026-02-28T12:00:00.000Z"
    );
}

#[tokio::test]
async fn unpause_begins_a_period_if_the_old_one_has_ended_in_the_pause() {
    let company = Company::with_ann().await;
    pause(&company, 6).await;
    company.set_clock("2026-04-10T00:00:00.000Z");

    let body = sub_with(json!({ "scheduledAt": "end-of-period", "unpause": true }));
    assert_eq!(company.act(CANCEL, body).await, 200);

    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "active");
    let period = json!({ "start": "2026-04-10T00:00:00.000Z", "end": "2026-05-10T00:00:00.000Z" });
    assert_eq!(status["currentPeriod"], period);
    company.set_clock("2026-05-10T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "canceled");
}

#[tokio::test]
async fn canceling_a_pause_at_once_begins_no_period_with_or_without_unpause() {
    for unpause in [true, false] {
        let company = Company::with_ann().await;
        pause(&company, 6).await;
        company.set_clock("2026-04-10T00:00:00.000Z");

        let body = sub_with(json!({ "scheduledAt": "immediate", "unpause": unpause }));
        assert_eq!(company.act(CANCEL, body).await, 200);

        let expected = json!({
            "name": "canceled",
            "canceledAt": "2026-04-10T00:00:00.000Z",
            "currentPeriod": { "start": "2026-01-31T12:00:00.000Z", "end": "2026-02-28T12:00:00.000Z" },
        });
        assert_eq!(company.sub().await["status"], expected, "{unpause}");
    }
}

#[tokio::test]
async fn a_pause_without_unpause_goes_on_until_the_period_ends() {
    let company = Company::with_ann().await;
    pause(&company, 6).await;

    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);

    assert_eq!(company.sub().await["status"]["name"], "paused");
    company.set_clock("2026-02-28T12:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["canceledAt"],
        "2026-02-28T12:00:00.000Z"
    );
}

#[tokio::test]
async fn unpause_ends_a_pause_also_where_the_cancellation_is_scheduled_already() {
    for (action, fields) in [
        (CANCEL, sub_with(at_the_end())),
        ("customer/cancel", ann_with(at_the_end())),
    ] {
        let company = Company::with_ann().await;
        pause(&company, 6).await;
        assert_eq!(company.act(action, fields.clone()).await, 200);
        assert_eq!(company.sub().await["status"]["name"], "paused");

        let mut body = fields;
        body["unpause"] = json!(true);
        for _ in 0..2 {
            assert_eq!(company.act(action, body.clone()).await, 200);
        }

        assert_eq!(company.sub().await["status"]["name"], "active");
        assert_eq!(
            company.outcomes(),
            ["applied", "applied", "applied", "repeated"]
        );
    }
}

#[tokio::test]
async fn in_a_pause_that_has_outlasted_the_period_both_schedules_mean_at_once() {
    let company = Company::with_ann().await;
    pause(&company, 6).await;
    company.set_clock("2026-04-10T00:00:00.000Z");

    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);

    assert_eq!(
        company.sub().await["status"]["canceledAt"],
        "2026-04-10T00:00:00.000Z"
    );
}

#[tokio::test]
async fn a_cancellation_calls_off_the_pause_and_the_price_that_were_to_come_with_the_next_period() {
    let company = Company::with_ann().await;
    let pause = sub_with(json!({ "startAt": "end-of-period", "duration": months(1) }));
    let price = sub_with(json!({ "id": "price_desk_annual_usd", "scheduledAt": "end-of-period" }));
    assert_eq!(company.act("subscription/pause", pause).await, 200);
    assert_eq!(company.act("subscription/change-price", price).await, 200);

    assert_eq!(company.act(CANCEL, sub_with(at_the_end())).await, 200);

    company.set_clock("2026-06-01T00:00:00.000Z");
    let sub = company.sub().await;
    assert_eq!(sub["status"]["canceledAt"], "2026-02-28T12:00:00.000Z");
    assert_eq!(sub["items"][0]["price"]["id"], "price_desk_monthly_usd");
}

#[tokio::test]
async fn cancel_all_cancels_every_subscription_of_the_customer_and_of_nobody_else() {
    let company = Company::with_ann().await;
    company
        .subscribe("other", "ann", "price_support_quarterly_usd")
        .await;
    company.add_customer("bob").await;
    company
        .subscribe("bobs", "bob", "price_desk_monthly_usd")
        .await;
    assert_eq!(company.act(CANCEL, sub_with(at_once())).await, 200);
    company.set_clock("2026-02-01T00:00:00.000Z");

    assert_eq!(
        company.act("customer/cancel", ann_with(at_once())).await,
        200
    );
    assert_eq!(
        company.act("customer/cancel", ann_with(at_once())).await,
        200
    );

    assert_eq!(
        company.sub().await["status"]["canceledAt"],
        "2026-01-31T12:00:00.000Z"
    );
    assert_eq!(
        company.subscription("ann", "other").await["status"]["canceledAt"],
        "2026-02-01T00:00:00.000Z"
    );
    assert_eq!(
        company.subscription("bob", "bobs").await["status"]["name"],
        "active"
    );
    assert_eq!(company.outcomes(), ["applied", "applied", "repeated"]);
    let changed: Vec<Option<String>> =
        company.select("SELECT details ->> '$.subscriptions' FROM audit ORDER BY number");
    assert_eq!(
        changed,
        [None, Some(r#"["other"]"#.to_owned()), Some("[]".to_owned())]
    );
}

#[tokio::test]
async fn a_customer_without_subscriptions_has_nothing_to_cancel_or_pause() {
    let company = Company::open().await;
    company.add_customer("ann").await;

    assert_eq!(
        company.act("customer/cancel", ann_with(at_once())).await,
        200
    );
    let pause = ann_with(json!({ "startAt": "immediate", "duration": months(1) }));
    assert_eq!(company.act("customer/pause", pause).await, 200);

    assert_eq!(company.outcomes(), ["repeated", "repeated"]);
}
