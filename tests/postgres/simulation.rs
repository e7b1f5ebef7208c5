//! Months of a retention service, simulated: an instance and the model of `churnkey-verify` answer
//! the same requests and have the same subscriptions, credits and charges.

use std::sync::{Arc, Mutex};
use std::{env, thread};

use churnkey::{Customer, Mode};
use churnkey_verify::billing::EntryKind;
use churnkey_verify::{LedgerLine, NewSubscription, Simulated, Simulation};
use postgres::billing::Subscription;
use postgres::{Acme, Subject};
use postgres_tests::instance;
use postgres_tests::server::{Database, Server};
use test_support::conformance::Instance;
use tokio::runtime::Builder;
use tokio::task::spawn_blocking;

/// Runs `work` outside of the runtime of the simulation: a session has one of its own.
fn apart<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    thread::scope(|scope| scope.spawn(work).join()).expect("the database answers")
}

fn prorations(database: &Database, subscription: &str) -> Vec<LedgerLine> {
    let sql = format!(
        "SELECT unnest(ARRAY['credit ' || credit, 'charge ' || charge]) FROM prorations
         WHERE mode = 'test' AND subscription_id = '{subscription}' ORDER BY number"
    );
    let lines = database.session().texts(&sql);
    let line = |text: &String| {
        let (kind, amount) = text.split_once(' ')?;
        let kind = match kind {
            "credit" => EntryKind::Credit,
            _ => EntryKind::ChargeForRest,
        };
        let amount = amount.parse().ok()?;
        Some(LedgerLine { kind, amount })
    };
    lines.iter().filter_map(line).collect()
}

async fn add(acme: &Acme, new: NewSubscription) -> churnkey::Result<()> {
    let mut ledger = acme.ledger(Mode::Test).await?;
    let books = ledger.write(Subject::AllOf(&new.customer)).await?;
    if new.is_new_customer {
        let customer = Customer::new(new.customer.clone())
            .name("Ann")
            .last_name("Example")
            .email(format!("{}@example.org", new.customer.as_str()))
            .currency(churnkey::Currency::USD);
        books.add_customer(&customer, new.now).await?;
    }
    let price = books.price(&new.price).await?;
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
    books.add_subscription(&subscription).await?;
    books.commit().await
}

fn simulation(
    database: &Database,
    instance: &Instance,
) -> impl Future<Output = Simulation> + use<> {
    let (database, token) = (database.clone(), instance.token.clone());
    let simulation = Simulation::of_url(&format!("http://{}", instance.address)).unwrap();
    async move {
        let acme = Arc::new(Acme::open(&database.url(), 1).await.unwrap());
        let clock = database.clone();
        simulation
            .token(token)
            .arrivals(move |new| {
                let acme = Arc::clone(&acme);
                async move { add(&acme, new).await.map_err(|error| error.to_string()) }
            })
            .clock(move |now| apart(|| clock.stop_the_clock_at(&now.to_string())))
            .ledger(move |_, subscription| {
                let lines = apart(|| prorations(&database, subscription.as_str()));
                std::future::ready(Ok(lines))
            })
            .customer_actions(true)
            .unpause(true)
            .strict(true)
            .seed(number("SIMULATE_SEED").unwrap_or(1))
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// A server is started and stopped outside of the runtime of the simulation.
fn run(simulation: impl Future<Output = Simulation>, sequences: u64) -> Simulated {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(async { simulation.await.sequences(sequences).run().await });
    let result = result.unwrap();
    println!("{result}");
    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.tolerated), (sequences, 0));
    result
}

#[test]
fn instance_follows_the_model_for_months() {
    let sequences = number("SIMULATE_SEQUENCES").unwrap_or(4);
    let database = Server::shared().company();
    let instance = instance::start_on(&database);

    run(simulation(&database, &instance), sequences);
}

#[test]
fn killed_instance_follows_the_model() {
    let sequences = number("SIMULATE_SEQUENCES").unwrap_or(4);
    let database = Server::shared().company();
    let instance = instance::start_on(&database);
    let address = instance.address.to_string();
    let simulation = simulation(&database, &instance);
    let instance = Arc::new(Mutex::new(instance));
    let (killed, company) = (Arc::clone(&instance), database.clone());
    let restart = move || {
        let (instance, company) = (Arc::clone(&killed), company.clone());
        let address = address.clone();
        let restart = move || {
            let mut instance = instance.lock().unwrap();
            instance.kill();
            *instance = instance::try_start_with(&company, &[("CHURNKEY_ADDR", &address)])?;
            Ok(())
        };
        async { spawn_blocking(restart).await.unwrap() }
    };

    let result = run(async { simulation.await.restart(restart) }, sequences);

    assert!(result.interrupted > 0, "{result}");
}
