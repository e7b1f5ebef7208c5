//! What of our billing system Churnkey may use.

pub mod actions;
mod books;
pub mod controllers;
mod subscription;

use churnkey::{Mode, Result};
use tokio_postgres::Config;

use books::Books;
use subscription::Subscription;

/// Our billing system: what every annotated function gets as `ctx`. If a function that is expected here is deleted, it
/// does not compile.
#[derive(churnkey::Integration)]
#[churnkey(
    name = "my-provider",
    expect(customers(list, find_by_email), subscriptions(list), cancel, pause)
)]
pub struct Billing {
    test: Books,
    live: Books,
}

impl Billing {
    /// Connects to a database, which has a schema for test and one for live data, and makes what is not there. Test data begin
    /// with made-up customers, live data with none.
    pub async fn open(database: &Config) -> Result<Self> {
        let test = Books::open(database, "test").await?;
        test.add_examples().await?;
        let live = Books::open(database, "live").await?;
        Ok(Self { test, live })
    }

    /// Whether the database can be reached: what `/readyz` asks.
    pub async fn answers(&self) -> Result<()> {
        self.live.answers().await
    }

    /// The data that a request means. No function reaches them otherwise, so none mixes test and live data up.
    fn books(&self, mode: Mode) -> &Books {
        match mode {
            Mode::Test => &self.test,
            Mode::Live => &self.live,
        }
    }
}
