//! Implementations for functions with mistakes, so that what depends on them does not report those again.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use crate::operation::Names;

/// The operation is there, and is never called, because the crate does not compile.
pub(crate) fn implementation(names: &Names<'_>, context: &syn::Type) -> TokenStream {
    let (private, endpoint) = (
        &names.private,
        format_ident!("{}", names.operation.endpoint),
    );
    let options = names.chosen.options.expand(private);
    let body = quote! {
        const OPTIONS: #private::Options = #options;

        async fn call(
            &self,
            _: #private::Input<#private::endpoint::#endpoint>,
            _: &#private::RequestContext,
        ) -> #private::Result<#private::Output<#private::endpoint::#endpoint>> {
            ::core::panic!()
        }
    };
    names.provides(context, body)
}

/// The struct is an integration without any operation.
pub(crate) fn integration(private: &TokenStream, item: &syn::DeriveInput) -> TokenStream {
    let name = &item.ident;
    let (parameters, arguments, clause) = item.generics.split_for_impl();
    let bounds = clause.map(|clause| &clause.predicates);
    quote! {
        impl #parameters #private::Integration for #name #arguments
        where
            Self: ::core::marker::Send + ::core::marker::Sync + 'static,
            #bounds
        {
            const NAME: &'static str = "";
            const ROUTES: &'static [::core::option::Option<#private::Route<Self>>] = &[];
            const RETRIEVE_SUBSCRIPTION: ::core::option::Option<#private::RetrieveSubscription<Self>> =
                ::core::option::Option::None;
        }
    }
}
