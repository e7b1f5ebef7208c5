//! The protocol between Churnkey and a custom provider, as data.
//!
//! Everything that the macros, the runtime and the verifier have to agree on stands here once: the
//! [modules](MODULES), their operations and paths, the features of the manifest, the body field
//! that each feature opens, and the modules that a module needs. A new action begins with one
//! constant in `actions.rs`.
//!
//! Facts carry how far they are [known](Known).

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod actions;
pub mod assumption;
pub mod controllers;
mod equal;
mod field;
mod known;
mod module;
mod operation;
pub mod spelling;
mod table;
#[cfg(test)]
mod tests;
mod words;

pub use equal::equal;
pub use field::{Field, FieldKind};
pub use known::Known;
pub use module::{Feature, FeatureKind, Module, Need, Side, Variant, Word};
pub use operation::{Input, Method, Model, Operation, Output, Presence, ROOT};
pub use table::{MODULES, operations};
pub use words::is_protocol_word;

/// Path of the feature manifest.
pub const FEATURES_PATH: &str = "/churnkey/features";

/// Controllers that Churnkey has announced and not published, by their names in the manifest.
pub const ANNOUNCED: &[&str] = &["invoices"];
