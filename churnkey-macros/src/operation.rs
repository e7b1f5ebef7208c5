//! `#[churnkey::controller]` and `#[churnkey::action]`: the unchanged function, and an
//! implementation that calls it.

use churnkey_protocol::Side;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};

use crate::check::{self, Call};
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
            // Functions that only the missing code would call must not be reported as unused.
            quote!(#[allow(unused)] #item #generated #errors)
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
        options: TokenStream::new(),
        requirements: TokenStream::new(),
        cfgs: &function.cfgs,
    };
    let Some(attribute) = attribute else {
        return Some(fallback::implementation(
            &writer,
            &function,
            context.as_ref(),
        ));
    };
    let call = check::signature(&function, operation, errors);
    writer.module_span = attribute.module_span;
    writer.options = attribute.options.expand(&writer.private);
    writer.requirements = context
        .as_ref()
        .map(|context| requirements::of_function(&writer.private, &attribute, operation, context))
        .unwrap_or_default();
    Some(match call {
        Some(call) if errors.is_empty() => implementation(&writer, &function, &call),
        _ => fallback::implementation(&writer, &function, context.as_ref()),
    })
}

fn implementation(writer: &ImplWriter<'_>, function: &Function, call: &Call) -> TokenStream {
    let name = &function.signature.ident;
    let here = Span::mixed_site().located_at(name.span());
    let private = &writer.private;
    let inputs: Vec<Ident> = rust::arguments(writer.operation)
        .map(|argument| Ident::new(argument.name, here))
        .collect();
    let endpoint = Ident::new(writer.operation.ident, here);
    let takes = call
        .inputs
        .iter()
        .map(|r#type| method(private, quote!(Argument<_>), "take", r#type));
    let extras = call.extras.iter().map(|r#type| {
        method(
            private,
            quote!(FromRequestContext),
            "from_request_context",
            r#type,
        )
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
    let body = quote_spanned! {here=>
        let (#(#inputs,)*) = input;
        let answer = #private::sendable(#name(
            self,
            #(#takes(#inputs),)*
            #(#extras(parts)?,)*
        ))
        .await;
        #answer(answer).map_err(|error| #failure(error))
    };
    writer.provides(&call.context, here, body)
}
