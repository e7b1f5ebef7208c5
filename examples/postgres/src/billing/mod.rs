//! The rules of the company's billing. They know nothing of databases or HTTP: a rule changes a
//! subscription in memory, and an action keeps the change.

mod cancel;
mod change_price;
mod coupon;
mod extend_trial;
mod pause;
mod proration;
mod settle;
mod subscription;

pub use coupon::{check_redeemable, discount_end};
pub use proration::Proration;
pub use subscription::{NextPrice, Pause, State, Subscription};

/// What a request came to. Churnkey may send any request twice, and is answered with success both
/// times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Applied,
    /// Things were already as the request wants them, so nothing changed.
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
