//! Sequences of changes in which money could be lost. The numbers are those of
//! `docs/billing-rules.md`.

use serde_json::{Value, json};

use crate::company::{Company, months, sub_with, until};

async fn act(company: &Company, action: &str, fields: Value) -> u16 {
    company
        .act(&format!("subscription/{action}"), sub_with(fields))
        .await
}

async fn pause(company: &Company, start: &str, duration: Value) -> u16 {
    let fields = json!({ "startAt": start, "duration": duration });
    act(company, "pause", fields).await
}

async fn change(company: &Company, price: &str, schedule: &str, prorate: bool) -> u16 {
    let fields = json!({ "id": price, "scheduledAt": schedule, "prorate": prorate });
    act(company, "change-price", fields).await
}

async fn status(company: &Company) -> Value {
    company.sub().await["status"].clone()
}

/// The sum that was charged last, from the file. An action that changes nothing stores it.
async fn paid(company: &Company) -> i64 {
    assert_eq!(
        act(company, "cancel", json!({ "scheduledAt": "end-of-period" })).await,
        200
    );
    company.select("SELECT paid FROM subscriptions WHERE id = 'sub'")[0]
}

fn credits(company: &Company) -> Vec<i64> {
    company.select("SELECT credit FROM prorations ORDER BY number")
}

async fn annual() -> Company {
    let company = Company::open().await;
    company.add_customer("ann").await;
    company
        .subscribe("sub", "ann", "price_desk_annual_usd")
        .await;
    company
}

/// Rule 5.
#[tokio::test]
async fn scheduled_pause_moves_with_the_extended_trial() {
    let company = Company::with_ann_in_trial().await;
    assert_eq!(pause(&company, "end-of-period", months(1)).await, 200);
    assert_eq!(
        act(&company, "extend-trial", json!({ "duration": months(1) })).await,
        200
    );

    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(status(&company).await["name"], "trial");
    company.set_clock("2026-03-14T12:00:00.000Z");
    let paused = status(&company).await;
    assert_eq!(paused["name"], "paused");
    let dates = json!({ "start": "2026-03-14T12:00:00.000Z", "end": "2026-04-14T12:00:00.000Z" });
    assert_eq!(paused["pause"], dates);
    // A repetition of the request does not start a second pause.
    assert_eq!(pause(&company, "end-of-period", months(1)).await, 200);
    assert_eq!(company.outcomes(), ["applied", "applied", "repeated"]);
}

/// Rule 5.
#[tokio::test]
async fn scheduled_price_moves_with_the_extended_trial() {
    let company = Company::with_ann_in_trial().await;
    let (price, end) = ("price_desk_annual_usd", "end-of-period");
    assert_eq!(change(&company, price, end, false).await, 200);
    assert_eq!(
        act(&company, "extend-trial", json!({ "duration": months(1) })).await,
        200
    );

    company.set_clock("2026-03-01T00:00:00.000Z");
    let sub = company.sub().await;
    assert_eq!(sub["items"][0]["price"]["id"], "price_desk_monthly_usd");
    company.set_clock("2026-03-14T12:00:00.000Z");
    let sub = company.sub().await;
    assert_eq!(sub["items"][0]["price"]["id"], price);
    assert_eq!(
        sub["status"]["currentPeriod"]["end"],
        "2027-03-14T12:00:00.000Z"
    );
}

/// Rule 6.
#[tokio::test]
async fn extension_past_a_scheduled_pause_is_refused() {
    let company = Company::with_ann_in_trial().await;
    let date = until("2026-03-01T00:00:00.000Z");
    assert_eq!(pause(&company, "end-of-period", date).await, 200);

    let extended = act(&company, "extend-trial", json!({ "duration": months(1) })).await;

    assert_eq!(extended, 409);
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(status(&company).await["name"], "paused");
}

/// Rule 6.
#[tokio::test]
async fn longer_cycle_past_a_scheduled_pause_is_refused() {
    let company = Company::with_ann().await;
    let date = until("2026-03-10T00:00:00.000Z");
    assert_eq!(pause(&company, "end-of-period", date).await, 200);

    let quarterly = "price_support_quarterly_usd";
    assert_eq!(change(&company, quarterly, "immediate", true).await, 409);
    assert!(credits(&company).is_empty());
}

