#![doc = include_str!("docs/guide.md")]
// The badges of the documentation that name the feature of an item.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[doc = include_str!("docs/integration.md")]
pub use churnkey_macros::Integration;
#[doc = include_str!("docs/into_error.md")]
pub use churnkey_macros::IntoError;
#[doc = include_str!("docs/action.md")]
pub use churnkey_macros::action;
#[doc = include_str!("docs/controller.md")]
pub use churnkey_macros::controller;

pub use churnkey_runtime::axum::http;
pub use churnkey_runtime::*;
// Repeated here, so that the documentation shows their features.
#[cfg(feature = "server")]
pub use churnkey_runtime::{Server, Serving, serve};
#[cfg(feature = "reverify")]
pub use churnkey_runtime::{Verification, reverify};

#[doc(hidden)]
pub use churnkey_runtime::__private;

/// The README's tutorial, compiled.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
