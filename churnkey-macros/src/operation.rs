//! `#[churnkey::controller]` and `#[churnkey::action]`: the unchanged function, and an
//! implementation that calls it.

use std::slice;

use churnkey_protocol::Side;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};

use crate::cfg::{Cfg, configurations};
use crate::check::{self, Attribute, Call, Extra};
use crate::errors::Errors;
use crate::impl_writer::{ImplWriter, method};
use crate::item::{self, Function};
use crate::misplaced::{self, Second};
use crate::{args, fallback, requirements, rust, unread, warning};

pub(crate) fn expand(side: Side, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let (kept, seconds) = misplaced::take(item.clone(), &errors);
    let mut expansion = generate(side, arguments, &kept, &errors);
    for second in seconds {
        let generated = of_second(second, &kept);
        expansion.generated.extend(generated);
    }
    let Expansion {
        generated,
        returns,
        is_unreadable,
        is_method,
    } = expansion;
    match errors.into_compile_errors() {
        None if is_unreadable => {
            let item = item::without_body(item);
            quote!(#item #generated)
        }
        None => quote!(#item #generated),
        Some(errors) => {
            let item = item::async_if_it_awaits(kept);
            let item = match returns {
                Some(returns) => item::with_return_type(item, &returns),
                None => item,
            };
            if is_method {
                return item::with_inside(item, &quote!(#generated #errors));
            }
            quote!(#item #generated #errors)
        }
    }
}

/// The code beside an item, and the changes to an item with a mistake that was reported.
#[derive(Default)]
struct Expansion {
    generated: TokenStream,
    /// The return type to insert if there is none.
    returns: Option<TokenStream>,
    /// The signature cannot be parsed, which rustc has reported, and the body has unknown names.
    is_unreadable: bool,
    /// A block of methods cannot hold the generated code, and the body of the method can.
    is_method: bool,
}

impl Expansion {
    fn of(generated: TokenStream) -> Self {
        Self {
            generated,
            ..Self::default()
        }
    }
}

fn generate(side: Side, arguments: TokenStream, item: &TokenStream, errors: &Errors) -> Expansion {
    let mut arguments = args::parse(arguments, errors);
    let krate = args::take_crate(&mut arguments, errors);
    let private = quote!(#krate::__private);
    let attribute = check::attribute(side, arguments, errors);
    let Some(function) = Function::parse(side, item.clone(), errors) else {
        let generated = unreadable(&private, attribute.as_ref(), item, errors);
        return Expansion {
            is_unreadable: errors.is_empty(),
            ..Expansion::of(generated)
        };
    };
    let context = check::context(&function);
    let operation = match &attribute {
        Some(attribute) => attribute.operation(&function, errors),
        None => check::probable(side, &function),
    };
    let Some(operation) = operation else {
        let generated = unreadable(&private, attribute.as_ref(), item, errors);
        return Expansion::of(generated);
    };
    let mut writer = ImplWriter {
        private,
        module_span: function.signature.ident.span(),
        name: function.signature.ident.span(),
        operation,
        constant: format_ident!(
            "REQUIREMENTS_OF_{}_AS_{}",
            args::unraw(&function.signature.ident).to_uppercase(),
            rust::snake_case(operation.ident).to_uppercase()
        ),
        options: TokenStream::new(),
        requirements: TokenStream::new(),
        warnings: TokenStream::new(),
        cfg: function.cfg.attribute(),
        allows: function.allows.clone(),
    };
    let Some(attribute) = attribute else {
        return Expansion::of(fallback::implementation(&writer, context.as_ref()));
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
    match call {
        Some(call) if errors.is_empty() => {
            writer.warnings = unread::warnings(&function, &attribute, operation);
            Expansion::of(implementation(&writer, &function, &call))
        }
        _ => {
            let endpoint = format_ident!("{}", operation.ident);
            let private = &writer.private;
            let is_method = function.self_in_signature().is_some();
            let returns = matches!(function.signature.output, syn::ReturnType::Default);
            Expansion {
                generated: fallback::implementation(&writer, context.as_ref()),
                is_unreadable: false,
                returns: (returns && !is_method).then(
                    || quote!(#private::AnyResult<#private::Output<#private::endpoint::#endpoint>>),
                ),
                is_method,
            }
        }
    }
}

/// Marks the operations as implemented that an item is for which is no function, or a function that
/// cannot be parsed: the operation that the attribute or the function names, else all of the
/// module.
fn unreadable(
    private: &TokenStream,
    attribute: Option<&Attribute>,
    item: &TokenStream,
    errors: &Errors,
) -> TokenStream {
    let Some(attribute) = attribute else {
        return TokenStream::new();
    };
    let name = item::name(item);
    let named = name.as_ref().map(args::unraw).unwrap_or_default();
    let operations = attribute
        .named(&named)
        .map_or(attribute.module.operations, slice::from_ref);
    let operations = operations.iter();
    let mut generated: TokenStream = operations
        .map(|operation| fallback::unplaced(private, operation, &TokenStream::new()))
        .collect();
    // Normally rustc has reported the syntax, and this is silent about what only this crate cannot
    // parse.
    if errors.is_empty() {
        let span = name.map_or(attribute.module_span, |name| name.span());
        let warning = warning::at(
            span,
            "this function cannot be parsed, and is not served",
            "correct its signature",
        );
        generated.extend(quote!(const _: () = { #warning };));
    }
    generated
}

/// Marks the operation of an attribute as implemented that was taken from the item.
fn of_second(second: Second, item: &TokenStream) -> TokenStream {
    let errors = Errors::default();
    let mut arguments = args::parse(second.arguments, &errors);
    let krate = args::take_crate(&mut arguments, &errors);
    let attribute = check::attribute(second.side, arguments, &errors);
    let name = item::name(item).as_ref().map(args::unraw);
    let Some(attribute) = attribute else {
        return TokenStream::new();
    };
    let operation = attribute.named(&name.unwrap_or_default());
    let private = quote!(#krate::__private);
    operation
        .map(|operation| fallback::unplaced(&private, operation, &TokenStream::new()))
        .unwrap_or_default()
}

fn implementation(writer: &ImplWriter, function: &Function, call: &Call) -> TokenStream {
    let name = &function.signature.ident;
    let here = Span::mixed_site().located_at(name.span());
    let private = &writer.private;
    let inputs: Vec<Ident> = rust::arguments(writer.operation)
        .map(|argument| Ident::new(&format!("__churnkey_{}", argument.name), here))
        .collect();
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
            let __churnkey_answer = #private::rules::sendable(__churnkey_function(
                self,
                #(#takes(#inputs),)*
                #(#extras(__churnkey_context)?,)*
            ))
            .await;
        }
    });
    let answer = answer(writer, call);
    let context = method(
        private,
        quote!(ContextOfFunction<_>),
        "serves",
        &call.context,
    );
    // As a value and not as the path of a call: clippy then takes it that the function has to be
    // async, and `unused_async` does not report it.
    let body = quote_spanned! {here=>
        {
            use #private::{ViaIntegration as _, ViaNoIntegration as _, ViaOtherIntegration as _};
            let _ = || #context((&&#private::ContextProbe::<Self>::NEW).__churnkey_contexts());
        }
        let (#(#inputs,)*) = __churnkey_input;
        let __churnkey_function = #name;
        #(#calls)*
        #answer
    };
    let shown = format!("`{}` at ", args::unraw(name));
    let extras = extras(writer, call, name);
    // The line is that of the attribute, where the options are.
    let constants = quote! {
        const FUNCTION: &'static ::core::primitive::str =
            ::core::concat!(#shown, ::core::file!(), ":", ::core::line!());
        #extras
    };
    writer.provides(&call.context, here, &constants, &body)
}

/// The answer of the function as the output of its operation.
///
/// In a `Result` that is written out, a wrong type is reported at the part that is wrong.
fn answer(writer: &ImplWriter, call: &Call) -> TokenStream {
    let private = &writer.private;
    let endpoint = format_ident!("{}", writer.operation.ident);
    let here = Span::mixed_site().located_at(writer.name);
    let output = quote!(#private::Output<#private::endpoint::#endpoint>);
    let (success, failure) = check::parts(&call.returns, writer.operation);
    let failure = method(private, quote!(FunctionError), "into_error", failure);
    match success {
        Some(success) => {
            let answer = method(private, quote!(Answer<#output>), "answer", success);
            quote_spanned! {here=>
                match __churnkey_answer {
                    ::core::result::Result::Ok(__churnkey_answer) => {
                        ::core::result::Result::Ok(#answer(__churnkey_answer))
                    }
                    ::core::result::Result::Err(__churnkey_error) => {
                        ::core::result::Result::Err(#failure(__churnkey_error))
                    }
                }
            }
        }
        None => {
            let answer = method(
                private,
                quote!(ReturnType<#output, _>),
                "answer",
                &call.returns,
            );
            quote_spanned! {here=>
                #answer(__churnkey_answer).map_err(|__churnkey_error| #failure(__churnkey_error))
            }
        }
    }
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
