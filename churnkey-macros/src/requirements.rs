//! Requirement checks: const assertions, evaluated after expansion, that other operations exist.
//!
//! A missing operation or module is reported once, by the first of the functions that need it.

use churnkey_protocol::{MODULES, Module, Need, Operation, Side};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use crate::check::{Attribute, text};
use crate::rust;

/// Requirements of an operation's function.
pub(crate) fn of_function(
    private: &TokenStream,
    attribute: &Attribute,
    operation: &'static Operation,
    function: &syn::Ident,
    context: &syn::Type,
) -> TokenStream {
    let check = Check {
        private,
        context: context.to_token_stream(),
        span: attribute.module_span,
    };
    let module = attribute.module;
    let mut requirements = check.rest_of(module, operation);
    requirements.extend(check.variant(attribute, operation));
    for need in module.needs {
        requirements.extend(check.need(module, need));
    }
    if module.customer_data {
        requirements.extend(check.mode(function, operation));
    }
    requirements
}

/// Requirements of an integration: what Churnkey requires, and what `expect(..)` lists.
pub(crate) fn of_integration(
    private: &TokenStream,
    name: &syn::Ident,
    expected: &[Expected],
) -> TokenStream {
    let check = Check {
        private,
        context: name.to_token_stream(),
        span: name.span(),
    };
    let mut requirements = TokenStream::new();
    for module in MODULES.iter().filter(|module| module.required) {
        for operation in required_operations(module) {
            requirements.extend(check.fails(
                check.missing(operation),
                &format!(
                    "`{name}` has no `{}` for `{}`, which Churnkey requires",
                    operation.name, module.name
                ),
                &check.write(module, operation),
            ));
        }
    }
    for expected in expected {
        let check = Check {
            span: expected.span,
            ..check.clone()
        };
        requirements.extend(check.expected(name, expected));
    }
    requirements
}

/// A word in `expect(..)`: a module, or one operation of it.
pub(crate) struct Expected {
    pub(crate) module: &'static Module,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) span: Span,
}

fn required_operations(module: &Module) -> impl Iterator<Item = &'static Operation> {
    module
        .operations
        .iter()
        .filter(|operation| operation.is_required())
}

#[derive(Clone)]
struct Check<'a> {
    private: &'a TokenStream,
    context: TokenStream,
    span: Span,
}

