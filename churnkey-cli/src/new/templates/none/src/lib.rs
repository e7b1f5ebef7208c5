//! The parts of our billing system that Churnkey may use.

pub mod actions;
mod books;
pub mod controllers;
mod examples;
mod subscription;

use churnkey::Mode;

use books::Books;
use subscription::Subscription;

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
}

impl Billing {
    /// Creates a billing system with example customers in test mode and no customers in live mode.
    pub fn with_examples() -> Self {
        Self {
            test: examples::books(),
            live: Books::default(),
        }
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
