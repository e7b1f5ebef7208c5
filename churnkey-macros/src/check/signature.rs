//! The signature of an annotated function.

use churnkey_protocol::{Operation, Output};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, GenericParam, Generics, PatType, ReturnType, Type};

use super::types::{last_segment, text, ungroup};
use super::{context, extractor};
use crate::args::unraw;
use crate::cfg::Cfg;
use crate::errors::Errors;
use crate::item::Function;
use crate::rust::{self, Argument, Signature};

/// A function whose syntax fits its operation. Its types are checked by the compiler.
pub(crate) struct Call {
    pub(crate) context: Type,
    /// Types of the operation's own arguments.
    pub(crate) inputs: Vec<Type>,
    /// The further arguments, which are extracted from the request.
    pub(crate) extras: Vec<Extra>,
    pub(crate) returns: Type,
}

/// An argument that is extracted from the request.
pub(crate) struct Extra {
    pub(crate) r#type: Type,
    pub(crate) cfg: Cfg,
}

/// The number of arguments that may have a `#[cfg]`: the call is written for each combination.
const MAX_CFGS: usize = 4;

/// Reports each mistake of a signature, at its token.
pub(crate) fn check(
    function: &Function,
    operation: &'static Operation,
    errors: &Errors,
) -> Option<Call> {
    let context = context::find(function);
    let example = example(function, operation);
    if let Some(receiver) = function.self_in_signature() {
        errors.at(
            receiver,
            "the function is a method",
            format_args!("write it outside of the impl block, with the context as its first argument: `{example}`"),
        );
        return None;
    }
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

/// The signature to write for an operation, with the name and the context of a function.
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
            "the function is variadic",
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
            "the function is `unsafe`",
            "remove `unsafe`: generated code calls the function and cannot uphold a safety contract",
        );
    }
    generics(&signature.generics, errors);
}

fn generics(generics: &Generics, errors: &Errors) {
    let is_lifetime = |parameter: &GenericParam| matches!(parameter, GenericParam::Lifetime(_));
    let mut parameters = generics.params.iter();
    if let Some(parameter) = parameters.find(|parameter| !is_lifetime(parameter)) {
        errors.on(
            parameter,
            "the function is generic, and generated code cannot infer the types",
            "remove the parameters and write the types out",
        );
    } else if let Some(clause) = &generics.where_clause {
        errors.on(clause, "the function has a where clause", "remove it");
    }
}

type Arguments = (Vec<Type>, Vec<Extra>);

fn arguments(
    function: &Function,
    operation: &'static Operation,
    example: &str,
    errors: &Errors,
) -> Option<Arguments> {
    let signature = &function.signature;
    let mut types = function.types();
    let Some(first) = types.next() else {
        errors.at(
            signature.paren_token.span.join(),
            "the function has no context argument",
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
    let (inputs, _) = types.split_at(operation.inputs.len());
    let inputs = inputs.iter().copied().cloned().collect();
    Some((inputs, extras(function, operation, errors)?))
}

/// The arguments after those of the operation, which alone may have a `#[cfg]`.
fn extras(function: &Function, operation: &Operation, errors: &Errors) -> Option<Vec<Extra>> {
    let own = 1 + operation.inputs.len();
    let with_cfg = |arguments: &[&PatType]| -> Vec<Attribute> {
        let attributes = arguments.iter().flat_map(|argument| &argument.attrs);
        let is_cfg = |attribute: &&Attribute| !Cfg::of(std::slice::from_ref(*attribute)).is_empty();
        attributes.filter(is_cfg).cloned().collect()
    };
    let arguments: Vec<&PatType> = function.arguments().collect();
    let (own, further) = arguments.split_at(own);
    if let Some(attribute) = with_cfg(own).first() {
        errors.on(
            attribute,
            "this argument is required, and it has a `#[cfg]`",
            "put the `#[cfg]` on the function, and write another function for the other case",
        );
        return None;
    }
    if let Some(attribute) = with_cfg(further).get(MAX_CFGS) {
        errors.on(
            attribute,
            format_args!("more than {MAX_CFGS} arguments have a `#[cfg]`"),
            "take one type that implements `churnkey::FromRequestContext` instead",
        );
        return None;
    }
    let extra = |argument: &&PatType| Extra {
        r#type: (*argument.ty).clone(),
        cfg: Cfg::of(&argument.attrs),
    };
    Some(further.iter().map(extra).collect())
}

/// Checks the names of the argument types after the context.
///
/// A missing or displaced argument makes the others look wrong as well, so it is reported alone.
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
    // An argument that is extracted from the request does not stand for a missing one.
    let own = given
        .iter()
        .take_while(|given| !given.as_deref().is_some_and(extractor::is_named))
        .count();
    if own < expected.len()
        && !given[own..]
            .iter()
            .flatten()
            .any(|given| expected.contains(&given.as_str()))
    {
        let missing: Vec<String> = rust::arguments(operation)
            .filter(|argument| !is_taken(argument.r#type))
            .map(|Argument { name, r#type }| format!("`{name}: churnkey::{type}`"))
            .collect();
        errors.on(
            &function.signature.ident,
            format_args!(
                "the function does not take {}, which the operation has",
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
            "the arguments are not in the order of the operation",
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
            format_args!(
                "this operation has no `{}` argument",
                given[first].as_deref().unwrap_or_default()
            ),
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

/// Returns true if the context is missing, and its place is taken by an argument of the operation.
fn is_lost(first: &Type, operation: &'static Operation) -> bool {
    !matches!(first, Type::Reference(_))
        && last_segment(first)
            .is_some_and(|name| rust::arguments(operation).any(|argument| argument.r#type == name))
}

fn argument(r#type: &Type, expected: Option<&str>, errors: &Errors) -> bool {
    match r#type {
        Type::Reference(reference) => {
            let help = match expected {
                Some(expected) => format!("take it by value: `churnkey::{expected}`"),
                None => extractor::owned(&reference.elem),
            };
            errors.on(
                r#type,
                "this argument is a reference, and it must be owned",
                help,
            );
            false
        }
        Type::ImplTrait(_) => {
            let help = match expected {
                Some(expected) => format!("write `churnkey::{expected}`"),
                None => format!("write the type out: {}", extractor::ANY),
            };
            errors.on(
                r#type,
                "this argument is generic, and generated code cannot infer its type",
                help,
            );
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
                "the function has no return type",
                format_args!(
                    "write `-> {}` after the arguments",
                    rust::return_type(operation)
                ),
            );
            None
        }
        ReturnType::Type(_, returns) => match ungroup(returns) {
            // The missing `async` was reported; with it the return type changes as well.
            hiding if hides(hiding) && function.signature.asyncness.is_none() => None,
            hiding if hides(hiding) => {
                errors.on(
                    returns,
                    "the return type is hidden behind `impl Trait`",
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
            returns => {
                // The compiler does not see the types of a function with a mistake.
                if !errors.is_empty() && is_no_result(returns) {
                    errors.on(
                        returns,
                        format_args!(
                            "the operation answers with a `{}`",
                            rust::return_type(operation)
                        ),
                        "return it",
                    );
                }
                Some(returns.clone())
            }
        },
    }
}

/// Returns true for a type that is no result by its name.
fn is_no_result(returns: &Type) -> bool {
    last_segment(returns).is_some_and(|name| {
        ["Vec", "Option", "Page", "String", "bool"].contains(&name.as_str())
            || rust::is_model(&name)
    })
}

/// Returns true if a type is or contains an `impl Trait`.
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

/// Returns true if the argument types and the return type of a function are those of an operation.
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
