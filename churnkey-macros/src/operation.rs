//! `#[churnkey::controller]` and `#[churnkey::action]`: the function as it is, and an implementation that calls it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::args;
use crate::check::{self, Call};
use crate::errors::Errors;
use crate::fallback;
use crate::item::{self, Function};
use crate::needs;
use crate::spec::{Operation, Side};

pub(crate) fn expand(side: Side, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let generated = generate(side, arguments, &item, &errors);
    match errors.into_compile_errors() {
        None => quote!(#item #generated),
        Some(errors) => {
            let item = item::async_if_it_waits(item);
            // What is only called from what could not be generated would be reported as unused, on top of the mistake.
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
    let chosen = check::attribute(side, arguments, errors);
    let function = Function::parse(side, item.clone(), errors)?;
    let context = check::context(&function);
    let operation = match &chosen {
        Some(chosen) => chosen.operation(&function, errors),
        None => check::probable(side, &function),
    }?;
    let mut names = Names {
        private,
        word: function.signature.ident.span(),
        operation,
        options: TokenStream::new(),
        needs: TokenStream::new(),
        cfgs: &function.cfgs,
    };
    let Some(chosen) = chosen else {
        return Some(fallback::implementation(
            &names,
            &function,
            context.as_ref(),
        ));
    };
    let call = check::signature(&function, operation, errors);
    names.word = chosen.word;
    names.options = chosen.options.expand(&names.private);
    names.needs = context
        .as_ref()
        .map(|context| needs::of_function(&names.private, &chosen, operation, context))
        .unwrap_or_default();
    Some(match call {
        Some(call) if errors.is_empty() => names.implementation(&function, &call),
        _ => fallback::implementation(&names, &function, context.as_ref()),
    })
}

/// What the generated code calls things.
pub(crate) struct Names<'a> {
    pub(crate) private: TokenStream,
    /// The word in the attribute, where errors about the operation as a whole stand.
    pub(crate) word: Span,
    pub(crate) operation: &'static Operation,
    /// The value of the constant that tells the options; nothing if they are open.
    pub(crate) options: TokenStream,
    /// The checks of what must be there besides.
    pub(crate) needs: TokenStream,
    pub(crate) cfgs: &'a [syn::Attribute],
}

impl Names<'_> {
    /// An implementation of the operation, with the body of its function.
    ///
    /// It is an item and not in a constant, so that rustc refuses it in so many words where functions are methods. It stands at the word in the attribute, braces and the
    /// empty clause included, so that two functions for one operation show both attributes; the context stands where the user wrote it.
    pub(crate) fn provides(
        &self,
        context: &syn::Type,
        here: Span,
        body: TokenStream,
    ) -> TokenStream {
        let Self {
            private,
            word,
            needs,
            cfgs,
            ..
        } = self;
        let endpoint = Ident::new(self.operation.endpoint, *word);
        let header = quote_spanned! {*word=>
            impl #private::Provides<#private::endpoint::#endpoint> for #context where ():
        };
        let endpoint = Ident::new(self.operation.endpoint, here);
        let options = Some(&self.options)
            .filter(|options| !options.is_empty())
            .map(|options| quote_spanned!(here=> const OPTIONS: #private::Options = #options;));
        // A context whose name is misspelt is any type to the compiler: no integration is then told to be without the operation.
        let attempt = quote_spanned! {here=>
            struct __Function {}
            impl #private::Of for __Function {
                type Context = #context;
            }
            impl #private::Unplaced<__Function, <__Function as #private::Of>::Context> for #private::endpoint::#endpoint {}
        };
        let mut braces = Group::new(
            Delimiter::Brace,
            quote_spanned! {here=>
                #options

                async fn call(
                    &self,
                    input: #private::Input<#private::endpoint::#endpoint>,
                    parts: &#private::RequestContext,
                ) -> #private::Result<#private::Output<#private::endpoint::#endpoint>>
                where
                    for<'shared> &'shared Self: ::core::marker::Send,
                {
                    #attempt
                    #body
                }
            },
        );
        braces.set_span(*word);
        let needs = Some(needs).filter(|needs| !needs.is_empty()).map(|needs| {
            quote! {
                #(#cfgs)*
                const _: () = { #needs };
            }
        });
        quote! {
            #(#cfgs)*
            #[allow(deprecated, non_local_definitions, clippy::all, clippy::pedantic)]
            #header #braces
            #needs
        }
    }

    fn implementation(&self, function: &Function, call: &Call) -> TokenStream {
        let name = &function.signature.ident;
        let here = Span::mixed_site().located_at(name.span());
        let private = &self.private;
        let inputs: Vec<Ident> = self
            .operation
            .inputs
            .iter()
            .map(|(name, _)| Ident::new(name, here))
            .collect();
        let endpoint = Ident::new(self.operation.endpoint, here);
        let takes = call
            .inputs
            .iter()
            .map(|r#type| method(private, quote!(Argument<_>), "take", r#type));
        let extras = call
            .extras
            .iter()
            .map(|r#type| method(private, quote!(FromRequest), "from_request", r#type));
        let answer = method(
            private,
            quote!(Answers<#private::Output<#private::endpoint::#endpoint>, _>),
            "answer",
            &call.returns,
        );
        let failure = method(
            private,
            quote!(StandardError),
            "into_error",
            check::failure(&call.returns),
        );
        let body = quote_spanned! {here=>
            use #private::Opaque as _;
            let (#(#inputs,)*) = input;
            let answer = #private::sendable(#name(
                self,
                #(#takes(#inputs),)*
                #(#extras(parts)?,)*
            ))
            .await;
            #answer(answer).map_err(|error| #failure(#private::Failure(error).answer()))
        };
        self.provides(&call.context, here, body)
    }
}

/// The path to a method of a trait, its type inferred, in the place of a type that the user wrote.
///
/// The type itself is not repeated: what is wrong with it would be reported twice.
pub(crate) fn method(
    private: &TokenStream,
    r#trait: TokenStream,
    method: &str,
    place: &syn::Type,
) -> TokenStream {
    let span = match place {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.span()),
        _ => None,
    };
    let span = span.unwrap_or_else(|| place.span());
    let method = Ident::new(method, span);
    quote_spanned!(span=> <_ as #private::#r#trait>::#method)
}
