//! Months of a retention service: random customers and requests, played by the provider and by the
//! model of `churnkey_verify::billing` side by side. Where your rules differ from those of the
//! model, remove `strict`, which leaves the open ones to you.

use std::sync::Arc;

use churnkey::{Customer, Integration as _, Mode, Result, ResultExt as _};
use churnkey_verify::{NewSubscription, Simulation, simulate};

use my_provider::controllers::price;
use my_provider::{Billing, Subscription};

use crate::TOKEN;

/// Plays the sequences of three seeds.
pub async fn assert_no_difference(billing: Arc<Billing>) {
    for seed in 1..=3 {
        let simulation = simulation(Arc::clone(&billing)).seed(seed).sequences(8);
        let result = simulation.run().await.unwrap();
        assert!(result.failure.is_none(), "{result}");
    }
}

/// The simulation of a provider. `simulation(billing).replay(..)` plays the sequence of a report
/// again.
pub fn simulation(billing: Arc<Billing>) -> Simulation {
    let (arrivals, clock) = (Arc::clone(&billing), billing.clock.clone());
    let arrive = move |new| {
        let billing = Arc::clone(&arrivals);
        async move {
            let added = add(&billing, new).await;
            added.map_err(|error| error.to_string())
        }
    };
    simulate(Billing::router(billing, TOKEN), arrive)
        .token(TOKEN)
        .clock(move |now| clock.set(now))
        .unpause(true)
        .strict(true)
}

async fn add(billing: &Billing, new: NewSubscription) -> Result<()> {
    let price = price(billing, new.price, Mode::Test).await?;
    let price = price.or_not_found("there is no such price")?;
    let customer = Customer::new(new.customer.clone())
        .name("Ann")
        .email(format!("{}@example.test", new.customer.as_str()));
    let mut subscription = Subscription::begin(
        new.subscription,
        new.customer,
        price,
        new.quantity as i64,
        new.now,
        new.trial_end,
    );
    subscription.unpaid = new.unpaid;
    billing.add(Mode::Test, customer, subscription).await
}
