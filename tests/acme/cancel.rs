use serde_json::{Value, json};

use crate::company::{Company, ann_with, months, sub_with};

const CANCEL: &str = "subscription/cancel";

fn immediate() -> Value {
    json!({ "scheduledAt": "immediate" })
}

fn end_of_period() -> Value {
    json!({ "scheduledAt": "end-of-period" })
}

async fn pause(company: &Company, amount: u32) {
    let body = sub_with(json!({ "startAt": "immediate", "duration": months(amount) }));
    assert_eq!(company.act("subscription/pause", body).await, 200);
}

#[tokio::test]
async fn immediate_cancellation_ends_subscription_and_period() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-10T00:00:00.000Z");

    assert_eq!(company.act(CANCEL, sub_with(immediate())).await, 200);

    let expected = json!({
        "name": "canceled",
        "canceledAt": "2026-02-10T00:00:00.000Z",
        "currentPeriod": { "start": "2026-01-31T12:00:00.000Z", "end": "2026-02-10T00:00:00.000Z" },
    });
    assert_eq!(company.sub().await["status"], expected);
}

#[tokio::test]
async fn end_of_period_cancellation_takes_effect_at_period_end() {
    let company = Company::with_ann().await;

    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);

    assert_eq!(
        company.select::<bool>("SELECT ends_with_period FROM subscriptions WHERE id = 'sub'"),
        [true]
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
async fn trial_canceled_at_period_end_runs_to_its_end() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);

    company.set_clock("2026-02-14T11:59:59.999Z");
    assert_eq!(company.sub().await["status"]["name"], "trial");
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "canceled");
}

#[tokio::test]
async fn scheduled_cancellation_can_be_advanced_but_not_postponed() {
    let company = Company::with_ann().await;

    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);
    assert_eq!(company.act(CANCEL, sub_with(immediate())).await, 200);
    let canceled = company.sub().await;
    assert_eq!(canceled["status"]["name"], "canceled");
    company.set_clock("2026-02-01T00:00:00.000Z");
    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);
    assert_eq!(company.act(CANCEL, sub_with(immediate())).await, 200);

    assert_eq!(company.sub().await, canceled);
    assert_eq!(
        company.outcomes(),
        ["applied", "applied", "repeated", "repeated"]
    );
}

#[tokio::test]
async fn unpause_runs_subscription_to_its_period_end() {
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
async fn unpause_starts_a_period_if_the_old_one_ended() {
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
async fn immediate_cancellation_of_a_pause_starts_no_period() {
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
async fn pause_without_unpause_lasts_until_period_end() {
    let company = Company::with_ann().await;
    pause(&company, 6).await;

    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);

    assert_eq!(company.sub().await["status"]["name"], "paused");
    company.set_clock("2026-02-28T12:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["canceledAt"],
        "2026-02-28T12:00:00.000Z"
    );
}

#[tokio::test]
async fn unpause_applies_to_an_already_scheduled_cancellation() {
    for (action, fields) in [
        (CANCEL, sub_with(end_of_period())),
        ("customer/cancel", ann_with(end_of_period())),
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
async fn both_schedules_are_immediate_after_the_paused_period_ends() {
    let company = Company::with_ann().await;
    pause(&company, 6).await;
    company.set_clock("2026-04-10T00:00:00.000Z");

    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);

    assert_eq!(
        company.sub().await["status"]["canceledAt"],
        "2026-04-10T00:00:00.000Z"
    );
}

#[tokio::test]
async fn cancellation_drops_scheduled_pause_and_price_change() {
    let company = Company::with_ann().await;
    let pause = sub_with(json!({ "startAt": "end-of-period", "duration": months(1) }));
    let price = sub_with(json!({ "id": "price_desk_annual_usd", "scheduledAt": "end-of-period" }));
    assert_eq!(company.act("subscription/pause", pause).await, 200);
    assert_eq!(company.act("subscription/change-price", price).await, 200);

    assert_eq!(company.act(CANCEL, sub_with(end_of_period())).await, 200);

    company.set_clock("2026-06-01T00:00:00.000Z");
    let sub = company.sub().await;
    assert_eq!(sub["status"]["canceledAt"], "2026-02-28T12:00:00.000Z");
    assert_eq!(sub["items"][0]["price"]["id"], "price_desk_monthly_usd");
}

#[tokio::test]
async fn cancel_all_affects_only_the_given_customer() {
    let company = Company::with_ann().await;
    company
        .subscribe("other", "ann", "price_support_quarterly_usd")
        .await;
    company.add_customer("bob").await;
    company
        .subscribe("bobs", "bob", "price_desk_monthly_usd")
        .await;
    assert_eq!(company.act(CANCEL, sub_with(immediate())).await, 200);
    company.set_clock("2026-02-01T00:00:00.000Z");

    assert_eq!(
        company.act("customer/cancel", ann_with(immediate())).await,
        200
    );
    assert_eq!(
        company.act("customer/cancel", ann_with(immediate())).await,
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
async fn customer_without_subscriptions_has_nothing_to_change() {
    let company = Company::open().await;
    company.add_customer("ann").await;

    assert_eq!(
        company.act("customer/cancel", ann_with(immediate())).await,
        200
    );
    let pause = ann_with(json!({ "startAt": "immediate", "duration": months(1) }));
    assert_eq!(company.act("customer/pause", pause).await, 200);

    assert_eq!(company.outcomes(), ["repeated", "repeated"]);
}
