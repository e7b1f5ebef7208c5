use std::sync::Arc;

use churnkey::model::{CouponDuration, Percent, Redemptions};
use churnkey::{Coupon, Mode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::company::{Company, moment, sub_with};

const APPLY: &str = "subscription/apply-coupon";

fn coupon(id: &str) -> Value {
    sub_with(json!({ "id": id }))
}

async fn redemptions(company: &Company, id: &str) -> Value {
    company.get(&format!("/coupons/{id}")).await.1["redemptions"]["current"].clone()
}

async fn add_coupon(company: &Company, change: impl FnOnce(Coupon) -> Coupon) {
    let coupon = Coupon::new("mine", CouponDuration::Once, Percent::new(10.0).unwrap())
        .code("MINE")
        .name("Mine");
    let coupon = change(coupon);
    company
        .acme
        .ledger(Mode::Test)
        .write(move |books| books.add_coupon(&coupon))
        .await
        .unwrap();
}

#[tokio::test]
async fn coupon_becomes_a_discount_and_counts_as_redeemed() {
    let company = Company::with_ann().await;
    let before = redemptions(&company, "coupon_welcome").await;

    assert_eq!(company.act(APPLY, coupon("coupon_welcome")).await, 200);

    let discounts = company.sub().await["discounts"].clone();
    assert_eq!(discounts.as_array().unwrap().len(), 1);
    assert_eq!(discounts[0]["coupon"]["id"], "coupon_welcome");
    assert_eq!(discounts[0]["start"], "2026-01-31T12:00:00.000Z");
    assert_eq!(
        redemptions(&company, "coupon_welcome").await,
        before.as_u64().unwrap() + 1
    );
}

#[tokio::test]
async fn discount_lasts_for_the_duration_of_its_coupon() {
    // The period ends on 28 February. The first charge is on this day. The next charge, on 31
    // March, is made without the discount.
    for (id, price, end) in [
        (
            "coupon_welcome",
            "price_desk_monthly_usd",
            Some("2026-03-31T12:00:00.000Z"),
        ),
        (
            "coupon_two_invoices",
            "price_desk_monthly_usd",
            Some("2026-04-30T12:00:00.000Z"),
        ),
        (
            "coupon_two_invoices",
            "price_desk_annual_usd",
            Some("2029-01-31T12:00:00.000Z"),
        ),
        (
            "coupon_stay",
            "price_desk_monthly_usd",
            Some("2026-04-30T12:00:00.000Z"),
        ),
        (
            "coupon_year",
            "price_desk_monthly_usd",
            Some("2027-01-31T12:00:00.000Z"),
        ),
        ("coupon_loyal", "price_desk_monthly_usd", None),
    ] {
        let company = Company::open().await;
        company.add_customer("ann").await;
        company.subscribe("sub", "ann", price).await;

        assert_eq!(company.act(APPLY, coupon(id)).await, 200);

        assert_eq!(
            company.sub().await["discounts"][0]["end"].as_str(),
            end,
            "{id} {price}"
        );
    }
}

#[tokio::test]
async fn coupon_cannot_be_reused_after_its_discount_ends() {
    let company = Company::with_ann().await;
    assert_eq!(company.act(APPLY, coupon("coupon_stay")).await, 200);

    company.set_clock("2026-04-30T12:00:00.000Z");

    assert_eq!(company.sub().await["discounts"], Value::Null);
    assert_eq!(company.act(APPLY, coupon("coupon_stay")).await, 409);
}

#[tokio::test]
async fn coupon_applied_twice_is_redeemed_once() {
    let company = Company::with_ann().await;
    add_coupon(&company, |mine| {
        mine.redemptions(Redemptions::new().max(1_u64))
            .expires_at(moment("2026-02-02T00:00:00.000Z"))
    })
    .await;
    assert_eq!(company.act(APPLY, coupon("mine")).await, 200);
    let discounted = company.sub().await;

    assert_eq!(company.act(APPLY, coupon("mine")).await, 200);
    company.set_clock("2026-02-03T00:00:00.000Z");
    assert_eq!(company.act(APPLY, coupon("mine")).await, 200);

    assert_eq!(company.sub().await, discounted);
    assert_eq!(redemptions(&company, "mine").await, 1);
    assert_eq!(company.outcomes(), ["applied", "repeated", "repeated"]);
}

#[tokio::test]
async fn coupon_expires_at_its_expiry_time() {
    let company = Company::with_ann().await;
    add_coupon(&company, |mine| {
        mine.expires_at(moment("2026-02-02T00:00:00.000Z"))
    })
    .await;

    company.set_clock("2026-02-02T00:00:00.000Z");
    assert_eq!(company.act(APPLY, coupon("mine")).await, 409);
    company.set_clock("2026-02-01T23:59:59.999Z");
    assert_eq!(company.act(APPLY, coupon("mine")).await, 200);
}

#[tokio::test]
async fn rejected_coupon_is_not_counted_as_redeemed() {
    let company = Company::with_ann().await;

    for (id, status) in [
        ("coupon_nobody_made", 404),
        ("coupon_expired", 409),
        ("coupon_used_up", 409),
        ("coupon_seat", 409),
    ] {
        assert_eq!(company.act(APPLY, coupon(id)).await, status, "{id}");
    }

    assert_eq!(company.sub().await["discounts"], Value::Null);
    assert_eq!(redemptions(&company, "coupon_used_up").await, 5);
    assert_eq!(redemptions(&company, "coupon_expired").await, 0);
    assert_eq!(redemptions(&company, "coupon_seat").await, 0);
    assert!(company.outcomes().is_empty());
}

#[tokio::test]
async fn canceled_or_ending_subscription_rejects_coupons() {
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
            company.act(APPLY, coupon("coupon_welcome")).await,
            409,
            "{schedule}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_redemptions_stay_within_the_limit() {
    let company = Arc::new(Company::with_ann().await);
    add_coupon(&company, |mine| {
        mine.redemptions(Redemptions::new().max(3_u64))
    })
    .await;
    for number in 0..10 {
        company
            .subscribe(&format!("sub_{number}"), "ann", "price_desk_monthly_usd")
            .await;
    }

    let mut race = JoinSet::new();
    for number in 0..10 {
        let company = Arc::clone(&company);
        let body =
            json!({ "customerId": "ann", "subscriptionId": format!("sub_{number}"), "id": "mine" });
        race.spawn(async move { company.act(APPLY, body).await });
    }
    let mut statuses = race.join_all().await;

    statuses.sort_unstable();
    assert_eq!(statuses, [[200; 3].as_slice(), &[409; 7]].concat());
    assert_eq!(redemptions(&company, "mine").await, 3);
    assert_eq!(
        company
            .select::<i64>("SELECT count(*) FROM subscription_discounts WHERE coupon_id = 'mine'"),
        [3]
    );
}
