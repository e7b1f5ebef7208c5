//! The attribute macros and the derive of the `churnkey` crate, which re-exports and documents them.
//!
//! Each macro is a pipeline: `args` and `item` parse what the user wrote, `check` holds it against the `spec`, and one file per macro
//! expands what passed. Whatever happens, the user's item is emitted unchanged, and every mistake that was found is one error.

mod args;
mod check;
mod errors;
mod fallback;
mod integration;
mod item;
mod message;
mod needs;
mod operation;
mod spec;
#[cfg(test)]
mod tests;

use proc_macro::TokenStream;

/// # What is generated
///
/// The function as it is, and an implementation that calls it. For `#[churnkey::controller(prices, retrieve)]`:
///
/// ```text
#[doc = include_str!("snapshots/controller.rs")]
/// ```
#[proc_macro_attribute]
pub fn controller(args: TokenStream, item: TokenStream) -> TokenStream {
    operation::expand(spec::Side::Controller, args.into(), item.into()).into()
}

/// # What is generated
///
/// The function as it is, an implementation that calls it, and a check that what it needs is there:
///
/// ```text
#[doc = include_str!("snapshots/action.rs")]
/// ```
#[proc_macro_attribute]
pub fn action(args: TokenStream, item: TokenStream) -> TokenStream {
    operation::expand(spec::Side::Action, args.into(), item.into()).into()
}

/// # What is generated
///
/// The routes, found by asking the compiler which operations the struct provides, and checks that what is required is there:
///
/// ```text
#[doc = include_str!("snapshots/integration.rs")]
/// ```
#[proc_macro_derive(Integration, attributes(churnkey))]
pub fn integration(item: TokenStream) -> TokenStream {
    integration::expand(item.into()).into()
}
