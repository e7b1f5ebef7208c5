//! Months of a retention service with the program `acme`, which is killed and started again between
//! and during requests.
//!
//! ```text
//! cargo build -p acme && cargo test -p acme-tests killed
//! ```

use std::net::SocketAddr;
use std::process::Command;
use std::sync::{Arc, Mutex};

use churnkey_verify::Simulation;
use tempfile::TempDir;
use test_support::{Process, built};
use tokio::task::spawn_blocking;

use crate::company::Company;
use crate::simulation::{add, folder_in_memory, ledger_of, number};

/// Sequences in a run without `SIMULATE_SEQUENCES`.
const SEQUENCES: u64 = 4;

struct Program {
    folder: TempDir,
    address: SocketAddr,
    process: Mutex<Process>,
}

impl Program {
    fn start(folder: TempDir) -> Self {
        let any = "127.0.0.1:0".parse().unwrap();
        let (process, address) = start(&folder, any).unwrap();
        let process = Mutex::new(process);
        Self {
            folder,
            address,
            process,
        }
    }

    fn kill_and_start(&self) -> Result<(), String> {
        let mut process = self.process.lock().unwrap();
        process.kill();
        (*process, _) = start(&self.folder, self.address)?;
        Ok(())
    }
}

pub(crate) fn start(
    folder: &TempDir,
    address: SocketAddr,
) -> Result<(Process, SocketAddr), String> {
    let mut acme = Command::new(built("acme"));
    acme.current_dir(folder.path())
        .env("ACME_DB", folder.path().join("acme.db"))
        .env("ACME_CLOCK_FROM_REQUESTS", "1")
        .env("CHURNKEY_ADDR", address.to_string())
        .env("CK_INTEGRATION_TOKEN", "token");
    let mut process = Process::start(&mut acme);
    match process.stdout.try_address() {
        Some(address) => Ok((process, address)),
        None => {
            process.kill();
            process.stderr.finish();
            Err(process.stderr.text())
        }
    }
}

#[tokio::test]
async fn killed_company_follows_the_model() {
    let sequences = number("SIMULATE_SEQUENCES").unwrap_or(SEQUENCES);
    let company = Company::open_copy(folder_in_memory()).await;
    let ledger = ledger_of(company.file());
    let (acme, folder) = (company.acme, company.folder);
    let program = Arc::new(Program::start(folder));
    let url = format!("http://{}", program.address);
    let simulation = Simulation::of_url(&url).unwrap().token("token");

    let result = simulation
        .arrivals(move |new| {
            let acme = Arc::clone(&acme);
            async move { add(&acme, new).await.map_err(|error| error.to_string()) }
        })
        .restart(move || {
            let program = Arc::clone(&program);
            async move {
                spawn_blocking(move || program.kill_and_start())
                    .await
                    .unwrap()
            }
        })
        .ledger(ledger)
        .clock_header()
        .customer_actions(true)
        .unpause(true)
        .strict(true)
        .seed(number("SIMULATE_SEED").unwrap_or(1))
        .sequences(sequences)
        .run()
        .await
        .unwrap();

    println!("{result}");
    assert!(result.failure.is_none(), "{result}");
    assert_eq!((result.sequences, result.tolerated), (sequences, 0));
    assert!(result.interrupted > 0, "{result}");
}
