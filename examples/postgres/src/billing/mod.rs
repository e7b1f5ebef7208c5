//! The rules of the company's billing, independent of databases and HTTP: a rule changes a
//! subscription in memory, and an action stores the change. `docs/billing-rules.md` lists them with
//! their reasons.

mod calendar;
mod cancel;
mod change_price;
mod coupon;
mod discount;
mod extend_trial;
mod pause;
mod proration;
mod settle;
mod subscription;

pub use discount::Grant;
pub use proration::Proration;
pub use subscription::{Paid, Pause, State, Subscription};

/// The outcome of a request. Churnkey may send any request twice; both are answered with success.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// The requested state was reached before, so nothing changed.
    Repeated,
}

impl Outcome {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Applied => "applied",
            Self::Repeated => "repeated",
        }
    }
}