impl Check<'_> {
    /// Checks that an optional module that has one operation has all its required ones.
    ///
    /// The operations of a required module are checked at the derive.
    fn rest_of(&self, module: &Module, operation: &Operation) -> TokenStream {
        if module.required {
            return TokenStream::new();
        }
        required_operations(module)
            .filter(|other| *other != operation)
            .map(|other| {
                self.fails(
                    self.missing(other),
                    &format!(
                        "`{}` has `{}` and no `{}`, and Churnkey needs both",
                        module.name, operation.name, other.name
                    ),
                    &self.write(module, other),
                )
            })
            .collect()
    }

    /// Checks that all functions of a module have the variant of this attribute, and its need.
    fn variant(&self, attribute: &Attribute, operation: &Operation) -> TokenStream {
        let Some(variant) = attribute.options.variant() else {
            return TokenStream::new();
        };
        let module = attribute.module;
        let first = &module.operations[0];
        let is_first = operation == first;
        let mut requirements = TokenStream::new();
        if !is_first {
            requirements.extend(self.agrees(module, operation, first, variant.word));
        }
        if let Some(need) = &variant.needs {
            // If both functions have the type, only the first one reports the missing module.
            let open = (!is_first).then(|| self.untyped(first)).into_iter();
            let missing = self.module_missing(need.module);
            requirements.extend(self.missing_need(module, need, quote!(#(#open &&)* #missing)));
        }
        requirements
    }

    /// Checks that a needed module exists, unless an earlier module with functions reports it.
    fn need(&self, module: &Module, need: &Need) -> TokenStream {
        let missing = self.module_missing(need.module);
        let before = MODULES
            .iter()
            .take_while(|other| other.name != module.name)
            .filter(|other| other.needs.iter().any(|other| other.module == need.module))
            .flat_map(|other| other.operations)
            .map(|operation| self.absent(operation));
        self.missing_need(module, need, quote!(#missing #(&& #before)*))
    }

    /// Checks that the function tells test and live mode apart, or that the integration does.
    fn mode(&self, function: &syn::Ident, operation: &Operation) -> TokenStream {
        let (private, context) = (self.private, &self.context);
        let endpoint = format_ident!("{}", operation.ident);
        self.fails(
            quote!(#private::ModeProbe::<#context, #private::endpoint::#endpoint>::CONFUSES_MODES),
            &format!("`{function}` does not tell test and live mode apart"),
            &format!(
                "take the argument `mode: churnkey::Mode` and choose the data by it, or write \
                 `modes(test)`, `modes(live)` or, if both modes share the same data, \
                 `modes(shared)` in the `#[churnkey(..)]` of `{}`",
                text(context)
            ),
        )
    }

    fn missing_need(&self, module: &Module, need: &Need, condition: TokenStream) -> TokenStream {
        self.fails(
            condition,
            &format!(
                "`{}` needs `{}`, and there is none: {}",
                module.name, need.module.name, need.reason
            ),
            &self.write_module(need.module),
        )
    }

    fn expected(&self, name: &syn::Ident, expected: &Expected) -> TokenStream {
        let module = expected.module;
        let (missing, write) = match expected.operation {
            Some(operation) => (self.missing(operation), self.write(module, operation)),
            None => (self.module_missing(module), self.write_module(module)),
        };
        let part = expected
            .operation
            .filter(|_| module.side == Side::Controller)
            .map_or(String::new(), |operation| {
                format!("`{}` of ", operation.name)
            });
        self.fails(
            missing,
            &format!(
                "`{name}` expects {part}`{}`, and there is none",
                module.name
            ),
            &write,
        )
    }

    fn probe(&self, operation: &Operation) -> TokenStream {
        let (private, context) = (self.private, &self.context);
        let endpoint = format_ident!("{}", operation.ident);
        quote!(#private::Probe::<#context, #private::endpoint::#endpoint>)
    }

    fn absent(&self, operation: &Operation) -> TokenStream {
        let probe = self.probe(operation);
        quote!(!#probe::PRESENT)
    }

    /// True if an operation has no function, and no function whose context could not be parsed.
    fn missing(&self, operation: &Operation) -> TokenStream {
        let (private, context) = (self.private, &self.context);
        let endpoint = format_ident!("{}", operation.ident);
        quote! {
            !#private::is_true(&|| {
                (&&#private::ImplProbe::<#context, #private::endpoint::#endpoint>::NEW)
                    .__churnkey_found()
            })
        }
    }

    /// True if a module has no function at all. An incomplete module is reported by its functions.
    fn module_missing(&self, module: &Module) -> TokenStream {
        let missing = module
            .operations
            .iter()
            .map(|operation| self.missing(operation));
        quote!(#(#missing)&&*)
    }

    fn untyped(&self, operation: &Operation) -> TokenStream {
        let probe = self.probe(operation);
        quote!(#probe::OPTIONS.is_none())
    }

    fn agrees(
        &self,
        module: &Module,
        operation: &Operation,
        first: &Operation,
        variant: &str,
    ) -> TokenStream {
        let (one, other) = (self.probe(operation), self.probe(first));
        self.fails(
            quote!(!#one::OPTIONS.agrees_with(#other::OPTIONS)),
            &format!(
                "`{}` of `{}` says `type = \"{variant}\"` and `{}` says another type, \
                 but all {} of a provider have one type",
                operation.name, module.name, first.name, module.name
            ),
            "write the same type in both attributes, or leave it out of one",
        )
    }

    fn write(&self, module: &Module, operation: &'static Operation) -> String {
        let example = rust::example(module, operation, &text(&self.context));
        format!("write it:\n\n{}\n", indent(&example))
    }

    fn write_module(&self, module: &Module) -> String {
        let context = text(&self.context);
        let functions: Vec<String> = module
            .operations
            .iter()
            .map(|operation| indent(&rust::example(module, operation, &context)))
            .collect();
        format!("write it:\n\n{}\n", functions.join("\n\n"))
    }

    fn fails(&self, condition: TokenStream, wrong: &str, help: &str) -> TokenStream {
        let private = self.private;
        let message = format!("{wrong}\nhelp: {help}");
        let failure = quote_spanned!(self.span=> fail(#message));
        quote! {
            const _: () = {
                use #private::{
                    ProbeFallback as _, ViaNothing as _, ViaImpl as _, ViaUnknownContext as _,
                    ModeProbeFallback as _, fail,
                };
                if #condition {
                    #failure
                }
            };
        }
    }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
