//! Collects every mistake before any is reported.

use std::cell::RefCell;
use std::fmt::Display;

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;

/// The mistakes found in one item.
///
/// A message has two parts: the mistake and, after `help:`, the remedy.
#[derive(Default)]
pub(crate) struct Errors(RefCell<Option<syn::Error>>);

impl Errors {
    pub(crate) fn push(&self, error: syn::Error) {
        let mut errors = self.0.borrow_mut();
        match errors.as_mut() {
            Some(errors) => errors.combine(error),
            None => *errors = Some(error),
        }
    }

    /// A mistake at a token.
    pub(crate) fn at(&self, span: Span, wrong: impl Display, help: impl Display) {
        self.push(syn::Error::new(span, format_args!("{wrong}\nhelp: {help}")));
    }

    /// A mistake whose span covers all these tokens.
    pub(crate) fn on(&self, tokens: impl ToTokens, wrong: impl Display, help: impl Display) {
        self.push(syn::Error::new_spanned(
            tokens,
            format_args!("{wrong}\nhelp: {help}"),
        ));
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.borrow().is_none()
    }

    pub(crate) fn into_compile_errors(self) -> Option<TokenStream> {
        self.0.into_inner().map(syn::Error::into_compile_error)
    }
}
