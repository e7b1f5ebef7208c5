//! What must be there besides: checks that the compiler evaluates once it knows every function, with messages of our own.
//!
//! Each is a constant that panics unless a probe finds the operation. One thing that is missing is reported once, by the first of those
//! who need it.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use crate::check::{Chosen, text};
use crate::spec::{self, Module, Operation, Side};

/// What the function of an operation needs.
pub(crate) fn of_function(
    private: &TokenStream,
    chosen: &Chosen,
    operation: &'static Operation,
    context: &syn::Type,
) -> TokenStream {
    let check = Check {
        private,
        context: context.to_token_stream(),
        span: chosen.word,
    };
    match chosen.module.side {
        Side::Action => of_action(&check, chosen.module),
        Side::Controller => of_controller(&check, chosen, operation),
    }
}

fn of_action(check: &Check<'_>, module: &Module) -> TokenStream {
    let mut needs = TokenStream::new();
    if module.name == "pause_all" {
        needs.extend(check.needs(
            "pause_all",
            "pause",
            "its options are those of `pause`",
            &[],
        ));
    }
    if module.name == "apply_coupon" {
        needs.extend(check.needs(
            "apply_coupon",
            "coupons",
            "Churnkey reads the coupon that is applied",
            &[],
        ));
    }
    if module.name != "cancel" {
        // The first action of the table that is there speaks for all.
        let before: Vec<&Module> = spec::modules(Side::Action)
            .take_while(|other| other.name != module.name)
            .filter(|other| other.name != "cancel")
            .collect();
        needs.extend(check.needs(
            module.name,
            "cancel",
            "every other action is an offer made on the way to it",
            &before,
        ));
    }
    needs
}

fn of_controller(check: &Check<'_>, chosen: &Chosen, operation: &Operation) -> TokenStream {
    let module = chosen.module;
    let mut needs = TokenStream::new();
    if module.both {
        for other in module
            .operations
            .iter()
            .filter(|other| **other != *operation)
        {
            needs.extend(check.fails(
                check.missing(other),
                &format!(
                    "`{}` has `{}` and no `{}`, and Churnkey needs both",
                    module.name, operation.name, other.name
                ),
                &check.write(module, other),
            ));
        }
    }
    let variant = chosen.options.variant("type");
    let is_list = operation.name == "list";
    let retrieve = &module.operations[0];
    if let (Some(variant), true) = (variant, is_list) {
        needs.extend(check.agrees(module, operation, retrieve, variant));
    }
    let (needed, because) = match (module.name, variant) {
        ("prices", Some("product")) => (
            "products",
            "with `type = \"product\"` each price belongs to a product",
        ),
        ("products", Some("family")) => (
            "families",
            "with `type = \"family\"` each product belongs to a family",
        ),
        _ => return needs,
    };
    // If both functions state the type, `retrieve` speaks for both.
    let speaks = is_list.then(|| check.untyped(retrieve)).into_iter();
    let missing = check.module_missing(needed);
    needs.extend(check.fails(
        quote!(#(#speaks &&)* #missing),
        &format!(
            "`{}` needs `{needed}`, and there is none: {because}",
            module.name
        ),
        &check.write_module(needed),
    ));
    needs
}

/// What the struct of an integration needs.
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
    let mut needs = TokenStream::new();
    for module in spec::MODULES.iter().filter(|module| module.required) {
        for operation in module
            .operations
            .iter()
            .filter(|operation| operation.required)
        {
            needs.extend(check.fails(
                check.missing(operation),
                &format!(
                    "`{name}` has no `{}` for `{}`, which Churnkey requires",
                    operation.name, module.name
                ),
                &check.write(module, operation),
            ));
        }
    }
    for Expected {
        module,
        operation,
        span,
    } in expected
    {
        let check = Check {
            span: *span,
            ..check.clone()
        };
        let (absent, write) = match operation {
            Some(operation) => (check.missing(operation), check.write(module, operation)),
            None => (
                check.module_missing(module.name),
                check.write_module(module.name),
            ),
        };
        let what = operation
            .filter(|_| module.side == Side::Controller)
            .map_or(String::new(), |operation| {
                format!("`{}` of ", operation.name)
            });
        needs.extend(check.fails(
            absent,
            &format!(
                "`{name}` expects {what}`{}`, and there is none",
                module.name
            ),
            &write,
        ));
    }
    needs
}

/// A word in `expect(..)`: a module, or one operation of it.
pub(crate) struct Expected {
    pub(crate) module: &'static Module,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) span: Span,
}

#[derive(Clone)]
struct Check<'a> {
    private: &'a TokenStream,
    context: TokenStream,
    span: Span,
}

impl Check<'_> {
    fn probe(&self, operation: &Operation) -> TokenStream {
        let (private, context, endpoint) = (
            self.private,
            &self.context,
            format_ident!("{}", operation.endpoint),
        );
        quote!(#private::Probe::<#context, #private::endpoint::#endpoint>)
    }

    fn absent(&self, operation: &Operation) -> TokenStream {
        let probe = self.probe(operation);
        quote!(!#probe::PRESENT)
    }

    /// Whether an operation has no function, and none that was reported because its context could not be told.
    fn missing(&self, operation: &Operation) -> TokenStream {
        let (private, context) = (self.private, &self.context);
        let endpoint = format_ident!("{}", operation.endpoint);
        quote! {
            !#private::found(&|| (&&#private::Anywhere::<#context, #private::endpoint::#endpoint>::NEW).found())
        }
    }

    /// Whether a module has no function at all; one that has half of them is told so by that half.
    fn module_missing(&self, module: &str) -> TokenStream {
        let missing = spec::module(module)
            .into_iter()
            .flat_map(|module| module.operations)
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
        list: &Operation,
        retrieve: &Operation,
        variant: &str,
    ) -> TokenStream {
        let (list, retrieve) = (self.probe(list), self.probe(retrieve));
        self.fails(
            quote!(!#list::OPTIONS.agrees_with(#retrieve::OPTIONS)),
            &format!("`list` of `{}` says `type = \"{variant}\"` and `retrieve` says another type, but all {} of a provider have one type", module.name, module.name),
            "write the same type in both attributes, or leave it out of one",
        )
    }

    /// Fails at an action if the other module is absent and none of those before it is there to say so.
    fn needs(&self, module: &str, needed: &str, because: &str, before: &[&Module]) -> TokenStream {
        let missing = self.module_missing(needed);
        let before = before
            .iter()
            .flat_map(|module| module.operations)
            .map(|operation| self.absent(operation));
        self.fails(
            quote!(#missing #(&& #before)*),
            &format!("`{module}` needs `{needed}`, and there is none: {because}"),
            &self.write_module(needed),
        )
    }

    fn write(&self, module: &Module, operation: &Operation) -> String {
        format!(
            "write it:\n\n{}\n",
            indent(&module.example(operation, &text(&self.context)))
        )
    }

    fn write_module(&self, name: &str) -> String {
        let context = text(&self.context);
        let functions: Vec<String> = spec::module(name)
            .into_iter()
            .flat_map(|module| {
                module
                    .operations
                    .iter()
                    .map(|operation| indent(&module.example(operation, &context)))
            })
            .collect();
        format!("write it:\n\n{}\n", functions.join("\n\n"))
    }

    fn fails(&self, condition: TokenStream, wrong: &str, help: &str) -> TokenStream {
        let private = self.private;
        let message = format!("{wrong}\nhelp: {help}");
        let failure = quote_spanned!(self.span=> fail(#message));
        quote! {
            const _: () = {
                use #private::{Absent as _, Nowhere as _, Provided as _, Somewhere as _, fail};
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
