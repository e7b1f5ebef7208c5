//! Implementations for functions with mistakes, so that what depends on them does not report those again.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote};

use crate::item::Function;
use crate::operation::Names;

/// The operation is there, and is never called, because the crate does not compile.
pub(crate) fn implementation(
    names: &Names<'_>,
    function: &Function,
    context: Option<&syn::Type>,
) -> TokenStream {
    match context {
        Some(context) => {
            let body = quote! {
                let _ = (input, parts);
                ::core::panic!()
            };
            names.provides(context, Span::mixed_site(), body)
        }
        None => unplaced(names, function),
    }
}

/// The operation is there for a context that cannot be told: no integration of the crate is told to be without it.
fn unplaced(names: &Names<'_>, function: &Function) -> TokenStream {
    let (private, cfgs) = (&names.private, names.cfgs);
    let endpoint = format_ident!("{}", names.operation.endpoint);
    // Between methods a constant needs a name.
    let name = match function.self_in_signature() {
        Some(_) => format_ident!("__CHURNKEY_{}", names.operation.endpoint),
        None => format_ident!("_"),
    };
    quote! {
        #(#cfgs)*
        #[allow(unused, non_upper_case_globals, non_local_definitions)]
        const #name: () = {
            struct Function;
            impl<Context> #private::Unplaced<Function, Context> for #private::endpoint::#endpoint {}
        };
    }
}

/// The struct is an integration without any operation.
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
            const RETRIEVE_SUBSCRIPTION: ::core::option::Option<#private::RetrieveSubscription<Self>> =
                ::core::option::Option::None;
        }
    }
}
