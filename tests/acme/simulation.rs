//! Months of a retention service, simulated: the company and the model of `churnkey-verify` answer
//! the same requests and have the same subscriptions, credits and charges.

use std::future::Ready;
use std::num::NonZero;
use std::sync::{Arc, Mutex};
use std::{env, fs, thread};

use churnkey::axum::extract::Request;
use churnkey::axum::middleware::{self, Next};
use churnkey::http::HeaderMap;
use churnkey::{Customer, CustomerId, Integration as _, Mode, SubscriptionId, Timestamp};
use churnkey_verify::billing::EntryKind;
use churnkey_verify::{LedgerLine, NewSubscription, Simulation, simulate};
use tempfile::TempDir;
use tokio::runtime::Builder;

use acme::billing::Subscription;
use acme::{Acme, RequestClock};

use crate::company::Company;

/// Sequences in a run without `SIMULATE_SEQUENCES`.
const SEQUENCES: u64 = 60;

/// A folder in memory, where the system has one: the simulation needs no data after a power
/// failure, and waits for the disk otherwise.
pub(crate) fn folder_in_memory() -> TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

async fn simulation() -> Simulation {
    let company = Arc::new(Company::open_copy(folder_in_memory()).await);
    let router = company.another_instance();
    let (arrivals, clock) = (Arc::clone(&company), Arc::clone(&company));
    let ledger = ledger_of(company.file());
    simulate(router, move |new| {
        let acme = Arc::clone(&arrivals.acme);
        async move { add(&acme, new).await.map_err(|error| error.to_string()) }
    })
    .token("token")
    .clock(move |now| clock.set_time(now))
    .ledger(ledger)
    .customer_actions(true)
    .unpause(true)
    .strict(true)
}

pub(crate) async fn add(acme: &Acme, new: NewSubscription) -> churnkey::Result<()> {
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

/// The credits and charges in the company's file. The company itself never reads them by
/// subscription, and has no index for that.
pub(crate) fn ledger_of(
    file: rusqlite::Connection,
) -> impl Fn(CustomerId, SubscriptionId) -> Ready<Result<Vec<LedgerLine>, String>> {
    let index = "CREATE INDEX for_the_simulation ON prorations (mode, subscription_id, number)";
    file.execute(index, []).unwrap();
    let file = Mutex::new(file);
    move |_, subscription| {
        let lines = prorations(&file.lock().unwrap(), subscription.as_str());
        std::future::ready(lines.map_err(|error| error.to_string()))
    }
}

fn prorations(
    file: &rusqlite::Connection,
    subscription: &str,
) -> rusqlite::Result<Vec<LedgerLine>> {
    let sql = "SELECT credit, charge FROM prorations INDEXED BY for_the_simulation
               WHERE mode = 'test' AND subscription_id = ?1 ORDER BY number";
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

pub(crate) fn number(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// A year of 100 customers: a request for each of them in each month.
#[tokio::test]
#[ignore = "a measurement, with --release"]
async fn year_of_a_hundred_customers() {
    for months in [1, 12] {
        let simulation = simulation().await.seed(1).sequences(1);
        let simulation = simulation.customers(100).months(months);
        let result = simulation.steps(100 * months as usize).run().await.unwrap();

        println!("{months} months: {result}");
        assert!(result.failure.is_none(), "{result}");
    }
}

/// `SIMULATE_SEED` and `SIMULATE_SEQUENCES` make it another run, or a longer one. A long run is
/// divided among the processors, each with a company of its own. `SIMULATE_HTML` is a file for the
/// picture of a difference.
#[test]
fn company_follows_the_model_for_months() {
    let seed = number("SIMULATE_SEED").unwrap_or(1);
    let sequences = number("SIMULATE_SEQUENCES").unwrap_or(SEQUENCES);
    let processors = thread::available_parallelism().map_or(1, NonZero::get) as u64;
    let share = sequences.div_ceil(processors).max(SEQUENCES);

    thread::scope(|scope| {
        for first in (0..sequences).step_by(share as usize) {
            let count = share.min(sequences - first);
            scope.spawn(move || follow_the_model(seed, first, count));
        }
    });
}

fn follow_the_model(seed: u64, first: u64, sequences: u64) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let result = runtime.block_on(async {
        let simulation = simulation().await.seed(seed).first(first);
        simulation.sequences(sequences).run().await.unwrap()
    });

    println!("{result}");
    if let (Some(failure), Ok(file)) = (&result.failure, env::var("SIMULATE_HTML")) {
        fs::write(file, failure.html()).unwrap();
    }
    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.tolerated), (sequences, 0));
    assert!(result.steps >= sequences * 40, "{result}");
}

/// The program `acme` with `ACME_CLOCK_FROM_REQUESTS`, on a socket.
async fn serve(folder: &tempfile::TempDir) -> String {
    let clock = RequestClock::new();
    let file = folder.path().join("acme.db");
    let acme = Acme::open(file, clock.clock()).await.unwrap();
    let router = Acme::router(acme, "token").layer(middleware::from_fn(
        move |request: Request, next: Next| {
            clock.follow(request.headers(), "token");
            next.run(request)
        },
    ));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async { churnkey::axum::serve(listener, router).await });
    url
}

#[tokio::test]
async fn clock_from_requests_moves_existing_customers_through_months() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(&folder).await;
    let simulation = Simulation::of_url(&url).unwrap().token("token");

    let simulation = simulation.clock_header().customer_actions(true);
    let simulation = simulation.strict(true).sequences(5).seed(5);
    let result = simulation.run().await.unwrap();

    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.steps), (5, 200), "{result}");
    assert_eq!(
        (result.tolerated, result.is_exhausted),
        (0, false),
        "{result}"
    );
}

#[tokio::test]
async fn simulation_at_the_present_time_has_no_difference() {
    let folder = tempfile::tempdir().unwrap();
    let url = serve(&folder).await;
    let simulation = Simulation::of_url(&url).unwrap().token("token");

    let result = simulation.sequences(5).seed(6).run().await.unwrap();

    assert!(result.failure.is_none(), "{result}");
    assert_eq!(result.sequences, 5, "{result}");
}

#[test]
fn only_test_requests_with_the_token_set_the_clock() {
    let clock = RequestClock::new();
    let now = "2031-05-01T00:00:00.000Z";
    let headers = |mode: &str, token: &str| {
        let mut headers = HeaderMap::new();
        headers.insert("x-churnkey-mode", mode.parse().unwrap());
        headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
        headers.insert("x-churnkey-now", now.parse().unwrap());
        headers
    };
    let simulated: Timestamp = now.parse().unwrap();
    for (mode, token) in [("live", "token"), ("test", "another")] {
        clock.follow(&headers(mode, token), "token");
        assert!(clock.clock().now(Mode::Test) < simulated, "{mode} {token}");
    }
    clock.follow(&headers("test", "token"), "token");
    assert_eq!(clock.clock().now(Mode::Test), simulated);
    assert!(clock.clock().now(Mode::Live) < simulated);
    let mut without = headers("test", "token");
    without.remove("x-churnkey-now");
    clock.follow(&without, "token");
    assert!(clock.clock().now(Mode::Test) < simulated);
}
