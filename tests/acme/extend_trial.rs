use serde_json::{Value, json};

use crate::company::{Company, months, sub_with, until};

const EXTEND: &str = "subscription/extend-trial";

fn by(duration: Value) -> Value {
    sub_with(json!({ "duration": duration }))
}

fn days(amount: u32) -> Value {
    json!({ "type": "period", "amount": amount, "unit": "day" })
}

async fn trial_end(company: &Company) -> Value {
    company.sub().await["status"]["trial"]["end"].clone()
}

#[tokio::test]
async fn trial_is_extended_from_its_current_end() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(company.act(EXTEND, by(days(10))).await, 200);

    assert_eq!(trial_end(&company).await, "2026-02-24T12:00:00.000Z");
    company.set_clock("2026-02-24T11:59:59.999Z");
    assert_eq!(company.sub().await["status"]["name"], "trial");
    company.set_clock("2026-02-24T12:00:00.000Z");
    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "active");
    let period = json!({ "start": "2026-02-24T12:00:00.000Z", "end": "2026-03-24T12:00:00.000Z" });
    assert_eq!(status["currentPeriod"], period);
}

#[tokio::test]
async fn extension_by_months_follows_the_calendar() {
    let company = Company::with_ann_in_trial().await;
    assert_eq!(
        company
            .act(EXTEND, by(until("2026-03-31T00:00:00.000Z")))
            .await,
        200
    );

    assert_eq!(company.act(EXTEND, by(months(1))).await, 200);

    assert_eq!(trial_end(&company).await, "2026-04-30T00:00:00.000Z");
}

#[tokio::test]
async fn trial_is_extended_to_a_later_date_only() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(
        company
            .act(EXTEND, by(until("2026-02-14T11:59:59.999Z")))
            .await,
        400
    );
    assert_eq!(trial_end(&company).await, "2026-02-14T12:00:00.000Z");
    assert_eq!(
        company
            .act(EXTEND, by(until("2026-03-01T00:00:00.000Z")))
            .await,
        200
    );
    assert_eq!(trial_end(&company).await, "2026-03-01T00:00:00.000Z");
    assert_eq!(
        company
            .act(EXTEND, by(until("2026-03-01T00:00:00.000Z")))
            .await,
        200
    );

    assert_eq!(company.outcomes(), ["applied", "repeated"]);
}

#[tokio::test]
async fn same_length_within_a_day_is_a_repetition() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(company.act(EXTEND, by(days(7))).await, 200);
    company.set_clock("2026-02-01T11:59:59.999Z");
    assert_eq!(company.act(EXTEND, by(days(7))).await, 200);
    assert_eq!(trial_end(&company).await, "2026-02-21T12:00:00.000Z");
    // One day after the first extension, but not after the last one.
    company.set_clock("2026-02-01T12:00:00.000Z");
    assert_eq!(company.act(EXTEND, by(days(7))).await, 200);

    assert_eq!(trial_end(&company).await, "2026-02-28T12:00:00.000Z");
    assert_eq!(company.outcomes(), ["applied", "repeated", "applied"]);
}

#[tokio::test]
async fn another_length_is_another_request() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(company.act(EXTEND, by(days(7))).await, 200);
    assert_eq!(company.act(EXTEND, by(days(1))).await, 200);

    assert_eq!(trial_end(&company).await, "2026-02-22T12:00:00.000Z");
}

#[tokio::test]
async fn only_a_trial_is_extended() {
    let company = Company::with_ann().await;
    assert_eq!(company.act(EXTEND, by(days(7))).await, 409);

    let company = Company::with_ann_in_trial().await;
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(company.act(EXTEND, by(days(7))).await, 409);

    let company = Company::with_ann_in_trial().await;
    assert_eq!(company.act(EXTEND, by(days(7))).await, 200);
    assert_eq!(
        company
            .act(
                "subscription/cancel",
                sub_with(json!({ "scheduledAt": "immediate" }))
            )
            .await,
        200
    );
    assert_eq!(company.act(EXTEND, by(days(7))).await, 409);

    let company = Company::with_ann_in_trial().await;
    assert_eq!(
        company
            .act(
                "subscription/cancel",
                sub_with(json!({ "scheduledAt": "end-of-period" }))
            )
            .await,
        200
    );
    assert_eq!(company.act(EXTEND, by(days(7))).await, 409);
}
