//! Implementations for functions with mistakes, which suppress errors that follow from these.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use crate::impl_writer::ImplWriter;
use crate::item::Function;

/// An implementation that is never called, because the crate does not compile.
pub(crate) fn implementation(
    writer: &ImplWriter,
    function: &Function,
    context: Option<&syn::Type>,
) -> TokenStream {
    match context {
        Some(context) => {
            let body = quote! {
                let _ = (__churnkey_input, __churnkey_context);
                ::core::panic!()
            };
            writer.provides(context, Span::mixed_site(), &TokenStream::new(), &body)
        }
        None => unplaced(writer, function),
    }
}

/// Marks the operation as implemented for every context, because its own could not be parsed, so
/// that no integration is reported to lack it.
fn unplaced(writer: &ImplWriter, function: &Function) -> TokenStream {
    let (private, cfg) = (&writer.private, &writer.cfg);
    let endpoint = format_ident!("{}", writer.operation.ident);
    // An associated constant needs a name.
    let name = match function.self_in_signature() {
        Some(_) => format_ident!("__CHURNKEY_{}", writer.operation.ident),
        None => format_ident!("_"),
    };
    quote! {
        #cfg
        const #name: () = {
            struct __ChurnkeyFunction;
            impl<Context> #private::UnknownContext<__ChurnkeyFunction, Context>
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
