//! `#[churnkey::controller]` and `#[churnkey::action]`: the unchanged function, and an
//! implementation that calls it.

use churnkey_protocol::Side;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::cfg::{Cfg, configurations};
use crate::check::{self, Call, Extra};
use crate::errors::Errors;
use crate::impl_writer::{ImplWriter, method};
use crate::item::{self, Function};
use crate::{args, fallback, requirements, rust};

pub(crate) fn expand(side: Side, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let generated = generate(side, arguments, &item, &errors);
    match errors.into_compile_errors() {
        None => quote!(#item #generated),
        Some(errors) => {
            let item = item::async_if_it_awaits(item);
            quote!(#item #generated #errors)
        }
    }
}

fn generate(
    side: Side,
    arguments: TokenStream,
    item: &TokenStream,
    errors: &Errors,
) -> Option<TokenStream> {
    let mut arguments = args::parse(arguments, errors);
    let krate = args::take_crate(&mut arguments, errors);
    let private = quote!(#krate::__private);
    let attribute = check::attribute(side, arguments, errors);
    let function = Function::parse(side, item.clone(), errors)?;
    let context = check::context(&function);
    let operation = match &attribute {
        Some(attribute) => attribute.operation(&function, errors),
        None => check::probable(side, &function),
    }?;
    let mut writer = ImplWriter {
        private,
        module_span: function.signature.ident.span(),
        operation,
        constant: format_ident!(
            "REQUIREMENTS_OF_{}",
            args::unraw(&function.signature.ident).to_uppercase()
        ),
        options: TokenStream::new(),
        requirements: TokenStream::new(),
        cfg: function.cfg.attribute(),
        allows: function.allows.clone(),
    };
    let Some(attribute) = attribute else {
        return Some(fallback::implementation(&writer, context.as_ref()));
    };
    let call = check::signature(&function, operation, errors);
    writer.module_span = attribute.module_span;
    writer.options = attribute.options.expand(&writer.private);
    writer.requirements = context
        .as_ref()
        .map(|context| {
            let name = &function.signature.ident;
            requirements::of_function(&writer.private, &attribute, operation, name, context)
        })
        .unwrap_or_default();
    Some(match call {
        Some(call) if errors.is_empty() => implementation(&writer, &function, &call),
        _ => fallback::implementation(&writer, context.as_ref()),
    })
}

fn implementation(writer: &ImplWriter, function: &Function, call: &Call) -> TokenStream {
    let name = &function.signature.ident;
    let here = Span::mixed_site().located_at(name.span());
    let private = &writer.private;
    let inputs: Vec<Ident> = rust::arguments(writer.operation)
        .map(|argument| Ident::new(&format!("__churnkey_{}", argument.name), here))
        .collect();
    let endpoint = Ident::new(writer.operation.ident, here);
    let takes: Vec<TokenStream> = call
        .inputs
        .iter()
        .map(|r#type| method(private, quote!(Argument<_>), "take", r#type))
        .collect();
    let calls = configurations(&call.extras, |extra| &extra.cfg).into_iter();
    let calls = calls.map(|(cfg, extras)| {
        let cfg = cfg.attribute();
        let extras = extras.into_iter().map(|extra| {
            let r#trait = quote!(FromRequestContext);
            method(private, r#trait, "from_request_context", &extra.r#type)
        });
        quote_spanned! {here=>
            #cfg
            let __churnkey_answer = #private::sendable(__churnkey_function(
                self,
                #(#takes(#inputs),)*
                #(#extras(__churnkey_context)?,)*
            ))
            .await;
        }
    });
    let answer = method(
        private,
        quote!(ReturnType<#private::Output<#private::endpoint::#endpoint>, _>),
        "answer",
        &call.returns,
    );
    let failure = method(
        private,
        quote!(FunctionError),
        "into_error",
        check::failure(&call.returns),
    );
    // As a value and not as the path of a call: clippy then takes it that the function has to be
    // async, and `unused_async` does not report it.
    let body = quote_spanned! {here=>
        let (#(#inputs,)*) = __churnkey_input;
        let __churnkey_function = #name;
        #(#calls)*
        #answer(__churnkey_answer).map_err(|__churnkey_error| #failure(__churnkey_error))
    };
    writer.provides(&call.context, here, &extras(writer, call, name), &body)
}

/// The constant that states the dependence of the function's extra arguments on a request.
fn extras(writer: &ImplWriter, call: &Call, name: &Ident) -> TokenStream {
    let here = Span::mixed_site().located_at(name.span());
    let private = &writer.private;
    let own = call
        .inputs
        .iter()
        .map(|_| quote_spanned!(here=> #private::never()));
    let own: Vec<TokenStream> = own.collect();
    let constant = |(cfg, extras): (Cfg, Vec<&Extra>)| {
        let cfg = cfg.attribute();
        let names: Vec<Ident> = (0..extras.len())
            .map(|index| format_ident!("__churnkey_{index}", span = here))
            .collect();
        let value = names.iter().rev().fold(None, |rest, name| {
            let this = quote_spanned!(here=> (&&#name).__churnkey_extra());
            Some(match rest {
                Some(rest) => quote_spanned!(here=> (#this, #rest)),
                None => this,
            })
        });
        let value = match value {
            Some(value) => quote_spanned! {here=>
                #private::extras(&|| {
                    use #private::{ViaExtractor as _, ViaOther as _};
                    #(let #names = #private::Extra::NEW;)*
                    let _ = #name(#private::never(), #(#own,)* #(#names.value()),*);
                    #value
                })
            },
            // The second use: a lint of clippy reports functions that are used once.
            None => quote_spanned!(here=> { let _ = #name; #private::Extras::NONE }),
        };
        quote_spanned! {here=>
            #cfg
            const EXTRAS: #private::Extras = #value;
        }
    };
    configurations(&call.extras, |extra| &extra.cfg)
        .into_iter()
        .map(constant)
        .collect()
}
