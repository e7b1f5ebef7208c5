//! The requests of the write side.
//!
//! Which fields a body must have is **assumed**; the fields and their meaning are **doc**, unless
//! the protocol table says otherwise.

pub(crate) mod apply_coupon;
pub(crate) mod cancel;
pub(crate) mod change_price;
pub(crate) mod extend_trial;
mod field;
pub(crate) mod keys;
pub(crate) mod pause;
pub(crate) mod request;
pub(crate) mod schedule;
