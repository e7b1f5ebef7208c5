//! What of our billing system Churnkey may use.

pub mod actions;
mod books;
pub mod controllers;
mod examples;
mod subscription;

use churnkey::Mode;

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
    /// With made-up customers in test mode and nobody in live mode.
    pub fn with_examples() -> Self {
        Self {
            test: examples::books(),
            live: Books::default(),
        }
    }

    /// The data that a request means. No function reaches them otherwise, so none mixes test and live data up.
    fn books(&self, mode: Mode) -> &Books {
        match mode {
            Mode::Test => &self.test,
            Mode::Live => &self.live,
        }
    }
}
