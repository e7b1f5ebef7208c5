//! Tests of the provider, with the example customers of test mode.

mod fresh;
mod simulation;

use churnkey::{Integration, Mode, OfferDuration, Pause, Schedule, Subscription, TimeUnit};
use tokio::task::JoinSet;

use fresh::Fresh;

use my_provider::Billing;
use my_provider::actions::pause;
use my_provider::controllers::subscription;

const TOKEN: &str = "a-token-for-tests";

/// Runs the same checks as the *Verify* button of Churnkey, and more.
#[tokio::test]
async fn provider_passes_all_checks() {
    let fresh = Fresh::start().await;
    churnkey_verify::check(Billing::router(fresh.billing(), TOKEN))
        .token(TOKEN)
        .actions(true)
        .await
        .unwrap();
    fresh.end().await;
}

#[tokio::test]
async fn repeated_pause_is_applied_once() {
    let fresh = Fresh::start().await;
    let billing = fresh.billing();
    pause(&billing, months("ada", 2), Mode::Test).await.unwrap();
    let paused = subscription_of_ada(&billing).await;
    assert_eq!(paused.status.name(), "paused");

    // Timestamps have milliseconds, so a second pause would be visible only after one.
    std::thread::sleep(std::time::Duration::from_millis(2));
    pause(&billing, months("ada", 2), Mode::Test).await.unwrap();
    assert_eq!(subscription_of_ada(&billing).await, paused);
    fresh.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_concurrent_different_pauses_one_is_applied() {
    let fresh = Fresh::start().await;
    for who in ["ada", "blaise", "charles", "dorothy", "ida", "john"] {
        let mut pauses = JoinSet::new();
        for amount in 1..=8 {
            let billing = fresh.billing();
            pauses.spawn(async move { pause(&billing, months(who, amount), Mode::Test).await });
        }
        let outcomes = pauses.join_all().await;
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        let statuses: Vec<_> = refused.map(|error| error.status().as_u16()).collect();
        assert_eq!(statuses, [409; 7], "{who}");
    }
    fresh.end().await;
}

#[tokio::test]
async fn test_data_is_not_visible_in_live_mode() {
    let fresh = Fresh::start().await;
    let refused = pause(&fresh.billing(), months("ada", 2), Mode::Live).await;
    assert_eq!(refused.unwrap_err().status(), 404);
    fresh.end().await;
}

#[tokio::test]
async fn provider_follows_the_model_for_months() {
    let fresh = Fresh::start().await;
    simulation::assert_no_difference(fresh.billing()).await;
    fresh.end().await;
}

fn months(who: &str, amount: u32) -> Pause {
    let unit = TimeUnit::Month;
    let duration = OfferDuration::Period { amount, unit };
    let (customer, subscription) = (format!("cus_{who}"), format!("sub_{who}"));
    Pause::new(customer, subscription, Schedule::Immediate, duration)
}

async fn subscription_of_ada(billing: &Billing) -> Subscription {
    let found = subscription(billing, "cus_ada".into(), "sub_ada".into(), Mode::Test).await;
    found.unwrap().unwrap()
}
