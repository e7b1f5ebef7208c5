//! Warnings at the user's own tokens.
//!
//! A macro cannot emit a warning. It emits a constant that is deprecated, with the text as the
//! note, and its use has the span. `#[allow(deprecated)]` at the function switches it off.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};

/// A warning at a token, as a statement of a constant.
pub(crate) fn at(span: Span, wrong: impl Display, help: impl Display) -> TokenStream {
    let text = format!("{wrong}\nhelp: {help}");
    let r#use = quote_spanned!(span=> UNREAD);
    quote! {
        {
            #[deprecated(note = #text)]
            const UNREAD: () = ();
            #r#use
        }
    }
}
