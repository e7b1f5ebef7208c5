//! Writes the implementation of an operation for its context.

use churnkey_protocol::Operation;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

/// Writes `impl OneFunctionFor<Operation, ..> for Context`.
pub(crate) struct ImplWriter {
    pub(crate) private: TokenStream,
    /// Span of the module name in the attribute, for errors about the operation as a whole.
    pub(crate) module_span: Span,
    /// Span of the function's name, where generated code is located.
    pub(crate) name: Span,
    pub(crate) operation: &'static Operation,
    /// Name of the constant beside the implementation. In an impl block, where an attribute may be
    /// by mistake, a constant needs a name.
    pub(crate) constant: Ident,
    /// Value of the constant with the options; empty if the attribute leaves them open.
    pub(crate) options: TokenStream,
    /// Checks that the required operations exist.
    pub(crate) requirements: TokenStream,
    /// Warnings about the body of the function.
    pub(crate) warnings: TokenStream,
    /// `#[cfg]` of the function, or nothing.
    pub(crate) cfg: TokenStream,
    /// Lint levels of the function.
    pub(crate) allows: TokenStream,
}

impl ImplWriter {
    /// An implementation of the operation with these constants and this body.
    ///
    /// It is an item and not inside a constant, so that rustc itself rejects it inside an impl
    /// block. Its span is the module name in the attribute, braces and the empty clause included,
    /// so that two functions for one operation show both attributes; the context keeps the span
    /// that the user's tokens have.
    pub(crate) fn provides(
        &self,
        context: &syn::Type,
        here: Span,
        constants: &TokenStream,
        body: &TokenStream,
    ) -> TokenStream {
        let Self {
            private,
            module_span,
            requirements,
            warnings,
            constant,
            cfg,
            allows,
            ..
        } = self;
        // At the module name, and yet generated: lints about the order of items skip it.
        let there = Span::mixed_site().located_at(*module_span);
        let endpoint = Ident::new(self.operation.ident, there);
        let header = quote_spanned! {there=>
            impl #private::OneFunctionFor<#private::endpoint::#endpoint, #private::RemoveTheOther>
                for #context where ():
        };
        let endpoint = Ident::new(self.operation.ident, here);
        let options = Some(&self.options)
            .filter(|options| !options.is_empty())
            .map(|options| quote_spanned!(here=> const OPTIONS: #private::Options = #options;));
        // It is in the constant, which an impl block accepts as well: there rustc rejects the
        // implementation, and the operation still counts as present. If the context type does not
        // resolve, it applies to every type, which suppresses errors that follow from the missing
        // operation.
        let attempt = quote! {
            struct __ChurnkeyFunction {}
            impl #private::ContextOf for __ChurnkeyFunction {
                type Context = #context;
            }
            impl #private::UnknownContext<
                __ChurnkeyFunction,
                <__ChurnkeyFunction as #private::ContextOf>::Context,
            > for #private::endpoint::#endpoint {}
        };
        let mut braces = Group::new(
            Delimiter::Brace,
            quote_spanned! {here=>
                #options
                #constants

                async fn call(
                    &self,
                    __churnkey_input: #private::Input<#private::endpoint::#endpoint>,
                    __churnkey_context: &#private::RequestContext,
                ) -> #private::Result<#private::Output<#private::endpoint::#endpoint>>
                where
                    for<'shared> &'shared Self: ::core::marker::Send,
                {
                    #body
                }
            },
        );
        braces.set_span(there);
        quote! {
            #cfg
            #allows
            #header #braces
            #cfg
            const #constant: () = {
                #attempt
                #requirements
            };
            #warnings
        }
    }
}

/// Path to a method of a trait whose type is inferred, with the span of a type that the user wrote.
///
/// The type itself is not repeated, because rustc would report an error in it twice.
pub(crate) fn method(
    private: &TokenStream,
    r#trait: TokenStream,
    method: &str,
    place: &syn::Type,
) -> TokenStream {
    let named = match place {
        syn::Type::Reference(reference) => &reference.elem,
        place => place,
    };
    let span = match named {
        syn::Type::Path(path) => path.path.segments.last().map(|last| last.ident.span()),
        _ => None,
    };
    let span = span.unwrap_or_else(|| place.span());
    let method = Ident::new(method, span);
    quote_spanned!(span=> <_ as #private::rules::#r#trait>::#method)
}
