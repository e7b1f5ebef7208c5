//! The macros as functions from tokens to tokens, outside of the compiler.

mod editor;
mod expanded;
mod messages;
mod mistakes;
mod never_panics;
mod options;
mod snapshots;
mod source;
mod templates;

use proc_macro2::TokenStream;

use churnkey_protocol::Side;

const SIDES: [Side; 2] = [Side::Controller, Side::Action];

fn tokens(text: &str) -> TokenStream {
    text.parse()
        .unwrap_or_else(|error| panic!("`{text}`: {error}"))
}

fn expand(side: Side, arguments: &str, item: &str) -> TokenStream {
    crate::operation::expand(side, tokens(arguments), tokens(item))
}
