//! Acme, a subscription company: its billing system, and what of it Churnkey may use.

mod actions;
pub mod billing;
pub mod books;
mod clock;
mod controllers;
mod database;
mod ledger;
mod seed;

use std::path::Path;

use churnkey::{Mode, Result};
use rusqlite::TransactionBehavior;

use books::Books;
pub use clock::Clock;
use database::Database;
use ledger::Ledger;

/// The company's billing system: what every annotated function gets as `ctx`.
#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", expect(all))]
pub struct Acme {
    database: Database,
    clock: Clock,
}

impl Acme {
    /// Opens the company's file. The first time, it is made and filled with customers.
    pub async fn open(file: impl AsRef<Path>, clock: Clock) -> Result<Self> {
        let database = Database::open(file.as_ref()).await?;
        let now = clock.now();
        database
            .transaction(TransactionBehavior::Immediate, move |transaction| {
                [Mode::Test, Mode::Live]
                    .into_iter()
                    .try_for_each(|mode| Books::open(transaction, mode, now).sow())
            })
            .await?;
        Ok(Self { database, clock })
    }

    /// Whether the company can be asked at all: what `/readyz` tells load balancers.
    pub async fn answers(&self) -> Result<()> {
        self.ledger(Mode::Live).read(|_| Ok(())).await
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
