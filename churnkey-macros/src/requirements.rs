//! Requirement checks, which the compiler makes after expansion: that other operations exist.
//!
//! A missing operation or module is reported once, by the first of the functions that need it.

use churnkey_protocol::{Feature, FeatureKind, MODULES, Module, Need, Operation, Side, operations};
use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use crate::check::{Attribute, text};
use crate::message::all_of;
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
        // Without the derive, nothing is served; a wrong context is reported as such.
        applies: Some(format_ident!("{}", operation.ident)),
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
    check.all(&requirements)
}

/// Requirements of an integration: what Churnkey requires, and what `expect(..)` lists.
pub(crate) fn of_integration(
    private: &TokenStream,
    name: &syn::Ident,
    expected: Option<&[Expected]>,
) -> TokenStream {
    let check = Check {
        private,
        context: name.to_token_stream(),
        span: name.span(),
        applies: None,
    };
    let mut requirements = check.required_modules();
    match expected {
        Some(expected) => {
            for side in [Side::Controller, Side::Action] {
                let of_side = expected.iter().filter(|one| one.module.side == side);
                requirements.extend(check.expected(name, &of_side.collect::<Vec<_>>()));
            }
        }
        None => requirements.extend(check.expects_something(name)),
    }
    check.all(&requirements)
}

/// A word in `expect(..)`: a module, or one operation of it.
pub(crate) struct Expected {
    pub(crate) module: &'static Module,
    pub(crate) operation: Option<&'static Operation>,
    pub(crate) span: Span,
}

fn required_modules() -> impl Iterator<Item = &'static Module> + Clone {
    MODULES.iter().filter(|module| module.required)
}

