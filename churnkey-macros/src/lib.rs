//! The attribute macros of the `churnkey` crate.
