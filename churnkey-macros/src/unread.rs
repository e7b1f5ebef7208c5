//! Parts of a request that the body of a function never reads, by the tokens of the body.
//!
//! The rule is the same for every request: a part is read if its name follows the name of the
//! argument. If the argument is used in any other way, such as passed on or destructured, all parts
//! count as read. An argument whose name begins with an underscore is left out on purpose.

use std::collections::HashSet;

use churnkey_protocol::{Feature, FeatureKind, Field, FieldKind, Input, Operation, Output};
use proc_macro2::{Ident, Span, TokenStream, TokenTree};
use quote::quote;
use syn::Pat;

use crate::args::unraw;
use crate::check::Attribute;
use crate::item::Function;
use crate::message::normal;
use crate::{rust, warning};

/// Warnings about the arguments of a function.
pub(crate) fn warnings(
    function: &Function,
    attribute: &Attribute,
    operation: &'static Operation,
) -> TokenStream {
    let own = operation.inputs.iter().zip(function.arguments().skip(1));
    let mut warnings: Vec<TokenStream> = own
        .filter_map(|(input, argument)| match &*argument.pat {
            Pat::Ident(name) if !unraw(&name.ident).starts_with('_') => Some((input, &name.ident)),
            _ => None,
        })
        .filter_map(|(input, name)| Some((input, name, parts_of(&unraw(name), &function.body)?)))
        .flat_map(|(input, name, parts)| match input {
            Input::Page => of_page(name, &parts),
            Input::Body => of_request(name, &parts, attribute),
            _ => Vec::new(),
        })
        .collect();
    warnings.extend(blocking(&function.body));
    warnings.extend(other_type(&function.body, attribute, operation));
    if warnings.is_empty() {
        return TokenStream::new();
    }
    let allows = &function.allows;
    quote! {
        #allows
        const _: () = {
            #(#warnings)*
        };
    }
}

/// A warning about a constructor of another type than the attribute declares.
fn other_type(
    body: &TokenStream,
    attribute: &Attribute,
    operation: &Operation,
) -> Option<TokenStream> {
    let (Output::One(model) | Output::Page(model)) = operation.output else {
        return None;
    };
    let declared = attribute.options.variant()?.word;
    let constructor = |word: &str| match word {
        "standalone" => word.to_owned(),
        word => format!("of_{word}"),
    };
    let variants = attribute
        .module
        .features
        .iter()
        .filter_map(|feature| match feature.kind {
            FeatureKind::Variants(variants) => Some(variants),
            _ => None,
        });
    let others: Vec<&str> = variants.flatten().map(|variant| variant.word).collect();
    let mut words = Vec::new();
    words_of(body.clone(), &mut words);
    let (place, made) = words.windows(2).find_map(|pair| {
        let made = others.iter().find(|word| pair[1] == constructor(word))?;
        (pair[0] == model.name() && *made != declared).then_some((&pair[1], made))
    })?;
    Some(warning::at(
        place.span(),
        format_args!(
            "the attribute declares `type = \"{declared}\"`, and this makes one of type `{made}`"
        ),
        format_args!(
            "write `type = \"{made}\"`, or `{}::{}`",
            model.name(),
            constructor(declared)
        ),
    ))
}

/// A warning about the first call that blocks a thread of the server. In a body that moves work to
/// other threads, the tokens do not show which part runs there.
fn blocking(body: &TokenStream) -> Option<TokenStream> {
    let mut words = Vec::new();
    words_of(body.clone(), &mut words);
    if words
        .iter()
        .any(|word| word == "spawn_blocking" || word == "block_in_place")
    {
        return None;
    }
    let place = words.windows(2).find(|pair| {
        let pair = (pair[0].to_string(), pair[1].to_string());
        let pair = (pair.0.as_str(), pair.1.as_str());
        matches!(
            pair,
            ("thread", "sleep") | ("std", "fs") | ("reqwest", "blocking")
        )
    })?;
    Some(warning::at(
        place[1].span(),
        format_args!("`{}::{}` blocks a thread of the server", place[0], place[1]),
        "use an async function of the runtime, or `tokio::task::spawn_blocking`",
    ))
}

fn words_of(tokens: TokenStream, words: &mut Vec<Ident>) {
    for token in tokens {
        match token {
            TokenTree::Ident(word) => words.push(word),
            TokenTree::Group(group) => words_of(group.stream(), words),
            _ => {}
        }
    }
}

fn of_page(name: &Ident, parts: &HashSet<String>) -> Vec<TokenStream> {
    let reads = |names: &[&str]| names.iter().any(|name| parts.contains(*name));
    let mut warnings = Vec::new();
    if !reads(&["after", "cursor"]) {
        warnings.push(warning::at(
            name.span(),
            format_args!("the cursor of `{name}` is not read, so every page is the first one"),
            format_args!("start after `{name}.after()?`"),
        ));
    } else if !reads(&["limit", "limit_plus_one", "keyset"]) {
        warnings.push(warning::at(
            name.span(),
            format_args!("the limit of `{name}` is not read, so a page can have any length"),
            format_args!("read `{name}.limit_plus_one()` rows, and return `{name}.keyset(..)`"),
        ));
    }
    warnings
}

