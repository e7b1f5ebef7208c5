//! `#[derive(churnkey::IntoError)]`: the response of each variant of an error type.

mod response;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::{Attribute, Data, DeriveInput, Field, Fields, Member, Meta};

use self::response::{Response, Status};
use crate::args::{self, Arg};
use crate::errors::Errors;

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let item = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => return error.into_compile_error(),
    };
    let mut arguments = arguments(&item.attrs, &errors);
    let krate = args::take_crate(&mut arguments, &errors);
    let private = quote!(#krate::__private);
    let arms = arms(&private, &item, arguments, &errors);
    match errors.into_compile_errors() {
        None => implementation(&private, &item.ident, &arms),
        Some(errors) => {
            let fallback = fallback(&private, &item);
            quote!(#fallback #errors)
        }
    }
}

/// The arguments of every `#[churnkey(..)]`.
fn arguments(attributes: &[Attribute], errors: &Errors) -> Vec<Arg> {
    let mut arguments = Vec::new();
    for attribute in attributes {
        if !attribute.path().is_ident("churnkey") {
            continue;
        }
        match &attribute.meta {
            Meta::List(list) if !list.tokens.is_empty() => {
                arguments.extend(args::parse(list.tokens.clone(), errors));
            }
            meta => errors.on(
                meta,
                "the attribute has no options in parentheses",
                "write `#[churnkey(not_found)]`",
            ),
        }
    }
    arguments
}

fn arms(
    private: &TokenStream,
    item: &DeriveInput,
    arguments: Vec<Arg>,
    errors: &Errors,
) -> TokenStream {
    if !item.generics.params.is_empty() {
        errors.on(
            &item.generics.params,
            "an error with a response is not generic: whether what it holds has a response could not be known",
            "remove the parameters, or implement `churnkey::IntoError` by hand",
        );
    }
    match &item.data {
        Data::Struct(data) => {
            no_options_on(&data.fields, errors);
            let response = Response::parse(arguments, errors);
            if response.status.is_none() && errors.is_empty() {
                errors.on(
                    &item.ident,
                    format_args!("`{}` has no status", item.ident),
                    "write it under the derive, such as `#[churnkey(not_found)]`",
                );
            }
            arm(private, &quote!(Self), &data.fields, &response)
        }
        Data::Enum(data) => {
            for argument in &arguments {
                errors.on(
                    argument,
                    "the response of an enum stands on its variants",
                    "put the attribute above a variant",
                );
            }
            let arms = data.variants.iter().map(|variant| {
                no_options_on(&variant.fields, errors);
                let response = Response::parse(self::arguments(&variant.attrs, errors), errors);
                // A name of the expansion, for which lints such as `deprecated` are silent.
                let mut name = variant.ident.clone();
                name.set_span(Span::mixed_site().located_at(name.span()));
                arm(private, &quote!(Self::#name), &variant.fields, &response)
            });
            arms.collect()
        }
        Data::Union(data) => {
            errors.on(
                data.union_token,
                "an error is not a union",
                "write an enum or a struct",
            );
            TokenStream::new()
        }
    }
}

fn no_options_on(fields: &Fields, errors: &Errors) {
    for attribute in fields.iter().flat_map(|field| &field.attrs) {
        if attribute.path().is_ident("churnkey") {
            errors.on(
                attribute.path(),
                "a field has no response",
                "put the attribute above the variant, or above the struct",
            );
        }
    }
}

/// The arm of a `match` that makes the response of one variant.
fn arm(
    private: &TokenStream,
    variant: &TokenStream,
    fields: &Fields,
    response: &Response,
) -> TokenStream {
    let here = Span::mixed_site();
    if let Some(status) = &response.status {
        let made = made(private, status, response);
        return quote_spanned! {here=>
            error @ #variant { .. } => #private::Response::Caused(error, #made),
        };
    }
    let Some(wrapped) = wrapped(fields) else {
        return quote_spanned! {here=>
            error @ #variant { .. } => {
                #private::Response::Caused(error, #private::Error::internal_without_cause())
            }
        };
    };
    // Names of our own, which those of the user's fields cannot be confused with.
    let names: Vec<Ident> = (0..fields.len())
        .map(|index| format_ident!("field_{index}", span = here))
        .collect();
    let members: Vec<Member> = fields.members().collect();
    let inner = &names[wrapped];
    quote_spanned! {here=>
        #variant { #(#members: #names,)* } => {
            use #private::Opaque as _;
            #private::Wrapped(#inner).respond(text, |#inner| #variant { #(#members: #names,)* })
        }
    }
}

fn made(private: &TokenStream, status: &Status, response: &Response) -> TokenStream {
    let here = Span::mixed_site();
    match status {
        Status::Named { constructor, title } => {
            let constructor = Ident::new(constructor, here);
            let message = match &response.message {
                None => quote!(#title),
                Some(None) => quote_spanned!(here=> text),
                Some(Some(message)) => quote!(#message),
            };
            quote!(#private::Error::#constructor(#message))
        }
        Status::Unavailable(after) => {
            let (seconds, nanos) = (after.as_secs(), after.subsec_nanos());
            quote!(#private::Error::unavailable(::core::time::Duration::new(#seconds, #nanos)))
        }
        Status::Internal => quote!(#private::Error::internal_without_cause()),
    }
}

/// The field that holds the error which a variant wraps: the source, as thiserror defines it, or
/// the only field.
fn wrapped(fields: &Fields) -> Option<usize> {
    let is_source = |field: &Field| {
        let marked = field.attrs.iter().any(|attribute| {
            ["from", "source"]
                .iter()
                .any(|word| attribute.path().is_ident(word))
        });
        marked || field.ident.as_ref().is_some_and(|name| name == "source")
    };
    fields
        .iter()
        .position(is_source)
        .or((fields.len() == 1).then_some(0))
}

/// The call has the span of the type's name, where the compiler reports a type that is no error.
fn implementation(private: &TokenStream, name: &Ident, arms: &TokenStream) -> TokenStream {
    let here = Span::mixed_site();
    let respond = Ident::new("respond", here.located_at(name.span()));
    let respond = quote_spanned!(name.span()=> <_ as #private::rules::LoggedCause>::#respond);
    quote_spanned! {here=>
        #[automatically_derived]
        impl #private::IntoError for #name {
            fn into_error(self) -> #private::Error {
                #respond(self, |error: Self, text| match error { #arms })
            }
        }
    }
}

/// An implementation that is never called, because the crate does not compile.
fn fallback(private: &TokenStream, item: &DeriveInput) -> TokenStream {
    let name = &item.ident;
    let (parameters, arguments, clause) = item.generics.split_for_impl();
    quote! {
        impl #parameters #private::IntoError for #name #arguments #clause {
            fn into_error(self) -> #private::Error {
                ::core::panic!()
            }
        }
    }
}
