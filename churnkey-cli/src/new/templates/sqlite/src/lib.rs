//! What of our billing system Churnkey may use.

pub mod actions;
mod books;
pub mod controllers;
mod subscription;

use std::path::Path;

use churnkey::{Mode, Result};

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
    /// Opens the files `test.db` and `live.db` in a directory, and makes what is not there. Test data begin with made-up
    /// customers, live data with none.
    pub async fn open(directory: &Path) -> Result<Self> {
        std::fs::create_dir_all(directory)?;
        let test = Books::open(directory.join("test.db")).await?;
        test.add_examples().await?;
        let live = Books::open(directory.join("live.db")).await?;
        Ok(Self { test, live })
    }

    /// Whether live data can be read: what `/readyz` asks.
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