/// Rule 15.
#[tokio::test]
async fn coupon_for_one_charge_waits_for_the_extended_trial() {
    let company = Company::with_ann_in_trial().await;
    let welcome = json!({ "id": "coupon_welcome" });
    assert_eq!(act(&company, "apply-coupon", welcome).await, 200);
    assert_eq!(
        act(&company, "extend-trial", json!({ "duration": months(3) })).await,
        200
    );

    company.set_clock("2026-05-14T12:00:00.000Z");
    let sub = company.sub().await;
    let start = &sub["status"]["currentPeriod"]["start"];
    assert_eq!(*start, "2026-05-14T12:00:00.000Z", "the first charge");
    assert_eq!(sub["discounts"][0]["coupon"]["id"], "coupon_welcome");
    assert_eq!(sub["discounts"][0]["end"], "2026-06-14T12:00:00.000Z");
    assert_eq!(paid(&company).await, 4560);
}

/// Rule 15.
#[tokio::test]
async fn pause_does_not_swallow_a_discount() {
    let company = Company::with_ann().await;
    let welcome = json!({ "id": "coupon_welcome" });
    assert_eq!(act(&company, "apply-coupon", welcome).await, 200);
    assert_eq!(pause(&company, "immediate", months(4)).await, 200);

    company.set_clock("2026-05-30T00:00:00.000Z");
    let end = company.sub().await["discounts"][0]["end"].clone();
    assert_eq!(end, "2026-06-30T12:00:00.000Z");
    company.set_clock("2026-05-31T12:00:00.000Z");
    assert_eq!(
        company.sub().await["discounts"][0]["coupon"]["id"],
        "coupon_welcome"
    );
    assert_eq!(paid(&company).await, 4560);
}

/// Rule 15.
#[tokio::test]
async fn discount_ends_with_its_last_charge() {
    let company = Company::with_ann().await;
    let two = json!({ "id": "coupon_two_invoices" });
    assert_eq!(act(&company, "apply-coupon", two.clone()).await, 200);

    company.set_clock("2026-04-29T00:00:00.000Z");
    assert_eq!(
        company.sub().await["discounts"][0]["coupon"]["id"],
        "coupon_two_invoices"
    );
    company.set_clock("2026-04-30T12:00:00.000Z");
    assert_eq!(company.sub().await["discounts"], Value::Null);
    assert_eq!(act(&company, "apply-coupon", two).await, 409);
    assert_eq!(paid(&company).await, 5700);
}

/// Rule 7.
#[tokio::test]
async fn nothing_is_charged_as_a_pause_starts() {
    let company = Company::with_ann().await;
    let (price, end) = ("price_desk_annual_usd", "end-of-period");
    assert_eq!(change(&company, price, end, false).await, 200);
    assert_eq!(pause(&company, end, months(1)).await, 200);

    company.set_clock("2026-02-28T12:00:00.000Z");
    let sub = company.sub().await;
    assert_eq!(sub["status"]["name"], "paused");
    assert_eq!(
        sub["status"]["currentPeriod"]["start"],
        "2026-01-31T12:00:00.000Z"
    );
    assert_eq!(sub["items"][0]["price"]["id"], price);
    company.set_clock("2026-03-28T12:00:00.000Z");
    let start = status(&company).await["currentPeriod"]["start"].clone();
    assert_eq!(start, "2026-03-28T12:00:00.000Z");
}

/// Rule 13.
#[tokio::test]
async fn billing_day_31_survives_a_pause_from_february() {
    let company = Company::with_ann().await;
    assert_eq!(pause(&company, "end-of-period", months(1)).await, 200);

    for (now, start, end) in [
        ("2026-03-29", "2026-03-28", "2026-04-30"),
        ("2026-05-01", "2026-04-30", "2026-05-31"),
        ("2027-03-01", "2027-02-28", "2027-03-31"),
    ] {
        company.set_clock(&format!("{now}T00:00:00.000Z"));
        let noon = |day| format!("{day}T12:00:00.000Z");
        let period = json!({ "start": noon(start), "end": noon(end) });
        assert_eq!(status(&company).await["currentPeriod"], period);
    }
}

/// Rule 3.
#[tokio::test]
async fn billing_day_31_survives_a_change_of_cycle() {
    let company = Company::with_ann().await;
    let quarterly = "price_support_quarterly_usd";
    assert_eq!(
        change(&company, quarterly, "end-of-period", false).await,
        200
    );

    company.set_clock("2026-03-01T00:00:00.000Z");
    let period = json!({ "start": "2026-02-28T12:00:00.000Z", "end": "2026-05-31T12:00:00.000Z" });
    assert_eq!(status(&company).await["currentPeriod"], period);
}

