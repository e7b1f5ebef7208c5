//! What is promised to Churnkey, on the made-up customers of test mode.

mod fresh;

use churnkey::{Duration, Integration, Mode, Pause, Schedule, Subscription, TimeUnit};

use fresh::Fresh;
use my_provider::Billing;
use my_provider::actions::pause;
use my_provider::controllers::subscription;

const TOKEN: &str = "a-token-for-tests";

/// What pressing *Verify* at Churnkey would tell, and more.
#[tokio::test]
async fn churnkey_finds_no_fault() {
    let fresh = Fresh::start().await;
    churnkey_verify::check(Billing::router(fresh.billing(), TOKEN))
        .token(TOKEN)
        .actions(true)
        .await
        .unwrap();
    fresh.end().await;
}

#[tokio::test]
async fn a_pause_that_arrives_twice_is_applied_once() {
    let fresh = Fresh::start().await;
    let billing = fresh.billing();
    pause(&billing, months(2), Mode::Test).await.unwrap();
    let paused = first_subscription(&billing).await;
    assert_eq!(paused.status.name(), "paused");

    pause(&billing, months(2), Mode::Test).await.unwrap();
    assert_eq!(first_subscription(&billing).await, paused);
    fresh.end().await;
}

#[tokio::test]
async fn of_two_different_pauses_at_once_one_is_refused() {
    let fresh = Fresh::start().await;
    let billing = fresh.billing();
    let (one, other) = tokio::join!(
        pause(&billing, months(2), Mode::Test),
        pause(&billing, months(3), Mode::Test),
    );
    let refused = one.and(other).unwrap_err();
    assert_eq!(refused.status(), 409);
    assert_eq!(first_subscription(&billing).await.status.name(), "paused");
    fresh.end().await;
}

#[tokio::test]
async fn what_is_there_in_test_mode_is_not_there_in_live_mode() {
    let fresh = Fresh::start().await;
    let refused = pause(&fresh.billing(), months(2), Mode::Live).await;
    assert_eq!(refused.unwrap_err().status(), 404);
    fresh.end().await;
}

fn months(amount: u32) -> Pause {
    let unit = TimeUnit::Month;
    let duration = Duration::Period { amount, unit };
    Pause::new("cus_1", "sub_1", Schedule::Immediate, duration)
}

async fn first_subscription(billing: &Billing) -> Subscription {
    let found = subscription(billing, "cus_1".into(), "sub_1".into(), Mode::Test).await;
    found.unwrap().unwrap()
}
