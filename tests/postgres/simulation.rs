//! Months of a retention service, simulated: an instance and the model of `churnkey-verify` answer
//! the same requests and have the same subscriptions, credits and charges.

use std::thread;

use churnkey_verify::billing::EntryKind;
use churnkey_verify::{LedgerLine, Simulation};
use postgres_tests::instance;
use postgres_tests::server::{Database, Server};
use tokio::runtime::Builder;

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

#[test]
fn instance_follows_the_model_for_months() {
    let database = Server::shared().company();
    let process = instance::start_on(&database);
    let (clock, ledger) = (database.clone(), database.clone());
    let simulation = Simulation::of_url(&format!("http://{}", process.address)).unwrap();
    let simulation = simulation
        .token(process.token.clone())
        .clock(move |now| apart(|| clock.stop_the_clock_at(&now.to_string())))
        .ledger(move |_, subscription| {
            let lines = apart(|| prorations(&ledger, subscription.as_str()));
            std::future::ready(Ok(lines))
        })
        .customer_actions(true)
        .unpause(true)
        .strict(true)
        .seed(1)
        .sequences(12);

    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(simulation.run()).unwrap();

    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.tolerated), (12, 0), "{result}");
}