fn of_request(name: &Ident, parts: &HashSet<String>, attribute: &Attribute) -> Vec<TokenStream> {
    let module = attribute.module;
    let of_field = |field: &Field| {
        let part = part(field);
        // `permit` reads both fields of a pause, and without it the length alone is reported.
        let is_permitted = match field.name {
            "duration" => parts.contains("permit"),
            "allowAnnual" => true,
            _ => false,
        };
        if parts.contains(&part) || is_permitted {
            return None;
        }
        let mut features = module.effective_features().iter();
        let feature = features.find(|feature| feature.opens.unwrap_or(feature.wire) == field.name);
        let Some(feature) = feature else {
            let FieldKind::Id(model) = field.kind else {
                return None;
            };
            let why = match part.as_str() {
                "customer_id" => {
                    "so the subscription of another customer may be changed".to_owned()
                }
                _ => format!(
                    "so the function does not depend on the {}",
                    model.name().to_lowercase()
                ),
            };
            return Some(warning::at(
                name.span(),
                format_args!("`{name}.{part}` is not read, {why}"),
                format_args!("read it, or write `let _ = &{name}.{part};`"),
            ));
        };
        // The options of the form for all subscriptions are in another attribute.
        if module.single.is_some() {
            return None;
        }
        let span = attribute.options.switches(feature)?;
        Some(of_option(
            span.unwrap_or(attribute.module_span),
            name,
            &part,
            feature,
        ))
    };
    module.fields.iter().filter_map(of_field).collect()
}

fn of_option(span: Span, name: &Ident, part: &str, feature: &Feature) -> TokenStream {
    let (option, words) = (feature.name, feature.kind.words());
    let help = match (feature.kind, words.first()) {
        (FeatureKind::Schedules, Some(word)) => {
            format!(
                "read it in the function, or write `{option}({})`",
                word.name
            )
        }
        (FeatureKind::Durations, _) => {
            "read it in the function; the length of a pause is that of `permit`".to_owned()
        }
        _ => format!("read it in the function, or remove `{option}`"),
    };
    warning::at(
        span,
        format_args!("`{option}` is on, and `{name}.{part}` is not read"),
        help,
    )
}

/// The name of the Rust field for a field of a body.
fn part(field: &Field) -> String {
    match field.kind {
        FieldKind::Id(model) if field.name == "id" => format!("{}_id", normal(model.name())),
        _ => normal(field.name),
    }
}

/// The names that follow an argument after a dot. `None` if the body uses the argument in another
/// way, or not at all, which rustc reports.
fn parts_of(argument: &str, body: &TokenStream) -> Option<HashSet<String>> {
    let mut parts = HashSet::new();
    (reads(argument, body.clone(), &mut parts) && !parts.is_empty()).then_some(parts)
}

/// Returns false if the argument is used as a whole.
fn reads(argument: &str, tokens: TokenStream, parts: &mut HashSet<String>) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let is_dot = |token| is_sign(token, '.');
    // Another variable of this name hides the argument after the end of its `let`.
    let hidden = tokens.windows(2).position(|pair| {
        pair[0].to_string() == "let"
            && matches!(&pair[1], TokenTree::Ident(word) if word == argument)
    });
    let end = hidden.and_then(|start| {
        let mut rest = tokens.iter().enumerate().skip(start);
        rest.find(|(_, token)| is_sign(Some(token), ';'))
            .map(|(end, _)| end)
    });
    let end = end.unwrap_or(tokens.len());
    let hidden = hidden.map(|start| start + 1);
    let visible = tokens[..end].iter().enumerate();
    let mut visible = visible.filter(|(index, _)| Some(*index) != hidden);
    visible.all(|(index, token)| match token {
        TokenTree::Group(group) => reads(argument, group.stream(), parts),
        // A format string can name it.
        TokenTree::Literal(text) => !text.to_string().contains(&format!("{{{argument}")),
        TokenTree::Ident(word) if word == argument => {
            if is_dot(index.checked_sub(1).and_then(|before| tokens.get(before))) {
                return true;
            }
            match tokens.get(index + 2) {
                Some(TokenTree::Ident(part)) if is_dot(tokens.get(index + 1)) => {
                    let part = unraw(part);
                    let is_known = rust::is_part(&part);
                    parts.insert(part);
                    is_known
                }
                _ => false,
            }
        }
        _ => true,
    })
}

fn is_sign(token: Option<&TokenTree>, sign: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == sign)
}
