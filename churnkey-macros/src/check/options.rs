//! The options of a module in an attribute.

use std::collections::HashMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::args::{Arg, Value, parse};
use crate::errors::Errors;
use crate::message::{any_of, nearest};
use crate::spec::{self, Module, OptionKind, OptionSpec, Side};

pub(crate) struct Options {
    module: &'static Module,
    given: HashMap<&'static str, Choice>,
}

/// What was chosen for one option. A mistake is reported where it is made, and stands for the option's default from there on.
enum Choice {
    Flag(bool),
    Words(Vec<&'static str>),
    Variant(&'static str),
    Mistaken,
}

impl Options {
    pub(crate) fn new(module: &'static Module) -> Self {
        Self {
            module,
            given: HashMap::new(),
        }
    }

    /// Reads one option; true if there is none of its name, which is reported.
    pub(crate) fn read(&mut self, argument: Arg, errors: &Errors) -> bool {
        let Some(option) = self
            .module
            .options
            .iter()
            .find(|option| argument.is(option.name))
        else {
            self.unknown(&argument, errors);
            return true;
        };
        let choice = match option.kind {
            OptionKind::Flag => flag(option, &argument, errors),
            OptionKind::List { words, .. } => list(option, words, &argument, errors),
            OptionKind::Word { words, .. } => {
                word(self.module.name, option, words, &argument, errors)
            }
        };
        if self
            .given
            .insert(option.name, choice.unwrap_or(Choice::Mistaken))
            .is_some()
        {
            errors.on(
                &argument.name,
                format_args!("`{}` is given twice", option.name),
                "remove one of them",
            );
            self.given.insert(option.name, Choice::Mistaken);
        }
        false
    }

    fn unknown(&self, argument: &Arg, errors: &Errors) {
        let module = self.module.name;
        let name = &argument.name;
        let operations = match self.module.side {
            Side::Controller => self.module.operations,
            Side::Action => &[],
        };
        let known: Vec<&str> = operations
            .iter()
            .map(|operation| operation.name)
            .chain(self.module.options.iter().map(|option| option.name))
            .collect();
        let kind = match (self.module.side, &argument.value) {
            (Side::Controller, Value::None) => "operation",
            _ => "option",
        };
        let wrong = format!("`{name}` is not an {kind} of `{module}`");
        let side = self.module.side;
        if spec::modules(side).any(|other| argument.is(other.name)) {
            errors.on(
                name,
                format_args!(
                    "a function is for one {}, and this one is for `{module}`",
                    side.attribute()
                ),
                format_args!("remove `{name}`, and write a function of its own for it"),
            );
            return;
        }
        if let Some(guess) = nearest(&argument.word(), known.iter().copied()) {
            errors.on(name, wrong, format_args!("did you mean `{guess}`?"));
            return;
        }
        let elsewhere: Vec<&str> = spec::MODULES
            .iter()
            .filter(|module| {
                module.options.iter().any(|option| argument.is(option.name))
                    || side == Side::Controller
                        && module.side == side
                        && module
                            .operations
                            .iter()
                            .any(|operation| argument.is(operation.name))
            })
            .map(|module| module.name)
            .collect();
        match (known.as_slice(), elsewhere.as_slice()) {
            ([], []) => errors.on(
                name,
                wrong,
                format_args!("`{module}` has no options: remove it"),
            ),
            ([], elsewhere) => {
                errors.on(
                    name,
                    wrong,
                    format_args!(
                        "it belongs to {}; `{module}` has no options: remove it",
                        any_of(elsewhere.iter().copied())
                    ),
                );
            }
            (known, []) => errors.on(
                name,
                wrong,
                format_args!("`{module}` has {}", any_of(known.iter().copied())),
            ),
            (known, elsewhere) => errors.on(
                name,
                wrong,
                format_args!(
                    "it belongs to {}; `{module}` has {}",
                    any_of(elsewhere.iter().copied()),
                    any_of(known.iter().copied())
                ),
            ),
        }
    }

    /// The one word of an option, if it was given.
    pub(crate) fn variant(&self, option: &str) -> Option<&'static str> {
        match self.given.get(option) {
            Some(Choice::Variant(word)) => Some(word),
            _ => None,
        }
    }

    /// The value of the constant that tells the runtime.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let variant = Ident::new(self.module.options_type, Span::mixed_site());
        if self.module.options_type == "None" {
            return quote!(#private::Options::None);
        }
        if let [
            OptionSpec {
                name,
                kind: OptionKind::Word { words, r#enum },
            },
        ] = self.module.options
        {
            let chosen = self
                .variant(name)
                .and_then(|word| words.iter().find(|(candidate, _)| *candidate == word));
            return match chosen {
                Some((_, value)) => {
                    let (kind, value) = (format_ident!("{}", r#enum), format_ident!("{}", value));
                    quote!(#private::Options::#variant(#private::#kind::#value))
                }
                None => quote!(#private::Options::None),
            };
        }
        let features = format_ident!("{}Features", self.module.options_type);
        let fields = self
            .module
            .options
            .iter()
            .map(|option| self.field(option, private));
        quote!(#private::Options::#variant(#private::#features { #(#fields),* }))
    }

    /// With no option at all everything is on. Once there is one, a list that is not given is still all of it, since it may not be
    /// empty, and a flag that is not given is off.
    fn field(&self, option: &OptionSpec, private: &TokenStream) -> TokenStream {
        let name = format_ident!("{}", option.name);
        match option.kind {
            OptionKind::List { words, r#struct } => {
                let r#struct = format_ident!("{}", r#struct);
                let chosen = match self.given.get(option.name) {
                    Some(Choice::Words(chosen)) => chosen.as_slice(),
                    _ => words,
                };
                let words = words.iter().map(|word| {
                    let (name, on) = (format_ident!("{}", word), chosen.contains(word));
                    quote!(#name: #on)
                });
                quote!(#name: #private::#r#struct { #(#words),* })
            }
            _ => {
                let on = match self.given.get(option.name) {
                    Some(Choice::Flag(on)) => *on,
                    _ => self.given.is_empty(),
                };
                quote!(#name: #on)
            }
        }
    }
}

fn flag(option: &OptionSpec, argument: &Arg, errors: &Errors) -> Option<Choice> {
    let name = option.name;
    match &argument.value {
        Value::None => return Some(Choice::Flag(true)),
        Value::Assigned(value) if value.is_empty() => return None,
        Value::Assigned(value) => {
            if let Ok(on) = syn::parse2::<syn::LitBool>(value.clone()) {
                return Some(Choice::Flag(on.value));
            }
            errors.on(
                value,
                format_args!("`{name}` is on or off"),
                format_args!("write `{name}`, or `{name} = false`"),
            );
        }
        Value::List(_) => {
            errors.on(
                argument,
                format_args!("`{name}` is on or off"),
                format_args!("write `{name}`, or leave it out"),
            );
        }
    }
    None
}

fn list(
    option: &OptionSpec,
    words: &'static [&'static str],
    argument: &Arg,
    errors: &Errors,
) -> Option<Choice> {
    let name = option.name;
    let Value::List(group) = &argument.value else {
        if !matches!(&argument.value, Value::Assigned(value) if value.is_empty()) {
            errors.on(
                argument,
                format_args!("`{name}` is a list"),
                format_args!("write `{name}({})`", words.join(", ")),
            );
        }
        return None;
    };
    let elements = parse(group.stream(), errors);
    if elements.is_empty() {
        if group.stream().is_empty() {
            errors.at(
                group.span(),
                format_args!("`{name}()` switches everything off"),
                format_args!(
                    "name {} in it, or both; without `{name}` both are on",
                    any_of(words.iter().copied())
                ),
            );
        }
        return None;
    }
    let mut chosen = Vec::new();
    for element in &elements {
        let Some(word) = words.iter().find(|word| element.is(word)) else {
            let wrong = format!("`{}` is not one of the {name}", element.name);
            match nearest(&element.word(), words.iter().copied()) {
                Some(guess) => errors.on(
                    &element.name,
                    wrong,
                    format_args!("did you mean `{guess}`?"),
                ),
                None => errors.on(
                    &element.name,
                    wrong,
                    format_args!("write {}", any_of(words.iter().copied())),
                ),
            }
            continue;
        };
        if !matches!(element.value, Value::None) {
            errors.on(
                element,
                format_args!("`{word}` has no value"),
                format_args!("write `{word}` to switch it on, or leave it out"),
            );
        }
        if chosen.contains(word) {
            errors.on(
                &element.name,
                format_args!("`{word}` is given twice"),
                "remove one of them",
            );
        } else {
            chosen.push(*word);
        }
    }
    Some(Choice::Words(chosen))
}

fn word(
    module: &str,
    option: &OptionSpec,
    words: &'static [(&'static str, &'static str)],
    argument: &Arg,
    errors: &Errors,
) -> Option<Choice> {
    let name = option.name;
    let names = || words.iter().map(|(word, _)| *word);
    let choices = any_of(
        names()
            .map(|word| format!("{name} = \"{word}\""))
            .collect::<Vec<_>>()
            .iter()
            .map(String::as_str),
    );
    let Value::Assigned(value) = &argument.value else {
        errors.on(
            argument,
            format_args!("`{name}` needs a value"),
            format_args!("write {choices}"),
        );
        return None;
    };
    if value.is_empty() {
        return None;
    }
    let Ok(text) = syn::parse2::<syn::LitStr>(value.clone()) else {
        errors.on(
            value,
            format_args!("the value of `{name}` is text in quotes"),
            format_args!("write {choices}"),
        );
        return None;
    };
    let found = names().find(|word| text.value() == *word);
    if found.is_none() {
        let wrong = format!("{} is not a type of `{}`", value, module);
        match nearest(&text.value(), names()) {
            Some(guess) => errors.on(&text, wrong, format_args!("did you mean \"{guess}\"?")),
            None => errors.on(&text, wrong, format_args!("write {choices}")),
        }
    }
    found.map(Choice::Variant)
}
