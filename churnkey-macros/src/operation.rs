//! `#[churnkey::controller]` and `#[churnkey::action]`: the function as it is, and an implementation that calls it.

use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned as _;

use crate::args;
use crate::check::{self, Call, Chosen};
use crate::errors::Errors;
use crate::fallback;
use crate::item::Function;
use crate::needs;
use crate::spec::{Operation, Side};

pub(crate) fn expand(side: Side, arguments: TokenStream, item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let generated = generate(side, arguments, &item, &errors);
    match errors.into_compile_errors() {
        None => quote!(#item #generated),
        // What is only called from what could not be generated would be reported as unused, on top of the mistake.
        Some(errors) => quote!(#[allow(unused)] #item #generated #errors),
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
    let chosen = check::attribute(side, arguments, errors);
    let function = Function::parse(side, item.clone(), errors)?;
    let chosen = chosen?;
    let operation = chosen.operation(&function, errors)?;
    let call = check::signature(&function, operation, errors);
    let names = Names {
        private: quote!(#krate::__private),
        chosen: &chosen,
        operation,
    };
    let body = match call {
        Some(call) if errors.is_empty() => names.implementation(&function, &call),
        _ => fallback::implementation(&names, &check::context(&function)?),
    };
    let context = check::context(&function)?;
    let needs = needs::of_function(&names, &context);
    let cfgs = &function.cfgs;
    Some(quote! {
        #(#cfgs)*
        const _: () = {
            #body
            #needs
        };
    })
}

/// What the generated code calls things.
pub(crate) struct Names<'a> {
    pub(crate) private: TokenStream,
    pub(crate) chosen: &'a Chosen,
    pub(crate) operation: &'static Operation,
}

impl Names<'_> {
    /// An implementation of the operation around the items of its body.
    ///
    /// It stands at the word in the attribute, braces included, so that two functions for one operation show both attributes.
    pub(crate) fn provides(&self, context: &syn::Type, body: TokenStream) -> TokenStream {
        let (private, endpoint) = (&self.private, format_ident!("{}", self.operation.endpoint));
        let header = quote!(impl #private::Provides<#private::endpoint::#endpoint> for #context);
        let mut braces = Group::new(Delimiter::Brace, body);
        braces.set_span(self.chosen.word);
        let header = respan(header, self.chosen.word);
        quote!(#[allow(deprecated, clippy::all, clippy::pedantic)] #header #braces)
    }

    fn implementation(&self, function: &Function, call: &Call) -> TokenStream {
        let name = &function.signature.ident;
        let here = Span::mixed_site().located_at(name.span());
        let private = &respan(self.private.clone(), here);
        let endpoint = Ident::new(self.operation.endpoint, here);
        let options = self.chosen.options.expand(private);
        let inputs: Vec<Ident> = self
            .operation
            .inputs
            .iter()
            .map(|(name, _)| Ident::new(name, here))
            .collect();
        let given = self
            .operation
            .inputs
            .iter()
            .map(|(_, given)| Ident::new(given, here));
        let (input_types, extra_types, returns) = (&call.inputs, &call.extras, &call.returns);
        let failure = respan(
            quote!(#private::Failure(error).into_error()),
            Span::mixed_site().located_at(returns.span()),
        );
        let body = quote_spanned! {here=>
            const OPTIONS: #private::Options = #options;

            async fn call(
                &self,
                input: #private::Input<#private::endpoint::#endpoint>,
                request: &#private::RequestContext,
            ) -> #private::Result<#private::Output<#private::endpoint::#endpoint>> {
                use #private::Opaque as _;
                let (#(#inputs,)*) = input;
                let answer = #name(
                    self,
                    #(<#input_types as #private::Argument<#private::#given>>::take(#inputs),)*
                    #(<#extra_types as #private::FromRequest>::from_request(request)?,)*
                )
                .await;
                <#returns as #private::Answers<#private::Output<#private::endpoint::#endpoint>, _>>::answer(answer)
                    .map_err(|error| #failure)
            }
        };
        self.provides(&call.context, body)
    }
}

/// Tokens that stand where one of the user's tokens stands. With the user's own span they are to the compiler as if the user had
/// written them, and an error there speaks of no macro; tokens that name local variables must keep to the macro's scope.
pub(crate) fn respan(tokens: TokenStream, span: Span) -> TokenStream {
    let respan_one = |token: TokenTree| match token {
        TokenTree::Group(group) => {
            let mut respanned = Group::new(group.delimiter(), respan(group.stream(), span));
            respanned.set_span(span);
            TokenTree::Group(respanned)
        }
        mut token => {
            token.set_span(span);
            token
        }
    };
    tokens.into_iter().map(respan_one).collect()
}
