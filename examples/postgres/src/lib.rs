//! Acme, a subscription company, with its books in PostgreSQL. Its billing rules and its initial
//! data are copies of those in the example `acme`.

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
pub use ledger::Subject;

/// The company's billing system, passed to every annotated function as `ctx`. It holds connections,
/// and no state that other instances would have to share.
#[derive(churnkey::Integration)]
#[churnkey(name = "Acme", expect(all))]
pub struct Acme {
    database: Database,
}

impl Acme {
    /// Connects to the company's database. The first instance creates the tables and fills them
    /// with customers; others that start at the same time wait for it.
    pub async fn open(url: &str, connections: usize) -> Result<Self> {
        let database = Database::new(url, connections)?;
        database.migrate().await?;
        Ok(Self { database })
    }

    /// A connection to read the books of one mode.
    pub async fn ledger(&self, mode: Mode) -> Result<Ledger> {
        Ok(Ledger {
            connection: self.database.reader().await?,
            mode,
        })
    }

    /// A connection to change the books of one mode.
    pub async fn ledger_for_action(&self, mode: Mode) -> Result<Ledger> {
        Ok(Ledger {
            connection: self.database.writer().await?,
            mode,
        })
    }

    /// Checks that the database can be reached and its disk is not full, for `/readyz`.
    pub async fn ping(&self) -> Result<()> {
        self.database.ping().await
    }

    /// Carries out an action, and repeats it from the start if its transaction conflicts with
    /// another one.
    pub async fn carry_out<A: Future<Output = Result<()>>>(
        &self,
        action: impl Fn() -> A,
    ) -> Result<()> {
        self.database.carry_out(action).await
    }
}
