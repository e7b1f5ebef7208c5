//! Options of a module in an attribute.
//!
//! They are monotonic: a list that is not written is complete, a flag that is not written is off,
//! and `all` switches everything on.

use std::collections::HashMap;

use churnkey_protocol::{Feature, FeatureKind, MODULES, Module, Side, Variant, Word};
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::args::{Arg, Value, parse};
use crate::errors::Errors;
use crate::message::{any_of, nearest};
use crate::rust::upper_camel_case;

/// The word that switches everything on.
const ALL: &str = "all";

/// Options that one attribute gives its module.
pub(crate) struct Options {
    module: &'static Module,
    given: HashMap<&'static str, Choice>,
    /// The name of each option, as it is written.
    names: HashMap<&'static str, Ident>,
    all: Option<Ident>,
}

/// Value of one option. One with a mistake, which was reported, has the default value.
enum Choice {
    Flag(bool),
    Words(Vec<&'static str>),
    Variant(&'static Variant),
    Mistaken,
}

impl Options {
    pub(crate) fn new(module: &'static Module) -> Self {
        Self {
            module,
            given: HashMap::new(),
            names: HashMap::new(),
            all: None,
        }
    }

    /// Reads one option. Returns false if there is none of its name, which is reported.
    pub(crate) fn read(&mut self, argument: Arg, errors: &Errors) -> bool {
        if argument.is(ALL) && takes_all(self.module) {
            self.read_all(argument, errors);
            return true;
        }
        let Some(feature) = self
            .module
            .features
            .iter()
            .find(|feature| argument.is(feature.name))
        else {
            self.unknown(&argument, errors);
            return false;
        };
        let choice = match feature.kind {
            FeatureKind::Flag => flag(feature, &argument, errors),
            FeatureKind::Schedules | FeatureKind::Durations => list(feature, &argument, errors),
            FeatureKind::Variants(variants) => {
                variant(self.module, feature, variants, &argument, errors)
            }
        };
        self.names.insert(feature.name, argument.name.clone());
        if self
            .given
            .insert(feature.name, choice.unwrap_or(Choice::Mistaken))
            .is_some()
        {
            given_twice(&argument, errors);
            self.given.insert(feature.name, Choice::Mistaken);
        }
        true
    }

    fn read_all(&mut self, argument: Arg, errors: &Errors) {
        if !matches!(argument.value, Value::None) {
            errors.on(
                &argument,
                "`all` takes no value",
                "write `all`, which switches everything on",
            );
        }
        if self.all.is_some() {
            given_twice(&argument, errors);
        }
        self.all = Some(argument.name);
    }

    /// Reports `all` beside other options. Called after all of them were read.
    pub(crate) fn check(&self, errors: &Errors) {
        if let Some(all) = &self.all
            && !self.given.is_empty()
        {
            errors.on(
                all,
                "`all` already switches everything on",
                "remove the other options, or `all`",
            );
        }
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
            .chain(self.module.features.iter().map(|feature| feature.name))
            .chain(takes_all(self.module).then_some(ALL))
            .collect();
        let kind = match (self.module.side, &argument.value) {
            (Side::Controller, Value::None) => "operation",
            _ => "option",
        };
        let wrong = format!("`{name}` is not an {kind} of `{module}`");
        let side = self.module.side;
        if Module::of(side).any(|other| argument.is(other.name)) {
            errors.on(
                name,
                format_args!(
                    "a function serves one {}, and this one serves `{module}`",
                    side.attribute()
                ),
                format_args!("remove `{name}`, and write another function for it"),
            );
            return;
        }
        if let Some(guess) = nearest(&argument.word(), known.iter().copied()) {
            errors.on(name, wrong, format_args!("did you mean `{guess}`?"));
            return;
        }
        let elsewhere: Vec<&str> = MODULES
            .iter()
            .filter(|module| {
                module
                    .features
                    .iter()
                    .any(|feature| argument.is(feature.name))
                    || side == Side::Controller
                        && module.side == side
                        && module
                            .operations
                            .iter()
                            .any(|operation| argument.is(operation.name))
            })
            .map(|module| module.name)
            .collect();
        let belongs = match elsewhere.as_slice() {
            [] => String::new(),
            elsewhere => format!("it belongs to {}; ", any_of(elsewhere.iter().copied())),
        };
        match known.as_slice() {
            // Only an action can be without options.
            [] => errors.on(
                name,
                format_args!("`{name}` is not an option of `{module}`"),
                format_args!("{belongs}`{module}` has no options: remove it"),
            ),
            known => errors.on(
                name,
                wrong,
                format_args!("{belongs}`{module}` has {}", any_of(known.iter().copied())),
            ),
        }
    }

    /// The token that switches a feature on, so that requests have different values for it; none if
    /// it is on because nothing is written.
    pub(crate) fn switches(&self, feature: &Feature) -> Option<Option<Span>> {
        let name = self.names.get(feature.name).or(self.all.as_ref());
        let is_on = match (self.given.get(feature.name), feature.kind) {
            (Some(Choice::Flag(on)), _) => *on,
            (Some(Choice::Words(words)), FeatureKind::Schedules) => *words != ["immediate"],
            (Some(Choice::Words(_)), _) => true,
            (Some(Choice::Variant(_) | Choice::Mistaken), _) => false,
            (None, FeatureKind::Flag) => self.all.is_some(),
            (None, _) => true,
        };
        is_on.then(|| name.map(Ident::span))
    }

    /// The chosen string of a module whose option is a choice of strings.
    pub(crate) fn variant(&self) -> Option<&'static Variant> {
        self.module
            .features
            .iter()
            .find_map(|feature| match self.given.get(feature.name) {
                Some(Choice::Variant(variant)) => Some(*variant),
                _ => None,
            })
    }

    /// Value of the constant that the runtime reads.
    pub(crate) fn expand(&self, private: &TokenStream) -> TokenStream {
        let module = self.module;
        let name = format_ident!("{}", module.ident);
        match module.features {
            [
                Feature {
                    name: option,
                    kind: FeatureKind::Variants(_),
                    ..
                },
            ] => match self.variant() {
                Some(variant) => {
                    let kind = format_ident!("{}{}", module.ident, upper_camel_case(option));
                    let value = format_ident!("{}", upper_camel_case(variant.word));
                    quote!(#private::Options::#name(#private::#kind::#value))
                }
                None => quote!(#private::Options::None),
            },
            features if module.side == Side::Action && module.single.is_none() => {
                let r#struct = format_ident!("{}Features", module.ident);
                let fields = features.iter().map(|feature| self.field(feature, private));
                quote!(#private::Options::#name(#private::#r#struct { #(#fields),* }))
            }
            _ => quote!(#private::Options::None),
        }
    }

    fn field(&self, feature: &Feature, private: &TokenStream) -> TokenStream {
        let name = format_ident!("{}", feature.name);
        let r#struct = match feature.kind {
            FeatureKind::Schedules => format_ident!("Schedules"),
            FeatureKind::Durations => format_ident!("Durations"),
            FeatureKind::Flag | FeatureKind::Variants(_) => {
                let written = matches!(self.given.get(feature.name), Some(Choice::Flag(true)));
                let on = written || self.all.is_some();
                return quote!(#name: #on);
            }
        };
        let words = feature.kind.words().iter().map(|word| {
            let on = match self.given.get(feature.name) {
                Some(Choice::Words(chosen)) => chosen.contains(&word.name),
                _ => true,
            };
            let name = format_ident!("{}", word.name);
            quote!(#name: #on)
        });
        quote!(#name: #private::#r#struct { #(#words),* })
    }
}

/// Returns true if a module has options that can be switched on and off.
fn takes_all(module: &Module) -> bool {
    let is_switch = |feature: &Feature| !matches!(feature.kind, FeatureKind::Variants(_));
    module.features.iter().any(is_switch)
}

fn given_twice(argument: &Arg, errors: &Errors) {
    errors.on(
        &argument.name,
        format_args!("`{}` is given twice", argument.name),
        "remove one of them",
    );
}

fn flag(feature: &Feature, argument: &Arg, errors: &Errors) -> Option<Choice> {
    let name = feature.name;
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

fn list(feature: &Feature, argument: &Arg, errors: &Errors) -> Option<Choice> {
    let name = feature.name;
    let words = || feature.kind.words().iter().map(|word| word.name);
    let Value::List(group) = &argument.value else {
        if !matches!(&argument.value, Value::Assigned(value) if value.is_empty()) {
            let words: Vec<&str> = words().collect();
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
                    any_of(words())
                ),
            );
        }
        return None;
    }
    let mut chosen = Vec::new();
    for element in &elements {
        let Some(Word { name: word, .. }) = feature
            .kind
            .words()
            .iter()
            .find(|word| element.is(word.name))
        else {
            let wrong = format!("`{}` is not one of the {name}", element.name);
            match nearest(&element.word(), words()) {
                Some(guess) => errors.on(
                    &element.name,
                    wrong,
                    format_args!("did you mean `{guess}`?"),
                ),
                None => errors.on(
                    &element.name,
                    wrong,
                    format_args!("write {}", any_of(words())),
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
            given_twice(element, errors);
        } else {
            chosen.push(*word);
        }
    }
    Some(Choice::Words(chosen))
}

fn variant(
    module: &Module,
    feature: &Feature,
    variants: &'static [Variant],
    argument: &Arg,
    errors: &Errors,
) -> Option<Choice> {
    let name = feature.name;
    let words = || variants.iter().map(|variant| variant.word);
    let choices = any_of(
        words()
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
            format_args!("the value of `{name}` is not a string"),
            format_args!("write {choices}"),
        );
        return None;
    };
    let found = variants.iter().find(|variant| text.value() == variant.word);
    if found.is_none() {
        let wrong = format!("{} is not a type of `{}`", value, module.name);
        match nearest(&text.value(), words()) {
            Some(guess) => errors.on(&text, wrong, format_args!("did you mean \"{guess}\"?")),
            None => errors.on(&text, wrong, format_args!("write {choices}")),
        }
    }
    found.map(Choice::Variant)
}