/// Returns true if a choice of the feature needs the module.
fn can_need(feature: &Feature, module: &Module) -> bool {
    let FeatureKind::Variants(variants) = feature.kind else {
        return false;
    };
    let mut needs = variants.iter().filter_map(|variant| variant.needs);
    needs.any(|need| need.module == module)
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
    /// The operation of the function whose requirements apply only to an integration.
    applies: Option<syn::Ident>,
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
        let condition = quote!(#missing #(&& #before)*);
        // Without any required controller, the derive reports that all of them are missing.
        let condition = match need.module.side {
            Side::Action => condition,
            Side::Controller => {
                let required = required_modules().flat_map(required_operations);
                let absent = required.map(|operation| self.absent(operation));
                quote!(!(#(#absent)&&*) && #condition)
            }
        };
        self.missing_need(module, need, condition)
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

    /// Checks the required controllers. Controllers that have no function at all are one mistake,
    /// such as a file that is not declared.
    fn required_modules(&self) -> TokenStream {
        let context = &self.context;
        let modules: Vec<&Module> = required_modules().collect();
        let constant = |module: &Module| format_ident!("NO_{}", module.name.to_uppercase());
        let constants = modules.iter().map(|module| {
            let (constant, missing) = (constant(module), self.module_missing(module));
            quote!(const #constant: ::core::primitive::bool = #missing;)
        });
        let mut requirements: TokenStream = constants.collect();
        for set in 1..1_usize << modules.len() {
            let is_absent = |index: usize| set >> index & 1 == 1;
            let condition = modules.iter().enumerate().map(|(index, module)| {
                let constant = constant(module);
                match is_absent(index) {
                    true => quote!(#constant),
                    false => quote!(!#constant),
                }
            });
            let condition = quote!(#(#condition)&&*);
            let absent = modules.iter().enumerate();
            let absent = absent.filter(|(index, _)| is_absent(*index));
            let absent: Vec<&Module> = absent.map(|(_, module)| *module).collect();
            let names = absent.iter().map(|module| module.name);
            let functions = absent.iter().flat_map(|module| {
                required_operations(module).map(|operation| (*module, operation))
            });
            let functions: Vec<_> = functions.collect();
            requirements.extend(match functions.as_slice() {
                [(module, operation)] => self.without_operation(condition, module, operation),
                functions => self.fails(
                    condition,
                    &format!(
                        "`{context}` has no functions for {}, which Churnkey requires",
                        all_of(names)
                    ),
                    &self.write_all(functions),
                ),
            });
        }
        for module in &modules {
            let constant = constant(module);
            for operation in required_operations(module) {
                let missing = self.missing(operation);
                let condition = quote!(!#constant && #missing);
                requirements.extend(self.without_operation(condition, module, operation));
            }
        }
        requirements
    }

    fn without_operation(
        &self,
        condition: TokenStream,
        module: &Module,
        operation: &'static Operation,
    ) -> TokenStream {
        self.fails(
            condition,
            &format!(
                "`{}` has no `{}` for `{}`, which Churnkey requires",
                self.context, operation.name, module.name
            ),
            &self.write_all(&[(module, operation)]),
        )
    }

    /// Checks that `expect` is written as soon as there is an optional function, so that no later
    /// edit loses one without an error.
    fn expects_something(&self, name: &syn::Ident) -> TokenStream {
        let optional = operations()
            .filter(|(module, operation)| !(module.required && operation.is_required()));
        let present = optional.map(|(_, operation)| {
            let probe = self.probe(operation);
            quote!(#probe::PRESENT)
        });
        self.fails(
            quote!(#(#present)||*),
            &format!("`{name}` has optional functions, and does not say which of them must exist"),
            "write `expect(..)` in `#[churnkey(..)]`, such as `expect(cancel, coupons)`, so that \
             one that is lost is an error; or `expect(all)`, or `expect()` to expect none",
        )
    }

    /// Checks the words of `expect(..)` on one side.
    ///
    /// A need of a function is reported by that function. Words that are missing altogether are
    /// one mistake.
    fn expected(&self, name: &syn::Ident, expected: &[&Expected]) -> TokenStream {
        let Some(first) = expected.first() else {
            return TokenStream::new();
        };
        let missing: Vec<TokenStream> = expected
            .iter()
            .map(|one| self.expected_missing(one, expected))
            .collect();
        let constants: Vec<syn::Ident> = (0..missing.len())
            .map(|index| {
                format_ident!(
                    "MISSING_{}_{index}",
                    first.module.side.attribute().to_uppercase()
                )
            })
            .collect();
        let mut requirements = quote! {
            #(const #constants: ::core::primitive::bool = #missing;)*
        };
        let together = expected.len() > 1;
        if together {
            let check = self.at(first.span);
            let names = expected.iter().map(|one| one.text());
            let names: Vec<String> = names.collect();
            let functions = expected.iter().flat_map(|one| one.functions());
            requirements.extend(check.fails(
                quote!(#(#constants)&&*),
                &format!(
                    "`{name}` expects {}, and there is none of them",
                    names.join(", ")
                ),
                &self.write_all(&functions.collect::<Vec<_>>()),
            ));
        }
        for (one, constant) in expected.iter().zip(&constants) {
            let condition = match together {
                true => quote!(#constant && !(#(#constants)&&*)),
                false => quote!(#constant),
            };
            requirements.extend(self.at(one.span).fails(
                condition,
                &format!("`{name}` expects {}, and there is none", one.text()),
                &self.write_all(&one.functions().collect::<Vec<_>>()),
            ));
        }
        requirements
    }

    fn expected_missing(&self, one: &Expected, expected: &[&Expected]) -> TokenStream {
        let module = one.module;
        let no_module = self.module_missing(module);
        let is_expected_whole = || {
            let mut others = expected.iter();
            others.any(|other| other.module == module && other.operation.is_none())
        };
        let missing = match one.operation {
            None => {
                let needed = self.needed(module);
                quote!(#no_module #(&& !#needed)*)
            }
            Some(operation) => {
                let missing = self.missing(operation);
                match operation.is_required() {
                    // Beside another function of the module, that one reports it.
                    true => no_module,
                    false if module.required || is_expected_whole() => {
                        quote!(#missing && !(#no_module))
                    }
                    false => missing,
                }
            }
        };
        match module.side {
            Side::Action => missing,
            Side::Controller => {
                let required = required_modules().map(|module| {
                    let constant = format_ident!("NO_{}", module.name.to_uppercase());
                    quote!(#constant)
                });
                quote!(!(#(#required)&&*) && #missing)
            }
        }
    }

    /// Conditions under which a function that is present needs a module.
    fn needed(&self, module: &Module) -> Vec<TokenStream> {
        let name = module.name;
        let mut needed = Vec::new();
        for other in MODULES {
            for operation in other.operations {
                let probe = self.probe(operation);
                if other.needs.iter().any(|need| need.module == module) {
                    needed.push(quote!(#probe::PRESENT));
                } else if other
                    .features
                    .iter()
                    .any(|feature| can_need(feature, module))
                {
                    needed.push(quote!(#probe::OPTIONS.needs(#name)));
                }
            }
        }
        needed
    }

    fn at(&self, span: Span) -> Self {
        Self {
            span,
            ..self.clone()
        }
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

    /// True if an operation has no function, and no function whose context is unknown or wrong.
    fn missing(&self, operation: &Operation) -> TokenStream {
        let (private, context) = (self.private, &self.context);
        let endpoint = format_ident!("{}", operation.ident);
        quote! {
            !#private::is_true(&|| {
                (&(&&&&#private::ImplProbe::<#context, #private::endpoint::#endpoint>::NEW)
                    .__churnkey_found())
                    .__churnkey_present()
            })
        }
    }

    /// True if a module has no function at all. An incomplete module is reported by its functions.
    ///
    /// An optional operation is looked up by its constant: if several other contexts had a function
    /// for it, `ImplProbe` would be ambiguous in a provider without a mistake.
    fn module_missing(&self, module: &Module) -> TokenStream {
        let missing = module.operations.iter().map(|operation| {
            match operation.is_required() || module.side == Side::Action {
                true => self.missing(operation),
                false => self.absent(operation),
            }
        });
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
        self.write_all(&[(module, operation)])
    }

    fn write_module(&self, module: &Module) -> String {
        let functions: Vec<_> = module.operations.iter().map(|one| (module, one)).collect();
        self.write_all(&functions)
    }

    /// The functions to write.
    fn write_all(&self, functions: &[(&Module, &'static Operation)]) -> String {
        let context = text(&self.context);
        let functions: Vec<String> = functions
            .iter()
            .map(|(module, operation)| indent(&rust::example(module, operation, &context)))
            .collect();
        format!(
            "write it:\n\n{}\n\nif it is written, is its file declared with `mod`, and is it not \
             left out by a `#[cfg]`?",
            functions.join("\n\n")
        )
    }

    /// A requirement that is not met if the condition is true.
    ///
    /// The condition chooses a type, and a trait that the type of failures does not implement has
    /// the message. The name of the trait is printed as well.
    fn fails(&self, condition: TokenStream, wrong: &str, help: &str) -> TokenStream {
        let (private, context) = (self.private, &self.context);
        let applies: Vec<TokenStream> = self.applies.iter().map(|endpoint| {
            quote!(#private::ModeProbe::<#context, #private::endpoint::#endpoint>::APPLIES)
        }).collect();
        let message = format!("{wrong}\nhelp: {help}")
            .replace('{', "{{")
            .replace('}', "}}");
        if has_no_prelude() {
            let message = format!("{wrong}\nhelp: {help}");
            let fail = quote_spanned!(self.span=> fail(#message));
            return quote! {
                if #(#applies &&)* (#condition) {
                    #private::#fail
                }
            };
        }
        // The user's token, and no other, is the argument at which rustc shows the error.
        let outcome = syn::Ident::new("outcome", self.span);
        let check = quote_spanned!(self.span=> Required::check(#outcome));
        quote! {
            {
                const FAILS: ::core::primitive::bool = #(#applies &&)* (#condition);

                #[diagnostic::on_unimplemented(message = #message, label = "required here")]
                trait Required: ::core::marker::Sized {
                    fn check(self) {}
                }

                impl Required for #private::Met {}

                const _: fn() = || {
                    let #outcome = #private::Condition::<FAILS>::outcome();
                    #check
                };
            }
        }
    }

    /// Brings the traits into scope by which conditions find functions.
    fn all(&self, requirements: &TokenStream) -> TokenStream {
        if requirements.is_empty() {
            return TokenStream::new();
        }
        let private = self.private;
        quote! {
            use #private::{
                ModeProbeFallback as _, ProbeFallback as _, ViaImpl as _, ViaNotExpanded as _,
                ViaNothing as _, ViaOtherContext as _, ViaOutcome as _, ViaReported as _,
                ViaUnknownContext as _,
            };
            #requirements
        }
    }
}

/// Returns true if the path of the macro begins with `::`, as it does in a module without prelude,
/// where no `diagnostic` attribute can be named. There a check is a constant that panics.
fn has_no_prelude() -> bool {
    let path = Span::call_site().source_text().unwrap_or_default();
    path.trim_start_matches("#[").trim_start().starts_with("::")
}

impl Expected {
    /// The word as a message shows it.
    fn text(&self) -> String {
        let module = self.module;
        match self.operation {
            Some(operation) if module.side == Side::Controller => {
                format!("`{}` of `{}`", operation.name, module.name)
            }
            _ => format!("`{}`", module.name),
        }
    }

    fn functions(&self) -> impl Iterator<Item = (&'static Module, &'static Operation)> {
        let module = self.module;
        let chosen = self.operation;
        let all = module.operations.iter();
        let all = all.filter(move |operation| chosen.is_none_or(|chosen| chosen == *operation));
        all.map(move |operation| (module, operation))
    }
}

fn indent(text: &str) -> String {
    text.lines()
        .map(|line| format!("    {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
