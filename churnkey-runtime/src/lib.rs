//! The runtime behind the `churnkey` crate; use that crate instead of this one.

pub mod model;
