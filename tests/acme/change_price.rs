use serde_json::{Value, json};

use crate::company::{Company, sub_with};

const CHANGE: &str = "subscription/change-price";

fn to(price: &str, schedule: &str) -> Value {
    sub_with(json!({ "id": price, "scheduledAt": schedule }))
}

fn prorated(price: &str, schedule: &str) -> Value {
    sub_with(json!({ "id": price, "scheduledAt": schedule, "prorate": true }))
}

async fn price_of_sub(company: &Company) -> Value {
    company.sub().await["items"][0]["price"]["id"].clone()
}

/// Returns credit, charge and amount of each proration.
fn prorations(company: &Company) -> Vec<(i64, i64, i64)> {
    let credits = company.select("SELECT credit FROM prorations ORDER BY number");
    let charges = company.select("SELECT charge FROM prorations ORDER BY number");
    let amounts = company.select("SELECT amount FROM prorations ORDER BY number");
    credits
        .into_iter()
        .zip(charges)
        .zip(amounts)
        .map(|((credit, charge), amount)| (credit, charge, amount))
        .collect()
}

#[tokio::test]
async fn price_with_same_cycle_keeps_the_current_period() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-10T00:00:00.000Z");
    let period = company.sub().await["status"]["currentPeriod"].clone();

    assert_eq!(
        company
            .act(CHANGE, to("price_insights_monthly_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(price_of_sub(&company).await, "price_insights_monthly_usd");
    assert_eq!(company.sub().await["status"]["currentPeriod"], period);
    assert_eq!(prorations(&company), []);
}

#[tokio::test]
async fn price_with_another_cycle_starts_a_new_period() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-10T00:00:00.000Z");

    assert_eq!(
        company
            .act(CHANGE, to("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    let sub = company.sub().await;
    assert_eq!(sub["duration"], json!({ "amount": 1, "unit": "year" }));
    let period = json!({ "start": "2026-02-10T00:00:00.000Z", "end": "2027-02-10T00:00:00.000Z" });
    assert_eq!(sub["status"]["currentPeriod"], period);
}

#[tokio::test]
async fn end_of_period_change_takes_effect_at_period_end() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(CHANGE, to("price_desk_annual_usd", "end-of-period"))
            .await,
        200
    );

    company.set_clock("2026-02-28T11:59:59.999Z");
    assert_eq!(price_of_sub(&company).await, "price_desk_monthly_usd");
    company.set_clock("2026-03-05T00:00:00.000Z");
    assert_eq!(price_of_sub(&company).await, "price_desk_annual_usd");
    let period = json!({ "start": "2026-02-28T12:00:00.000Z", "end": "2027-02-28T12:00:00.000Z" });
    assert_eq!(company.sub().await["status"]["currentPeriod"], period);
}

#[tokio::test]
async fn change_during_a_trial_keeps_the_trial() {
    let company = Company::with_ann_in_trial().await;
    let trial = company.sub().await["status"].clone();

    assert_eq!(
        company
            .act(CHANGE, prorated("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(company.sub().await["status"], trial);
    assert_eq!(prorations(&company), []);
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["currentPeriod"]["end"],
        "2027-02-14T12:00:00.000Z"
    );
}

#[tokio::test]
async fn change_scheduled_in_trial_starts_with_first_period() {
    let company = Company::with_ann_in_trial().await;

    assert_eq!(
        company
            .act(CHANGE, to("price_desk_annual_usd", "end-of-period"))
            .await,
        200
    );

    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(price_of_sub(&company).await, "price_desk_annual_usd");
    let status = company.sub().await["status"].clone();
    assert_eq!(status["name"], "active");
    let period = json!({ "start": "2026-02-14T12:00:00.000Z", "end": "2027-02-14T12:00:00.000Z" });
    assert_eq!(status["currentPeriod"], period);
}

#[tokio::test]
async fn period_credited_during_pause_does_not_resume() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-14T12:00:00.000Z");
    let pause = json!({ "startAt": "immediate", "duration": { "type": "date", "date": "2026-02-20T00:00:00.000Z" } });
    assert_eq!(
        company.act("subscription/pause", sub_with(pause)).await,
        200
    );

    assert_eq!(
        company
            .act(CHANGE, prorated("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(prorations(&company), [(2850, 0, -2850)]);
    company.set_clock("2026-02-20T00:00:00.000Z");
    let period = json!({ "start": "2026-02-20T00:00:00.000Z", "end": "2027-02-20T00:00:00.000Z" });
    assert_eq!(company.sub().await["status"]["currentPeriod"], period);
}

#[tokio::test]
async fn trial_within_a_pause_is_not_prorated_or_shortened() {
    let company = Company::with_ann_in_trial().await;
    let pause = json!({ "startAt": "immediate", "duration": { "type": "date", "date": "2026-02-10T00:00:00.000Z" } });
    assert_eq!(
        company.act("subscription/pause", sub_with(pause)).await,
        200
    );

    assert_eq!(
        company
            .act(CHANGE, prorated("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(prorations(&company), []);
    company.set_clock("2026-02-10T00:00:00.000Z");
    assert_eq!(company.sub().await["status"]["name"], "trial");
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["currentPeriod"]["end"],
        "2027-02-14T12:00:00.000Z"
    );
}

#[tokio::test]
async fn cycle_changed_during_pause_starts_after_the_pause() {
    let company = Company::with_ann().await;
    let pause = json!({ "startAt": "immediate", "duration": { "type": "date", "date": "2026-04-10T00:00:00.000Z" } });
    assert_eq!(
        company.act("subscription/pause", sub_with(pause)).await,
        200
    );

    assert_eq!(
        company
            .act(CHANGE, to("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(company.sub().await["status"]["name"], "paused");
    company.set_clock("2026-04-10T00:00:00.000Z");
    assert_eq!(
        company.sub().await["status"]["currentPeriod"]["end"],
        "2027-04-10T00:00:00.000Z"
    );
}

#[tokio::test]
async fn billing_day_survives_a_short_month() {
    let company = Company::with_ann().await;

    company.set_clock("2026-03-01T00:00:00.000Z");
    let period = json!({ "start": "2026-02-28T12:00:00.000Z", "end": "2026-03-31T12:00:00.000Z" });
    assert_eq!(company.sub().await["status"]["currentPeriod"], period);
    company.set_clock("2028-02-29T12:00:00.000Z");
    let period = json!({ "start": "2028-02-29T12:00:00.000Z", "end": "2028-03-31T12:00:00.000Z" });
    assert_eq!(company.sub().await["status"]["currentPeriod"], period);
}

#[tokio::test]
async fn half_a_period_left_prorates_both_prices_by_half() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-14T12:00:00.000Z");

    assert_eq!(
        company
            .act(CHANGE, prorated("price_insights_monthly_usd", "immediate"))
            .await,
        200
    );

    // The rest of the period is 14 of 28 days, for 3 seats at 1900 and 3 reports at 500 in the
    // first tier.
    assert_eq!(prorations(&company), [(2850, 750, -2100)]);
    assert_eq!(
        company.select::<String>("SELECT currency FROM prorations"),
        ["USD"]
    );
    assert_eq!(
        company.select::<String>("SELECT from_price_id FROM prorations"),
        ["price_desk_monthly_usd"]
    );
    assert_eq!(
        company.select::<String>("SELECT to_price_id FROM prorations"),
        ["price_insights_monthly_usd"]
    );
}

#[tokio::test]
async fn shares_are_rounded_to_the_nearest_minor_unit() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-09T12:00:00.000Z");

    assert_eq!(
        company
            .act(CHANGE, prorated("price_insights_monthly_usd", "immediate"))
            .await,
        200
    );

    // 5700 * 19 / 28 = 3867.86, and 1500 * 19 / 28 = 1017.86.
    assert_eq!(prorations(&company), [(3868, 1018, -2850)]);
}

#[tokio::test]
async fn half_a_minor_unit_is_rounded_up() {
    let company = Company::with_ann().await;
    // 28 of 672 hours are left: 5700 / 24 = 237.5, and 1500 / 24 = 62.5.
    company.set_clock("2026-02-27T08:00:00.000Z");

    assert_eq!(
        company
            .act(CHANGE, prorated("price_insights_monthly_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(prorations(&company), [(238, 63, -175)]);
}

#[tokio::test]
async fn price_with_another_cycle_only_credits_the_old_price() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-14T12:00:00.000Z");

    assert_eq!(
        company
            .act(CHANGE, prorated("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(prorations(&company), [(2850, 0, -2850)]);
}

#[tokio::test]
async fn end_of_period_change_is_not_prorated() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(
                CHANGE,
                prorated("price_insights_monthly_usd", "end-of-period")
            )
            .await,
        200
    );

    company.set_clock("2026-03-05T00:00:00.000Z");
    assert_eq!(price_of_sub(&company).await, "price_insights_monthly_usd");
    assert_eq!(prorations(&company), []);
}

#[tokio::test]
async fn repeated_change_is_made_and_prorated_once() {
    let company = Company::with_ann().await;
    company.set_clock("2026-02-14T12:00:00.000Z");

    assert_eq!(
        company
            .act(CHANGE, prorated("price_desk_annual_usd", "immediate"))
            .await,
        200
    );
    let changed = company.sub().await;
    company.set_clock("2026-02-14T12:00:05.000Z");
    assert_eq!(
        company
            .act(CHANGE, prorated("price_desk_annual_usd", "immediate"))
            .await,
        200
    );

    assert_eq!(company.sub().await, changed);
    assert_eq!(prorations(&company).len(), 1);
    assert_eq!(company.outcomes(), ["applied", "repeated"]);
}

#[tokio::test]
async fn repeated_scheduled_change_is_scheduled_once() {
    let company = Company::with_ann().await;

    for _ in 0..2 {
        assert_eq!(
            company
                .act(CHANGE, to("price_desk_annual_usd", "end-of-period"))
                .await,
            200
        );
    }

    assert_eq!(company.outcomes(), ["applied", "repeated"]);
}

#[tokio::test]
async fn change_to_current_price_cancels_the_scheduled_change() {
    let company = Company::with_ann().await;
    assert_eq!(
        company
            .act(CHANGE, to("price_desk_annual_usd", "end-of-period"))
            .await,
        200
    );

    assert_eq!(
        company
            .act(CHANGE, to("price_desk_monthly_usd", "end-of-period"))
            .await,
        200
    );

    company.set_clock("2026-03-05T00:00:00.000Z");
    assert_eq!(price_of_sub(&company).await, "price_desk_monthly_usd");
    assert_eq!(company.outcomes(), ["applied", "applied"]);
}

#[tokio::test]
async fn immediate_change_replaces_the_scheduled_one() {
    let company = Company::with_ann().await;
    assert_eq!(
        company
            .act(CHANGE, to("price_desk_annual_usd", "end-of-period"))
            .await,
        200
    );

    assert_eq!(
        company
            .act(CHANGE, to("price_insights_monthly_usd", "immediate"))
            .await,
        200
    );

    company.set_clock("2026-03-05T00:00:00.000Z");
    assert_eq!(price_of_sub(&company).await, "price_insights_monthly_usd");
}

#[tokio::test]
async fn unknown_price_is_404_and_other_currency_is_409() {
    let company = Company::with_ann().await;

    assert_eq!(
        company
            .act(CHANGE, to("price_nobody_made", "immediate"))
            .await,
        404
    );
    assert_eq!(
        company
            .act(CHANGE, to("price_desk_monthly_eur", "immediate"))
            .await,
        409
    );

    assert_eq!(price_of_sub(&company).await, "price_desk_monthly_usd");
    assert!(company.outcomes().is_empty());
}

#[tokio::test]
async fn canceled_or_ending_subscription_keeps_its_price() {
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
            company
                .act(CHANGE, to("price_desk_annual_usd", "immediate"))
                .await,
            409,
            "{schedule}"
        );
    }
}