/// Rule 14.
#[tokio::test]
async fn scheduled_pause_bars_an_annual_price_at_once() {
    let company = Company::with_ann().await;
    assert_eq!(pause(&company, "end-of-period", months(1)).await, 200);

    let annual = "price_desk_annual_usd";
    assert_eq!(change(&company, annual, "immediate", true).await, 409);
    company.set_clock("2026-02-28T12:00:00.000Z");
    assert_eq!(status(&company).await["name"], "paused");
}

/// Rule 14.
#[tokio::test]
async fn annual_term_grows_by_its_pause() {
    let company = annual().await;
    company.set_clock("2026-03-01T00:00:00.000Z");
    let fields = json!({ "startAt": "immediate", "duration": months(2), "allowAnnual": true });
    assert_eq!(act(&company, "pause", fields).await, 200);

    // 61 days after 31 January 2027.
    let end = status(&company).await["currentPeriod"]["end"].clone();
    assert_eq!(end, "2027-04-02T12:00:00.000Z");
    company.set_clock("2026-03-11T00:00:00.000Z");
    let fields = json!({ "scheduledAt": "end-of-period", "unpause": true });
    assert_eq!(act(&company, "cancel", fields).await, 200);
    // The pause lasted for ten days.
    let end = status(&company).await["currentPeriod"]["end"].clone();
    assert_eq!(end, "2027-02-10T12:00:00.000Z");
}

/// Rule 14.
#[tokio::test]
async fn credit_leaves_out_the_pause_of_an_annual_term() {
    let company = annual().await;
    let fields = json!({ "startAt": "immediate", "duration": months(6), "allowAnnual": true });
    assert_eq!(act(&company, "pause", fields).await, 200);
    company.set_clock("2026-04-01T00:00:00.000Z");

    let monthly = "price_desk_monthly_usd";
    assert_eq!(change(&company, monthly, "immediate", true).await, 200);
    assert_eq!(credits(&company), [57_000]);
}

/// Rule 21.
#[tokio::test]
async fn discounted_period_is_credited_as_charged() {
    let company = Company::with_ann_in_trial().await;
    let welcome = json!({ "id": "coupon_welcome" });
    assert_eq!(act(&company, "apply-coupon", welcome).await, 200);

    // Half of the period from 14 February to 14 March, and a quarter.
    company.set_clock("2026-02-28T12:00:00.000Z");
    let (other, desk) = ("price_insights_monthly_usd", "price_desk_monthly_usd");
    assert_eq!(change(&company, other, "immediate", true).await, 200);
    company.set_clock("2026-03-07T12:00:00.000Z");
    assert_eq!(change(&company, desk, "immediate", true).await, 200);

    // 20 % off 5700 is 4560, and 20 % off 1500 is 1200.
    let select =
        |column| company.select::<i64>(&format!("SELECT {column} FROM prorations ORDER BY number"));
    assert_eq!(select("credit"), [2280, 300]);
    assert_eq!(select("charge"), [600, 1140]);
}

/// Rule 21.
#[tokio::test]
async fn price_without_proration_is_credited_as_charged() {
    let company = Company::with_ann().await;
    let (other, desk) = ("price_insights_monthly_usd", "price_desk_annual_usd");
    assert_eq!(change(&company, other, "immediate", false).await, 200);
    company.set_clock("2026-02-14T12:00:00.000Z");
    assert_eq!(change(&company, desk, "immediate", true).await, 200);

    assert_eq!(credits(&company), [2850]);
}

/// Rule 23.
#[tokio::test]
async fn unpaid_period_is_not_credited() {
    let company = Company::open().await;
    company.add_customer("ann").await;
    let price = "price_desk_monthly_usd";
    company
        .subscribe_with("sub", "ann", price, None, |sub| sub.unpaid = true)
        .await;
    company.set_clock("2026-02-14T12:00:00.000Z");

    let annual = "price_desk_annual_usd";
    assert_eq!(change(&company, annual, "immediate", true).await, 409);
    assert_eq!(change(&company, annual, "immediate", false).await, 200);
    assert!(credits(&company).is_empty());
}

/// Rule 17.
#[tokio::test]
async fn discount_of_the_customer_reduces_what_is_left() {
    let company = Company::with_ann().await;
    company
        .file()
        .execute(
            "INSERT INTO customer_discounts (mode, customer_id, coupon_id, started_at)
             VALUES ('test', 'ann', 'coupon_loyal', 0)",
            [],
        )
        .unwrap();
    let two = json!({ "id": "coupon_two_invoices" });
    assert_eq!(act(&company, "apply-coupon", two).await, 200);

    company.set_clock("2026-02-28T12:00:00.000Z");
    // A tenth of 5700 - 500 is 520.
    assert_eq!(paid(&company).await, 4680);
}
