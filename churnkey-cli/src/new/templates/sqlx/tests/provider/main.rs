//! Tests of the provider, with the example customers of test mode. Each test has its own database.

mod simulation;

use std::sync::Arc;

use churnkey::{Integration, Mode, OfferDuration, Pause, Schedule, Subscription, TimeUnit};
use tokio::task::JoinSet;

use my_provider::Billing;
use my_provider::actions::pause;
use my_provider::controllers::subscription;
use my_provider::database::Pool;

const TOKEN: &str = "a-token-for-tests";

/// Runs the same checks as the *Verify* button of Churnkey, and more.
#[sqlx::test(fixtures("../../fixtures/examples.sql"))]
async fn provider_passes_all_checks(pool: Pool) {
    churnkey_verify::check(Billing::router(Billing::new(pool), TOKEN))
        .token(TOKEN)
        .actions(true)
        .await
        .unwrap();
}

#[sqlx::test(fixtures("../../fixtures/examples.sql"))]
async fn repeated_pause_is_applied_once(pool: Pool) {
    let billing = Billing::new(pool);
    pause(&billing, months("ada", 2), Mode::Test).await.unwrap();
    let paused = subscription_of_ada(&billing).await;
    assert_eq!(paused.status.name(), "paused");

    // Timestamps have milliseconds, so a second pause would be visible only after one.
    std::thread::sleep(std::time::Duration::from_millis(2));
    pause(&billing, months("ada", 2), Mode::Test).await.unwrap();
    assert_eq!(subscription_of_ada(&billing).await, paused);
}

#[sqlx::test(fixtures("../../fixtures/examples.sql"))]
async fn of_concurrent_different_pauses_one_is_applied(pool: Pool) {
    let shared = Arc::new(Billing::new(pool));
    for who in ["ada", "blaise", "charles", "dorothy", "ida", "john"] {
        let mut pauses = JoinSet::new();
        for amount in 1..=8 {
            let billing = Arc::clone(&shared);
            pauses.spawn(async move { pause(&billing, months(who, amount), Mode::Test).await });
        }
        let outcomes = pauses.join_all().await;
        let refused = outcomes.iter().filter_map(|outcome| outcome.as_ref().err());
        let statuses: Vec<_> = refused.map(|error| error.status().as_u16()).collect();
        assert_eq!(statuses, [409; 7], "{who}");
    }
}

#[sqlx::test(fixtures("../../fixtures/examples.sql"))]
async fn test_data_is_not_visible_in_live_mode(pool: Pool) {
    let billing = Billing::new(pool);
    let refused = pause(&billing, months("ada", 2), Mode::Live).await;
    assert_eq!(refused.unwrap_err().status(), 404);
}

#[sqlx::test(fixtures("../../fixtures/examples.sql"))]
async fn provider_follows_the_model_for_months(pool: Pool) {
    simulation::assert_no_difference(Arc::new(Billing::new(pool))).await;
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
