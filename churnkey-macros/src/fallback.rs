//! Implementations for functions with mistakes, which suppress errors that follow from these.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use crate::impl_writer::ImplWriter;
use crate::item::Function;

/// An implementation that is never called, because the crate does not compile.
pub(crate) fn implementation(
    writer: &ImplWriter<'_>,
    function: &Function,
    context: Option<&syn::Type>,
) -> TokenStream {
    match context {
        Some(context) => {
            let body = quote! {
                let _ = (input, parts);
                ::core::panic!()
            };
            writer.provides(context, Span::mixed_site(), body)
        }
        None => unplaced(writer, function),
    }
}

/// Marks the operation as implemented for every context, because its own could not be parsed, so
/// that no integration is reported to lack it.
fn unplaced(writer: &ImplWriter<'_>, function: &Function) -> TokenStream {
    let (private, cfgs) = (&writer.private, writer.cfgs);
    let endpoint = format_ident!("{}", writer.operation.ident);
    // An associated constant needs a name.
    let name = match function.self_in_signature() {
        Some(_) => format_ident!("__CHURNKEY_{}", writer.operation.ident),
        None => format_ident!("_"),
    };
    quote! {
        #(#cfgs)*
        #[allow(unused, non_upper_case_globals, non_local_definitions)]
        const #name: () = {
            struct Function;
            impl<Context> #private::UnknownContext<Function, Context>
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
            const ROUTES: &'static [::core::option::Option<#private::Route<Self>>] = &[];
        }
    }
}
