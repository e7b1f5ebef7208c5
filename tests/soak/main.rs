//! Soak test: bounded load and faults for the number of seconds in the only argument.
//! `benches/soak/run` builds and starts it.
//!
//! Three instances of the example `postgres` share one database. The invariants are checked all the
//! time: outside of fault windows, every valid request gets the same response as without load, and
//! every invalid one the expected rejection. At the end, every action must be applied once, and the
//! resources of the processes are compared with those at the start.

#![cfg(unix)]

mod bad_input;
mod callers;
mod faults;
mod logs;
mod readers;
mod resources;
mod slow_peers;
mod soak;
mod tally;
mod windows;

use std::env;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use postgres_tests::{consistency, plan};
use test_support::SmallDisk;

use crate::callers::Callers;
use crate::readers::Expected;
use crate::soak::Soak;
use postgres_tests::server::Server;

/// The initial customers of each mode. They are read, and no action changes them.
const INITIAL_CUSTOMERS: usize = 500;

/// The callers find on average two actions for each customer, and send about thirty per second.
const FURTHER_CUSTOMERS_A_SECOND: usize = 12;

/// Customer ids have four digits.
const LAST_CUSTOMER: usize = 9999;

fn main() -> ExitCode {
    let seconds = match env::args().nth(1).map(|text| text.parse::<u64>()) {
        None => 600,
        Some(Ok(seconds @ 10..)) => seconds,
        Some(_) => {
            eprintln!("the only argument is the duration in seconds, at least 10");
            return ExitCode::FAILURE;
        }
    };
    let run = Duration::from_secs(seconds);

    println!("starting PostgreSQL and three instances");
    let disk = SmallDisk::mount("512m").map(Arc::new);
    let folder = disk.as_ref().map(|disk| tempfile::tempdir_in(disk.path()));
    let folder = folder.map(|folder| folder.expect("a directory on the disk"));
    let server = Server::durable();
    let alone = server.company();
    let together = match &folder {
        Some(folder) => server.company_in(folder.path()),
        None => server.company(),
    };
    let moment = alone.stop_the_clock();
    together.stop_the_clock_at(&moment);
    let customers = (INITIAL_CUSTOMERS + 100 + FURTHER_CUSTOMERS_A_SECOND * seconds as usize)
        .min(LAST_CUSTOMER);
    for database in [&alone, &together] {
        database.session().run(&insert_customers_sql(customers));
    }
    let flows = plan::flows(&together.session(), INITIAL_CUSTOMERS + 1..=customers);

    let soak = Soak::start(&server, &together, disk.clone());
    let idle = soak.resources_of_all();
    let library = Expected::of(&soak, customers);
    let callers = Callers::of(&flows);
    println!("{seconds} seconds of load and faults");
    let samples = thread::scope(|scope| {
        for _ in 0..callers::WORKERS {
            let callers = &callers;
            let soak = &soak;
            scope.spawn(move || callers.work(soak));
        }
        for number in 0..readers::WORKERS {
            let (library, soak) = (&library, &soak);
            scope.spawn(move || library.read_on(soak, number));
        }
        scope.spawn(|| library.walk_on(&soak));
        scope.spawn(|| readers::probe_health(&soak));
        bad_input::spawn(scope, &soak);
        slow_peers::spawn(scope, &soak);
        let sampling = scope.spawn(|| resources::sample(&soak, run));
        // The main thread stops the server, because the database ends with the thread that started
        // it.
        faults::inject(&soak, run);
        soak.end();
        sampling.join().expect("the samples")
    });
    println!("the load has ended");

    resources::assert_no_growth(&soak, run, &idle, &samples);
    resources::wait_for_release(&soak, &idle);
    soak.shut_down();
    let sent = callers.sent();
    println!("checking {} actions", sent.len());
    consistency::assert_applied_once(&sent, &together.session());
    consistency::run_sequentially(&sent, &alone);
    consistency::assert_applied_once(&sent, &alone.session());
    consistency::assert_same_state(&together.session(), &alone.session());

    soak.tally.count("checked actions", "once each", sent.len());
    resources::report(&samples);
    soak.report(run);
    soak.tally.verdict()
}

/// Returns SQL that adds customers, each like one of the first three hundred in all data that
/// matters to actions.
fn insert_customers_sql(last: usize) -> String {
    let first = INITIAL_CUSTOMERS + 1;
    format!(
        "CREATE TEMPORARY TABLE sown AS
            SELECT mode, customers.id AS template, to_char(n, 'FM0000') AS number,
                'cus_' || mode || '_' || to_char(n, 'FM0000') AS id
            FROM generate_series({first}, {last}) n
            JOIN customers ON right(customers.id, 4)::integer = (n - 1) % 300 + 1;
         INSERT INTO customers (mode, id, created_at, first_name, last_name, email, email_key,
                currency)
            SELECT mode, sown.id, created_at, first_name, last_name, sown.id || '@example.com',
                sown.id || '@example.com', currency
            FROM sown JOIN customers USING (mode) WHERE customers.id = template;
         INSERT INTO subscriptions
            SELECT (jsonb_populate_record(subscriptions, jsonb_build_object('customer_id', sown.id,
                'id', 'sub_' || mode || '_' || number || '_' || right(subscriptions.id, 1)))).*
            FROM sown JOIN subscriptions USING (mode) WHERE subscriptions.customer_id = template;
         ANALYZE"
    )
}
