//! Acme, a subscription company: its billing system, and the functions that Churnkey may call.

mod actions;
pub mod billing;
pub mod books;
mod clock;
mod controllers;
mod database;
mod error;
mod ledger;
mod pool;
mod seed;

use std::path::Path;

use churnkey::{Mode, Result};
use rusqlite::TransactionBehavior;

use books::Books;
pub use clock::{Clock, RequestClock};
use database::Database;
use ledger::Ledger;

/// The company's billing system, passed to every annotated function as `ctx`.
#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", expect(all))]
pub struct Acme {
    database: Database,
    clock: Clock,
}

impl Acme {
    /// Opens the company's file. If it does not exist, creates it and fills it with customers.
    pub async fn open(file: impl AsRef<Path>, clock: Clock) -> Result<Self> {
        let database = Database::open(file.as_ref()).await?;
        let times = [Mode::Test, Mode::Live].map(|mode| (mode, clock.now(mode)));
        database
            .transaction(TransactionBehavior::Immediate, move |transaction| {
                times
                    .into_iter()
                    .try_for_each(|(mode, now)| Books::open(transaction, mode, now).seed())
            })
            .await?;
        Ok(Self { database, clock })
    }

    /// Checks that the database answers and its disk is not full, for `/readyz`.
    pub async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    /// The books of one mode.
    pub fn ledger(&self, mode: Mode) -> Ledger<'_> {
        Ledger {
            database: &self.database,
            clock: &self.clock,
            mode,
        }
    }
}
