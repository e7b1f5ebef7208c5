//! Acme, a subscription company, with its books in PostgreSQL. The rules of its billing and what it begins
//! with are those of the example `acme`, to the letter.

mod actions;
pub mod billing;
pub mod books;
mod controllers;
mod database;
mod ledger;
mod seed;

use churnkey::{Mode, Result};

use database::Database;
use ledger::Ledger;

/// The company's billing system: what every annotated function gets as `ctx`. It holds connections and nothing
/// that another instance would have to know.
#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", expect(all))]
pub struct Acme {
    database: Database,
}

impl Acme {
    /// Connects to the company's database. The first instance to come makes the tables and fills them with
    /// customers; others that come at the same time wait for it.
    pub async fn open(url: &str, connections: usize) -> Result<Self> {
        let database = Database::new(url, connections)?;
        database.migrate().await?;
        Ok(Self { database })
    }

    /// A connection to the books of one mode.
    pub async fn ledger(&self, mode: Mode) -> Result<Ledger> {
        Ok(Ledger {
            connection: self.database.connection().await?,
            mode,
        })
    }

    /// Whether the database can be reached: what `/readyz` asks.
    pub async fn answers(&self) -> Result<()> {
        self.database.connection().await.map(drop)
    }

    /// Carries out an action, and once more from the start if it has lost to another in the database.
    pub async fn carry_out<A: Future<Output = Result<()>>>(
        &self,
        action: impl Fn() -> A,
    ) -> Result<()> {
        database::until_won(action).await
    }
}
