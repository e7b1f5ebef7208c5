//! The requests of the write side.
//!
//! Which fields a body must have is **assumed**, here and nowhere else: ids, `scheduledAt`, `startAt` and `duration` are required, the
//! booleans default to false. The fields and their meaning are **doc**.

mod apply_coupon;
mod body;
mod cancel;
mod change_price;
mod extend_trial;
mod fields;
mod pause;

use std::fmt;

pub use apply_coupon::ApplyCoupon;
pub(crate) use body::{Body, FromBody};
pub use cancel::{Cancel, CancelAll};
pub use change_price::ChangePrice;
pub use extend_trial::ExtendTrial;
pub(crate) use fields::Fields;
pub use pause::{Pause, PauseAll};

/// When a change takes effect. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(inline, rename_all = "kebab-case"))]
pub enum Schedule {
    /// At once.
    Immediate,
    /// When the current period ends.
    EndOfPeriod,
}

impl Schedule {
    /// The word on the wire: `immediate` or `end-of-period`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::EndOfPeriod => "end-of-period",
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
