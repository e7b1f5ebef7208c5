//! Months of a retention service, simulated: the company and the model of `churnkey-verify` answer
//! the same requests and have the same subscriptions, credits and charges.

use std::env;
use std::sync::{Arc, Mutex};

use churnkey::{Customer, Mode};
use churnkey_verify::billing::EntryKind;
use churnkey_verify::{LedgerLine, NewSubscription, Simulation, simulate};

use acme::Acme;
use acme::billing::Subscription;

use crate::company::Company;

/// Sequences in a run without `SIMULATE_SEQUENCES`.
const SEQUENCES: u64 = 60;

async fn simulation() -> Simulation {
    let company = Arc::new(Company::open().await);
    let router = company.another_instance();
    let (arrivals, clock) = (Arc::clone(&company), Arc::clone(&company));
    let file = Arc::new(Mutex::new(company.file()));
    simulate(router, move |new| {
        let acme = Arc::clone(&arrivals.acme);
        async move { add(&acme, new).await.map_err(|error| error.to_string()) }
    })
    .token("token")
    .clock(move |now| clock.set_time(now))
    .ledger(move |_, subscription| {
        let lines = prorations(&file.lock().unwrap(), subscription.as_str());
        async move { lines.map_err(|error| error.to_string()) }
    })
    .customer_actions(true)
    .strict(true)
}

async fn add(acme: &Acme, new: NewSubscription) -> churnkey::Result<()> {
    let added = acme.ledger(Mode::Test).write(move |books| {
        if new.is_new_customer {
            let customer = Customer::new(new.customer.clone())
                .name("Ann")
                .last_name("Example")
                .email(format!("{}@example.org", new.customer.as_str()))
                .currency(churnkey::Currency::USD);
            books.add_customer(&customer, new.now)?;
        }
        let price = books.price(&new.price)?;
        let price = price.ok_or_else(|| churnkey::Error::internal("there is no such price"))?;
        let mut subscription = Subscription::begin(
            new.subscription,
            new.customer,
            price,
            new.quantity,
            new.now,
            new.trial_end,
        )?;
        subscription.unpaid = new.unpaid;
        books.add_subscription(&subscription)
    });
    added.await
}

fn prorations(
    file: &rusqlite::Connection,
    subscription: &str,
) -> rusqlite::Result<Vec<LedgerLine>> {
    let sql = "SELECT credit, charge FROM prorations WHERE mode = 'test' AND subscription_id = ?1
               ORDER BY number";
    let mut statement = file.prepare_cached(sql)?;
    let rows = statement.query_map([subscription], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut lines = Vec::new();
    for row in rows {
        let (credit, charge) = row?;
        let kinds = [
            (EntryKind::Credit, credit),
            (EntryKind::ChargeForRest, charge),
        ];
        lines.extend(kinds.map(|(kind, amount)| LedgerLine { kind, amount }));
    }
    Ok(lines)
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// `SIMULATE_SEED` and `SIMULATE_SEQUENCES` make it another run, or a longer one.
#[tokio::test]
async fn company_follows_the_model_for_months() {
    let seed = number("SIMULATE_SEED").unwrap_or(1);
    let sequences = number("SIMULATE_SEQUENCES").unwrap_or(SEQUENCES);
    let simulation = simulation().await.seed(seed).sequences(sequences);

    let result = simulation.run().await.unwrap();

    println!("{result}");
    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.tolerated), (sequences, 0));
    assert!(result.steps >= sequences * 40, "{result}");
}
