//! The requests of the write side.
//!
//! Which fields a body must have is **assumed**; the fields and their meaning are **doc**, unless
//! the protocol table says otherwise.

mod apply_coupon;
mod cancel;
mod change_price;
mod extend_trial;
mod field;
pub(crate) mod keys;
pub(crate) mod party;
mod pause;
pub(crate) mod request;
mod schedule;

pub use apply_coupon::ApplyCoupon;
pub use cancel::{Cancel, CancelAll};
pub use change_price::ChangePrice;
pub use extend_trial::ExtendTrial;
pub use pause::{Pause, PauseAll};
pub use schedule::Schedule;
