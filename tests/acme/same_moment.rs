//! Several changes that are due at one moment, ends of periods that move, and billing days. The
//! numbers are those of `docs/billing-rules.md`.

use churnkey::{Mode, Timestamp};
use serde_json::{Value, json};

use acme::billing::Subscription;

use crate::company::{Company, moment, months, sub_with};

const END: &str = "2026-02-28T12:00:00.000Z";

async fn act(company: &Company, action: &str, fields: Value) -> u16 {
    let action = format!("subscription/{action}");
    company.act(&action, sub_with(fields)).await
}

fn at_the_end(action: &str) -> Value {
    match action {
        "pause" => json!({ "startAt": "end-of-period", "duration": months(1) }),
        "change-price" => {
            json!({ "id": "price_support_quarterly_usd", "scheduledAt": "end-of-period" })
        }
        "apply-coupon" => json!({ "id": "coupon_welcome" }),
        _ => json!({ "scheduledAt": "end-of-period" }),
    }
}

async fn period(company: &Company) -> [String; 2] {
    let status = company.sub().await["status"].clone();
    ["start", "end"].map(|side| status["currentPeriod"][side].as_str().unwrap().to_owned())
}

/// Rule 7.
#[tokio::test]
async fn order_of_requests_does_not_matter() {
    let orders = [
        ["pause", "change-price", "apply-coupon"],
        ["pause", "apply-coupon", "change-price"],
        ["change-price", "pause", "apply-coupon"],
        ["change-price", "apply-coupon", "pause"],
        ["apply-coupon", "pause", "change-price"],
        ["apply-coupon", "change-price", "pause"],
    ];
    for order in orders {
        let company = Company::with_ann().await;
        for action in order {
            assert_eq!(act(&company, action, at_the_end(action)).await, 200);
        }
        company.set_clock(END);
        let sub = company.sub().await;
        assert_eq!(sub["status"]["name"], "paused", "{order:?}");
        let price = &sub["items"][0]["price"]["id"];
        assert_eq!(*price, "price_support_quarterly_usd", "{order:?}");

        // The first charge after the pause has the discount, and the next one does not.
        company.set_clock("2026-03-28T12:00:00.000Z");
        let sub = company.sub().await;
        let next = "2026-06-30T12:00:00.000Z";
        assert_eq!(sub["status"]["currentPeriod"]["end"], next, "{order:?}");
        assert_eq!(sub["discounts"][0]["end"], next, "{order:?}");
    }
}

/// Rule 7.
#[tokio::test]
async fn cancellation_comes_before_everything_else() {
    let company = Company::with_ann().await;
    for action in ["pause", "change-price", "apply-coupon", "cancel"] {
        assert_eq!(act(&company, action, at_the_end(action)).await, 200);
    }

    company.set_clock(END);
    let sub = company.sub().await;
    assert_eq!(sub["status"]["name"], "canceled");
    assert_eq!(sub["status"]["canceledAt"], END);
    assert_eq!(sub["items"][0]["price"]["id"], "price_desk_monthly_usd");
    assert_eq!(sub["discounts"], Value::Null);
    assert_eq!(period(&company).await, ["2026-01-31T12:00:00.000Z", END]);
}

/// Rule 5.
#[tokio::test]
async fn scheduled_pause_moves_with_a_longer_cycle() {
    let company = Company::with_ann().await;
    assert_eq!(act(&company, "pause", at_the_end("pause")).await, 200);
    company.set_clock("2026-02-10T12:00:00.000Z");
    let quarterly = json!({ "id": "price_support_quarterly_usd", "scheduledAt": "immediate" });
    assert_eq!(act(&company, "change-price", quarterly).await, 200);

    for (now, name) in [
        (END, "active"),
        ("2026-05-10T11:59:59.999Z", "active"),
        ("2026-05-10T12:00:00.000Z", "paused"),
        ("2026-06-10T12:00:00.000Z", "active"),
    ] {
        company.set_clock(now);
        assert_eq!(company.sub().await["status"]["name"], name, "{now}");
    }
}

/// Rules 5 and 14.
#[tokio::test]
async fn scheduled_cancellation_moves_with_the_end_of_a_pause() {
    let company = Company::open().await;
    company.add_customer("ann").await;
    company
        .subscribe("sub", "ann", "price_desk_annual_usd")
        .await;
    company.set_clock("2026-03-01T00:00:00.000Z");
    let pause = json!({ "startAt": "immediate", "duration": months(2), "allowAnnual": true });
    assert_eq!(act(&company, "pause", pause).await, 200);
    company.set_clock("2026-03-05T00:00:00.000Z");
    assert_eq!(act(&company, "cancel", at_the_end("cancel")).await, 200);
    assert_eq!(period(&company).await[1], "2027-04-02T12:00:00.000Z");

    company.set_clock("2026-03-11T00:00:00.000Z");
    let cancel = json!({ "scheduledAt": "end-of-period", "unpause": true });
    assert_eq!(act(&company, "cancel", cancel).await, 200);

    // The pause lasted for ten days.
    let end = "2027-02-10T12:00:00.000Z";
    assert_eq!(period(&company).await[1], end);
    company.set_clock("2027-02-10T11:59:59.999Z");
    assert_eq!(company.sub().await["status"]["name"], "active");
    company.set_clock(end);
    assert_eq!(company.sub().await["status"]["canceledAt"], end);
}

/// Rules 3 and 13.
#[tokio::test]
async fn billing_days_after_the_28th_survive_every_action() {
    let monthly = "price_insights_monthly_usd";
    let actions = [
        ("apply-coupon", at_the_end("apply-coupon")),
        (
            "change-price",
            json!({ "id": monthly, "scheduledAt": "immediate", "prorate": true }),
        ),
        (
            "change-price",
            json!({ "id": monthly, "scheduledAt": "end-of-period" }),
        ),
        ("pause", at_the_end("pause")),
        ("extend-trial", json!({ "duration": months(1) })),
    ];
    for day in [29, 30, 31] {
        for (action, fields) in &actions {
            let company = Company::open().await;
            company.add_customer("ann").await;
            // A trial that is extended by a month ends on the same day as a period.
            let (start, trial_end, now) = match *action {
                "extend-trial" => (
                    "2025-12-01".to_owned(),
                    Some(format!("2025-12-{day}")),
                    "2025-12-20",
                ),
                _ => (format!("2026-01-{day}"), None, "2026-02-10"),
            };
            let noon = |date: &str| moment(&format!("{date}T12:00:00.000Z"));
            add(&company, noon(&start), trial_end.as_deref().map(noon)).await;
            company.set_time(noon(now));
            assert_eq!(act(&company, action, fields.clone()).await, 200, "{action}");

            company.set_clock("2026-06-15T00:00:00.000Z");
            let expected = [
                format!("2026-05-{day}T12:00:00.000Z"),
                format!("2026-06-{}T12:00:00.000Z", day.min(30)),
            ];
            assert_eq!(period(&company).await, expected, "{action} {day}");
        }
    }
}

async fn add(company: &Company, start: Timestamp, trial_end: Option<Timestamp>) {
    let added = company.acme.ledger(Mode::Test).write(move |books| {
        let price = books.price(&"price_desk_monthly_usd".into())?.unwrap();
        let subscription = Subscription::begin("sub", "ann", price, 3, start, trial_end)?;
        books.add_subscription(&subscription)
    });
    added.await.unwrap();
}
