//! Implementations for functions with mistakes, which suppress errors that follow from these.

use churnkey_protocol::Operation;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use crate::impl_writer::ImplWriter;
use crate::message::all_of;

/// An implementation that is never called, because the crate does not compile.
pub(crate) fn implementation(writer: &ImplWriter, context: Option<&syn::Type>) -> TokenStream {
    match context {
        Some(context) => {
            let body = quote! {
                let _ = (__churnkey_input, __churnkey_context);
                ::core::panic!()
            };
            writer.provides(context, Span::mixed_site(), &TokenStream::new(), &body)
        }
        None => unplaced(&writer.private, writer.operation, &writer.cfg),
    }
}

/// Marks an operation as implemented for every context, because its own could not be parsed, so
/// that no integration is reported to lack it.
pub(crate) fn unplaced(
    private: &TokenStream,
    operation: &Operation,
    cfg: &TokenStream,
) -> TokenStream {
    let endpoint = format_ident!("{}", operation.ident);
    quote! {
        #cfg
        const _: () = {
            struct __ChurnkeyAnyContext;
            impl<Context> #private::UnknownContext<__ChurnkeyAnyContext, Context>
                for #private::endpoint::#endpoint {}
        };
    }
}

/// Marks operations as present for a derive because rustc does not expand their attributes, which
/// it reports.
///
/// The text of a file is no proof of that. If rustc reports nothing, a lint does, which rustc does
/// not run beside other errors.
pub(crate) fn not_expanded(
    private: &TokenStream,
    context: &syn::Ident,
    operations: &[&'static Operation],
) -> TokenStream {
    if operations.is_empty() {
        return TokenStream::new();
    }
    let endpoints = operations
        .iter()
        .map(|operation| format_ident!("{}", operation.ident));
    let endpoints: Vec<_> = endpoints.collect();
    let names = operations.iter().map(|operation| operation.ident);
    let message = format!(
        "an attribute in the files of this crate looks like one for {}, and it is not\nhelp: \
         write `#[churnkey::controller(..)]` or `#[churnkey::action(..)]`, or rename the other \
         attribute",
        all_of(names)
    );
    quote! {
        #(
            impl #private::NotExpanded<__ChurnkeyDerive, #context>
                for #private::endpoint::#endpoints {}
        )*

        #[must_use = #message]
        struct NotServed;

        #[deny(unused_must_use)]
        const _: fn() = || {
            const FAILS: ::core::primitive::bool = #(
                !#private::Probe::<#context, #private::endpoint::#endpoints>::PRESENT
            )||*;
            #private::Condition::<FAILS>::lint::<NotServed>();
        };
    }
}

/// An integration without any operation.
pub(crate) fn integration(private: &TokenStream, item: &syn::DeriveInput) -> TokenStream {
    let name = &item.ident;
    let (parameters, arguments, clause) = item.generics.split_for_impl();
    let bounds = clause.map(|clause| &clause.predicates);
    quote! {
        impl #parameters #private::Integration for #name #arguments
        where
            Self: 'static,
            #bounds
        {
            const NAME: &'static ::core::primitive::str = "";
            const MODES: #private::Modes = #private::Modes::Shared;
            const ROUTES: &'static [::core::option::Option<#private::Route<Self>>] = &[];
        }
    }
}
