//! Implementations for functions with mistakes, which suppress errors that follow from these.

use churnkey_protocol::Operation;
use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use crate::impl_writer::ImplWriter;

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
