//! `#[derive(churnkey::Integration)]`: one compile-time probe for each operation.

mod modes;

use churnkey_protocol::{MODULES, Module, Side, operations};
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Data, DeriveInput, Field, LitStr, Member, Meta};

use crate::args::{self, Arg, Value};
use crate::errors::Errors;
use crate::fallback;
use crate::impl_writer;
use crate::item;
use crate::message::{any_of, nearest};
use crate::requirements::{self, Expected};
use crate::sources;
use modes::Modes;

/// The word that expects every module and every operation.
const ALL: &str = "all";

pub(crate) fn expand(item: TokenStream) -> TokenStream {
    let errors = Errors::default();
    let generated = generate(item, &errors);
    let errors = errors.into_compile_errors();
    quote!(#generated #errors)
}

fn generate(item: TokenStream, errors: &Errors) -> Option<TokenStream> {
    let item = match syn::parse2::<DeriveInput>(item) {
        Ok(item) => item,
        Err(error) => {
            errors.push(error);
            return None;
        }
    };
    let mut arguments = Vec::new();
    for attribute in item
        .attrs
        .iter()
        .filter(|attribute| attribute.path().is_ident("churnkey"))
    {
        match &attribute.meta {
            Meta::List(list) => match syn::parse2::<LitStr>(list.tokens.clone()) {
                Ok(text) => {
                    errors.on(
                        &text,
                        "the name has no `name =`",
                        format_args!("write `name = {}`", text.token()),
                    );
                }
                Err(_) => arguments.extend(args::parse(list.tokens.clone(), errors)),
            },
            Meta::NameValue(pair) => errors.on(
                pair,
                "`churnkey` takes its options in parentheses",
                "write `#[churnkey(name = \"..\")]`",
            ),
            Meta::Path(path) => {
                errors.on(
                    path,
                    "the attribute is empty",
                    "write `#[churnkey(name = \"..\")]`",
                );
            }
        }
    }
    let krate = args::take_crate(&mut arguments, errors);
    let private = quote!(#krate::__private);
    shape(&item, errors);
    let options = options(&item, arguments, errors);
    if !item.generics.params.is_empty() {
        return Some(fallback::integration(&private, &item));
    }
    let requirements =
        requirements::of_integration(&private, &item.ident, options.expected.as_deref());
    let not_expanded = fallback::not_expanded(&private, &item.ident, &sources::not_expanded());
    let requirements = quote!(#requirements #not_expanded);
    let implementation = implementation(&private, &item, &options, &requirements);
    let shared = shared(&private, &item);
    Some(quote!(#implementation #shared))
}

fn shape(item: &DeriveInput, errors: &Errors) {
    for field in fields(item) {
        for attribute in &field.attrs {
            if attribute.path().is_ident("churnkey") {
                errors.on(
                    attribute.path(),
                    "a field has no options",
                    "put the attribute on the struct, or remove it",
                );
            }
        }
    }
    match &item.data {
        Data::Struct(_) => {}
        Data::Enum(data) => errors.on(
            data.enum_token,
            "an integration cannot be an enum",
            "write a struct; it may hold the enum",
        ),
        Data::Union(data) => errors.on(
            data.union_token,
            "an integration cannot be a union",
            "write a struct",
        ),
    }
    if !item.generics.params.is_empty() {
        errors.on(
            &item.generics.params,
            "an integration cannot be generic: its operations are found at compile time, for one concrete type",
            "remove the parameters; hold a concrete type, or an `Arc<dyn Trait>`",
        );
    }
}

/// The options of the attribute.
struct Options {
    title: Option<LitStr>,
    /// `None` if `expect` is not written.
    expected: Option<Vec<Expected>>,
    modes: Modes,
}

fn options(item: &DeriveInput, arguments: Vec<Arg>, errors: &Errors) -> Options {
    let mut title = None;
    let mut expected = None;
    let mut modes = None;
    let good_so_far = errors.is_empty();
    for argument in arguments {
        if argument.is("name") {
            let name = name(&argument, errors);
            if title.replace(name).is_some() {
                errors.on(
                    &argument.name,
                    "`name` is given twice",
                    "remove one of them",
                );
            }
        } else if argument.is("expect") {
            let expectation = expectation(&argument, errors);
            if expected.replace(expectation).is_some() {
                errors.on(
                    &argument.name,
                    "`expect` is given twice",
                    "write all of it into one",
                );
            }
        } else if argument.is("modes") {
            if modes.replace(modes::read(&argument, errors)).is_some() {
                errors.on(
                    &argument.name,
                    "`modes` is given twice",
                    "remove one of them",
                );
                modes = Some(Modes::Shared);
            }
        } else {
            let wrong = format!("`{}` is not an option of an integration", argument.name);
            match nearest(&argument.word(), ["name", "expect", "modes", "crate"]) {
                Some(guess) => errors.on(
                    &argument.name,
                    wrong,
                    format_args!("did you mean `{guess}`?"),
                ),
                None => errors.on(
                    &argument.name,
                    wrong,
                    "write `name = \"..\"`, `modes(..)` or `expect(..)`",
                ),
            }
        }
    }
    if title.is_none() && good_so_far && errors.is_empty() {
        errors.on(
            &item.ident,
            format_args!("`{}` has no name", item.ident),
            format_args!("write `#[churnkey(name = \"{}\")]` under the derive: the name for logs and documents", item.ident),
        );
    }
    // An argument with a mistake may have been `modes`.
    let default = match errors.is_empty() {
        true => Modes::Separate,
        false => Modes::Shared,
    };
    Options {
        title: title.flatten(),
        // An argument with a mistake may have been `expect`.
        expected: expected.or_else(|| (!errors.is_empty()).then(Vec::new)),
        modes: modes.unwrap_or(default),
    }
}

fn name(argument: &Arg, errors: &Errors) -> Option<LitStr> {
    let help = "write `name = \"..\"`";
    let Value::Assigned(value) = &argument.value else {
        errors.on(argument, "`name` needs a value", help);
        return None;
    };
    match syn::parse2::<LitStr>(value.clone()) {
        Ok(text) if text.value().trim().is_empty() => {
            errors.on(
                text,
                "the name is empty",
                "write the name for logs and documents",
            );
            None
        }
        Ok(text) => Some(text),
        Err(_) => {
            if !value.is_empty() {
                errors.on(value, "the name is not a string", help);
            }
            None
        }
    }
}

fn expectation(argument: &Arg, errors: &Errors) -> Vec<Expected> {
    let Value::List(group) = &argument.value else {
        errors.on(
            argument,
            "`expect` is a list",
            "write `expect(cancel, pause)`",
        );
        return Vec::new();
    };
    let words = args::parse(group.stream(), errors);
    if let Some(all) = words.iter().find(|word| word.is(ALL)) {
        return expect_all(all, words.len(), errors);
    }
    let mut seen = Vec::new();
    let mut expectations = Vec::new();
    for word in words {
        if seen.contains(&word.word()) {
            errors.on(
                &word.name,
                format_args!("`{}` is given twice", word.name),
                "remove one of them",
            );
        } else {
            seen.push(word.word());
            expectations.extend(self::expected(&word, errors));
        }
    }
    expectations
}

/// Every module and every operation, except those that are required in any case.
fn expect_all(all: &Arg, words: usize, errors: &Errors) -> Vec<Expected> {
    if words > 1 {
        errors.on(
            &all.name,
            "`all` already expects everything",
            "remove the other words, or `all`",
        );
        return Vec::new();
    }
    if !matches!(all.value, Value::None) {
        stands_alone(all, errors);
        return Vec::new();
    }
    let span = all.name.span();
    let of_module = |module: &'static Module| {
        let whole = (!module.required).then_some(None);
        let optional = module.operations.iter();
        let optional = optional.filter(|operation| !operation.is_required());
        whole
            .into_iter()
            .chain(optional.map(Some))
            .map(move |operation| Expected {
                module,
                operation,
                span,
            })
    };
    MODULES.iter().flat_map(of_module).collect()
}

fn expected(word: &Arg, errors: &Errors) -> Vec<Expected> {
    let Some(module) = MODULES.iter().find(|module| word.is(module.name)) else {
        unknown(
            word,
            MODULES.iter().map(|module| module.name).chain([ALL]),
            "a controller or an action",
            errors,
        );
        return Vec::new();
    };
    match &word.value {
        // Required modules are checked in any case.
        Value::None if module.required => Vec::new(),
        Value::None => vec![Expected {
            module,
            operation: None,
            span: word.name.span(),
        }],
        Value::List(group) if module.side == Side::Controller => {
            args::parse(group.stream(), errors)
                .iter()
                .filter_map(|operation| expected_operation(module, operation, errors))
                .collect()
        }
        _ => {
            stands_alone(word, errors);
            Vec::new()
        }
    }
}

fn stands_alone(word: &Arg, errors: &Errors) {
    errors.on(
        word,
        format_args!("`{}` takes no value here", word.name),
        format_args!("write `{}`", word.name),
    );
}

fn expected_operation(module: &'static Module, word: &Arg, errors: &Errors) -> Option<Expected> {
    let operation = module
        .operations
        .iter()
        .find(|operation| word.is(operation.name));
    if operation.is_none() {
        let names = module.operations.iter().map(|operation| operation.name);
        unknown(
            word,
            names,
            &format!("an operation of `{}`", module.name),
            errors,
        );
    }
    let operation = operation.filter(|operation| !operation.is_required() || !module.required)?;
    Some(Expected {
        module,
        operation: Some(operation),
        span: word.name.span(),
    })
}

fn unknown(
    word: &Arg,
    names: impl Iterator<Item = &'static str> + Clone,
    what: &str,
    errors: &Errors,
) {
    let wrong = format!("`{}` is not {what}", word.name);
    match nearest(&word.word(), names.clone()) {
        Some(guess) => errors.on(&word.name, wrong, format_args!("did you mean `{guess}`?")),
        None => errors.on(&word.name, wrong, format_args!("write {}", any_of(names))),
    }
}

fn implementation(
    private: &TokenStream,
    item: &DeriveInput,
    options: &Options,
    requirements: &TokenStream,
) -> TokenStream {
    let name = &item.ident;
    let allows = item::allows(&item.attrs);
    let endpoints = operations().map(|(_, operation)| format_ident!("{}", operation.ident));
    let title = options
        .title
        .as_ref()
        .map_or_else(|| quote!(""), |title| quote!(#title));
    let modes = options.modes.expand(private);
    quote! {
        const _: () = {
            #requirements

            struct __ChurnkeyDerive;
            impl #private::HasIntegration<__ChurnkeyDerive, #name> for #private::Crate {}

            #allows
            impl #private::Integration for #name {
                const NAME: &'static ::core::primitive::str = #title;
                const MODES: #private::Modes = #modes;
                const ROUTES: &'static [::core::option::Option<#private::Route<Self>>] =
                    &[#(#private::Probe::<Self, #private::endpoint::#endpoints>::ROUTE),*];
            }
        };
    }
}

/// Assertions that each field is `Send` and `Sync`.
///
/// The context is shared between the server's threads. Checked field by field, the error is at the
/// field to change and not at every function.
fn shared(private: &TokenStream, item: &DeriveInput) -> TokenStream {
    let name = &item.ident;
    let attributes = fields(item).flat_map(|field| &field.attrs);
    let attributes: Vec<_> = item.attrs.iter().chain(attributes).cloned().collect();
    let allows = item::allows(&attributes);
    let checks = fields(item).zip(members(item)).map(|(field, member)| {
        let check = impl_writer::method(private, quote!(Shared), "check", &field.ty);
        quote!(#check(&__churnkey_context.#member);)
    });
    quote! {
        #allows
        const _: fn(&#name) = |__churnkey_context| {
            #(#checks)*
        };
    }
}

fn fields(item: &DeriveInput) -> impl Iterator<Item = &Field> {
    match &item.data {
        Data::Struct(data) => Some(data.fields.iter()),
        _ => None,
    }
    .into_iter()
    .flatten()
}

fn members(item: &DeriveInput) -> impl Iterator<Item = Member> + '_ {
    fields(item).enumerate().map(|(index, field)| {
        field
            .ident
            .clone()
            .map_or(Member::from(index), Member::Named)
    })
}
