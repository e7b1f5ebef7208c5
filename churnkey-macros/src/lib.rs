//! The attribute macros and the derive of the `churnkey` crate, which re-exports and documents
//! them.
//!
//! Each macro is a pipeline: `args` and `item` parse the user's tokens, `check` compares them with
//! the protocol's table, and one file per macro expands the result. In any case the user's item is
//! emitted unchanged, and each mistake is one error.

mod args;
mod cfg;
mod check;
mod crate_name;
mod errors;
mod fallback;
mod impl_writer;
mod integration;
mod into_error;
mod item;
mod message;
mod misplaced;
mod operation;
mod requirements;
mod rust;
mod sources;
#[cfg(test)]
mod tests;
mod unread;
mod warning;

use churnkey_protocol::Side;
use proc_macro::TokenStream;

/// # Generated code
///
/// The function as it is, and an implementation that calls it. For
/// `#[churnkey::controller(prices, retrieve)]`:
///
/// ```text
#[doc = include_str!("snapshots/controller.rs")]
/// ```
#[proc_macro_attribute]
pub fn controller(args: TokenStream, item: TokenStream) -> TokenStream {
    operation::expand(Side::Controller, args.into(), item.into()).into()
}

/// # Generated code
///
/// The function as it is, an implementation that calls it, and assertions that the modules it needs
/// exist:
///
/// ```text
#[doc = include_str!("snapshots/action.rs")]
/// ```
#[proc_macro_attribute]
pub fn action(args: TokenStream, item: TokenStream) -> TokenStream {
    operation::expand(Side::Action, args.into(), item.into()).into()
}

/// # Generated code
///
/// The routes, from one compile-time probe per operation, and assertions that the required
/// operations exist:
///
/// ```text
#[doc = include_str!("snapshots/integration.rs")]
/// ```
#[proc_macro_derive(Integration, attributes(churnkey))]
pub fn integration(item: TokenStream) -> TokenStream {
    integration::expand(item.into()).into()
}

/// # What is generated
///
/// An implementation of the trait with an arm for each variant:
///
/// ```text
#[doc = include_str!("snapshots/into_error.rs")]
/// ```
#[proc_macro_derive(IntoError, attributes(churnkey))]
pub fn into_error(item: TokenStream) -> TokenStream {
    into_error::expand(item.into()).into()
}
