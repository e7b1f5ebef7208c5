//! The parts of our billing system that Churnkey may use.

pub mod actions;
mod books;
mod calendar;
mod clock;
pub mod controllers;
mod email;
mod subscription;

use std::path::Path;

use churnkey::{Customer, Mode, Result, ResultExt as _};

use books::Books;

pub use clock::Clock;
pub use subscription::Subscription;

/// Our billing system, passed to every annotated function as `ctx`. If a function that is expected
/// here is missing, the crate does not compile.
#[derive(churnkey::Integration)]
#[churnkey(
    name = "my-provider",
    expect(customers(list, find_by_email), subscriptions(list), cancel, pause)
)]
pub struct Billing {
    test: Books,
    live: Books,
    pub clock: Clock,
}

impl Billing {
    /// Opens the files `test.db` and `live.db` in a directory. Missing files and tables are
    /// created; test data initially has example customers, live data has none.
    pub async fn open(directory: &Path) -> Result<Self> {
        std::fs::create_dir_all(directory).or_internal()?;
        let test = Books::open(directory.join("test.db")).await?;
        test.add_examples().await?;
        let live = Books::open(directory.join("live.db")).await?;
        let clock = Clock::default();
        Ok(Self { test, live, clock })
    }

    /// Checks that the data can be read and its disk is not full, for `/readyz`.
    pub async fn ping(&self) -> Result<()> {
        self.test.ping().await?;
        self.live.ping().await
    }

    /// Adds a subscription, and its customer if it is the first one.
    pub async fn add(
        &self,
        mode: Mode,
        customer: Customer,
        subscription: Subscription,
    ) -> Result<()> {
        self.books(mode).add(customer, subscription).await
    }

    /// The data of a request's mode. Functions have no other access to the data, so they cannot mix
    /// test and live data.
    fn books(&self, mode: Mode) -> &Books {
        match mode {
            Mode::Test => &self.test,
            Mode::Live => &self.live,
        }
    }
}
