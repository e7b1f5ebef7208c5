//! The signature of an annotated function.

use churnkey_protocol::{Operation, Output};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Generics, ReturnType, Type};

use super::context;
use super::types::{last_segment, text, ungroup};
use crate::args::unraw;
use crate::errors::Errors;
use crate::item::Function;
use crate::rust::{self, Argument, Signature};

/// A function that can be called as its operation, as far as syntax tells. Whether the types are right is left to the compiler.
pub(crate) struct Call {
    pub(crate) context: Type,
    /// What the operation gives.
    pub(crate) inputs: Vec<Type>,
    /// What the function asks of the request besides.
    pub(crate) extras: Vec<Type>,
    pub(crate) returns: Type,
}

/// Reports what is wrong with a signature, each fault at its token.
pub(crate) fn check(
    function: &Function,
    operation: &'static Operation,
    errors: &Errors,
) -> Option<Call> {
    let context = context::find(function);
    let example = example(function, operation);
    qualifiers(function, &example, errors);
    let arguments = arguments(function, operation, &example, errors);
    let returns = returns(function, operation, errors);
    let ((inputs, extras), context, returns) = (arguments?, context?, returns?);
    Some(Call {
        context,
        inputs,
        extras,
        returns,
    })
}

/// How the function would have to be written for an operation.
pub(crate) fn example(function: &Function, operation: &'static Operation) -> String {
    let shown = context::find(function).map_or("Billing".to_owned(), |context| text(&context));
    Signature {
        function: &unraw(&function.signature.ident),
        operation,
        context: &shown,
    }
    .to_string()
}

fn qualifiers(function: &Function, example: &str, errors: &Errors) {
    let signature = &function.signature;
    if signature.asyncness.is_none() {
        let token = match &signature.constness {
            Some(token) => token.to_token_stream(),
            None => signature.fn_token.to_token_stream(),
        };
        errors.on(
            token,
            "the function is not async",
            "write `async fn`: it runs on the server's threads and must not block them",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            "the function takes any number of arguments",
            format_args!("write `{example}`"),
        );
        return;
    }
    if let Some(token) = &signature.abi {
        errors.on(token, "the function has a foreign ABI", "remove `extern`");
    }
    if !signature.safety.to_token_stream().is_empty() {
        errors.on(
            &signature.safety,
            "the function makes demands on its callers",
            "remove this word: generated code calls the function and can promise nothing",
        );
    }
    generics(&signature.generics, errors);
}

fn generics(generics: &Generics, errors: &Errors) {
    if !generics.params.is_empty() {
        errors.on(
            &generics.params,
            "the function is generic, and generated code could not say for which types to call it",
            "remove the parameters and write the types out",
        );
    } else if let Some(clause) = &generics.where_clause {
        errors.on(clause, "the function has a where clause", "remove it");
    }
}

type Arguments = (Vec<Type>, Vec<Type>);

fn arguments(
    function: &Function,
    operation: &'static Operation,
    example: &str,
    errors: &Errors,
) -> Option<Arguments> {
    let signature = &function.signature;
    if let Some(receiver) = function.self_in_signature() {
        errors.at(
            receiver,
            "the function is a method",
            format_args!("write it outside of the impl block, with the context as its first argument: `{example}`"),
        );
        return None;
    }
    let mut types = function.types();
    let Some(first) = types.next() else {
        errors.at(
            signature.paren_token.span.join(),
            "the function does not take its context",
            format_args!("write `{example}`"),
        );
        return None;
    };
    let types: Vec<&Type> = types.collect();
    if is_lost(first, operation) {
        errors.on(
            first,
            "the first argument is not the context",
            format_args!("write `{example}`"),
        );
        return None;
    }
    let good = context::check(first, function, errors);
    if !(inputs(&types, function, operation, example, errors) && good) {
        return None;
    }
    let (inputs, extras) = types.split_at(operation.inputs.len());
    let owned = |types: &[&Type]| types.iter().copied().cloned().collect();
    Some((owned(inputs), owned(extras)))
}

