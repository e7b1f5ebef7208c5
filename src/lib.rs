//! Connect a billing system to Churnkey.

pub use churnkey_macros::{Integration, action, controller};
pub use churnkey_runtime::*;

#[doc(hidden)]
pub use churnkey_runtime::__private;