/// The arguments after the context, as far as their names tell. One that is missing or displaced makes the others look wrong too, so it is
/// reported alone.
fn inputs(
    types: &[&Type],
    function: &Function,
    operation: &'static Operation,
    example: &str,
    errors: &Errors,
) -> bool {
    let expected: Vec<&str> = rust::arguments(operation)
        .map(|argument| argument.r#type)
        .collect();
    let given: Vec<Option<String>> = types.iter().map(|given| last_segment(given)).collect();
    let is_taken = |name: &str| given.iter().any(|given| given.as_deref() == Some(name));
    if types.len() < expected.len() {
        let missing: Vec<String> = rust::arguments(operation)
            .filter(|argument| !is_taken(argument.r#type))
            .map(|Argument { name, r#type }| format!("`{name}: churnkey::{type}`"))
            .collect();
        errors.on(
            &function.signature.ident,
            format_args!(
                "the operation gives {}, which the function does not take",
                missing.join(" and ")
            ),
            format_args!("write `{example}`"),
        );
        return false;
    }
    let misplaced = (0..types.len()).find(|index| {
        let here = given[*index].as_deref();
        let wanted = expected.get(*index).copied();
        here != wanted
            && (wanted.is_some_and(is_taken) || here.is_some_and(|name| expected.contains(&name)))
    });
    if let Some(index) = misplaced {
        errors.on(
            types[index],
            "the arguments are in another order than the operation gives them",
            format_args!("write `{example}`"),
        );
        return false;
    }
    let foreign = given[expected.len()..]
        .iter()
        .position(|given| given.as_deref().is_some_and(rust::is_given));
    if let Some(index) = foreign {
        let index = expected.len() + index;
        let first = (0..index)
            .find(|index| {
                given[*index].as_deref().is_some_and(rust::is_given)
                    && given[*index].as_deref() != expected.get(*index).copied()
            })
            .unwrap_or(index);
        errors.on(
            types[first],
            "the operation does not give this by itself",
            format_args!("write `{example}`"),
        );
        return false;
    }
    let mut good = true;
    for (index, r#type) in types.iter().enumerate() {
        good &= argument(r#type, expected.get(index).copied(), errors);
    }
    good
}

/// Whether the context was forgotten, and what stands in its place is the operation's first argument.
fn is_lost(first: &Type, operation: &'static Operation) -> bool {
    !matches!(first, Type::Reference(_))
        && last_segment(first)
            .is_some_and(|name| rust::arguments(operation).any(|argument| argument.r#type == name))
}

fn argument(r#type: &Type, expected: Option<&str>, errors: &Errors) -> bool {
    match r#type {
        Type::Reference(reference) => {
            let owned = match expected {
                Some(expected) => format!("churnkey::{expected}"),
                None => text(&reference.elem),
            };
            errors.on(
                r#type,
                "this argument is borrowed, and nothing keeps it",
                format_args!("take it by value: `{owned}`"),
            );
            false
        }
        Type::ImplTrait(_) => {
            let help = match expected {
                Some(expected) => format!("write `churnkey::{expected}`"),
                None => "write the type out".to_owned(),
            };
            errors.on(r#type, "this argument is generic, and generated code could not say for which type to call it", help);
            false
        }
        _ => true,
    }
}

fn returns(function: &Function, operation: &Operation, errors: &Errors) -> Option<Type> {
    match &function.signature.output {
        ReturnType::Default => {
            errors.at(
                function.signature.paren_token.span.close(),
                "the function does not say what it returns",
                format_args!(
                    "write `-> {}` after the arguments",
                    rust::return_type(operation)
                ),
            );
            None
        }
        ReturnType::Type(_, returns) => match ungroup(returns) {
            // A future instead of `async` was reported, and goes with it.
            hiding if hides(hiding) && function.signature.asyncness.is_none() => None,
            hiding if hides(hiding) => {
                errors.on(
                    returns,
                    "the function hides what it returns",
                    format_args!("write `{}`", rust::return_type(operation)),
                );
                None
            }
            Type::Never(_) => {
                errors.on(
                    returns,
                    "the function never returns",
                    format_args!("write `{}`", rust::return_type(operation)),
                );
                None
            }
            returns => Some(returns.clone()),
        },
    }
}

/// Whether an `impl Trait` is a type or a part of it.
fn hides(r#type: &Type) -> bool {
    fn contains(tokens: TokenStream) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Ident(word) => word == "impl",
            TokenTree::Group(group) => contains(group.stream()),
            _ => false,
        })
    }
    contains(r#type.to_token_stream())
}

/// Returns true if a function takes and returns what an operation gives and wants.
pub(crate) fn looks_like(function: &Function, operation: &'static Operation) -> bool {
    let given: Vec<String> = function.types().skip(1).filter_map(last_segment).collect();
    let returned = match &function.signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, returned) => returned.to_token_stream().to_string(),
    };
    let returns_it = match operation.output {
        Output::One(model) | Output::Page(model) => returned
            .split(|letter: char| !letter.is_alphanumeric())
            .any(|word| word == model.name()),
        Output::Nothing => true,
    };
    returns_it
        && operation.inputs.len() <= given.len()
        && rust::arguments(operation)
            .zip(&given)
            .all(|(argument, given)| argument.r#type == given)
}
