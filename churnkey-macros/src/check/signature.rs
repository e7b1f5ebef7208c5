//! The signature of an annotated function.

use quote::ToTokens;
use syn::spanned::Spanned as _;
use syn::{FnArg, GenericArgument, Generics, PathArguments, ReturnType, Type};

use crate::args::unraw;
use crate::errors::Errors;
use crate::item::Function;
use crate::spec::{Operation, Signature};

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
    let context = context(function);
    let name = unraw(&function.signature.ident);
    let shown = context
        .as_ref()
        .map_or("Billing".to_owned(), |context| text(context));
    let example = Signature {
        function: &name,
        operation,
        context: &shown,
    }
    .to_string();
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

fn qualifiers(function: &Function, example: &str, errors: &Errors) {
    let signature = &function.signature;
    if signature.asyncness.is_none() {
        errors.on(
            signature.fn_token,
            "the function is not async",
            "write `async fn`: it runs on the server's threads and must not block them",
        );
    }
    if let Some(token) = &signature.constness {
        errors.on(token, "the function is const", "remove `const`");
    }
    if let Some(token) = &signature.abi {
        errors.on(token, "the function has a foreign ABI", "remove `extern`");
    }
    if !signature.safety.to_token_stream().is_empty() {
        errors.on(
            &signature.safety,
            "the function is marked for callers who check something first",
            "remove it: generated code calls the function and can check nothing",
        );
    }
    if let Some(variadic) = &signature.variadic {
        errors.on(
            variadic,
            "the function takes any number of arguments",
            format_args!("write `{example}`"),
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
    operation: &Operation,
    example: &str,
    errors: &Errors,
) -> Option<Arguments> {
    let signature = &function.signature;
    if let Some(FnArg::Receiver(receiver)) = signature.inputs.first() {
        errors.on(
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
    let mut good = context_argument(first, operation, errors);
    let types: Vec<&Type> = types.collect();
    if types.len() < operation.inputs.len() && !is_lost(first, operation) {
        let missing: Vec<String> = operation.inputs[types.len()..]
            .iter()
            .map(|(name, r#type)| format!("`{name}: churnkey::{}`", r#type))
            .collect();
        errors.on(
            &signature.ident,
            format_args!(
                "the operation gives {}, which the function does not take",
                missing.join(" and ")
            ),
            format_args!("write `{example}`"),
        );
        good = false;
    }
    for (index, r#type) in types.iter().enumerate() {
        good &= argument(
            r#type,
            operation.inputs.get(index).map(|(_, expected)| *expected),
            errors,
        );
    }
    if !good {
        return None;
    }
    let (inputs, extras) = types.split_at(operation.inputs.len());
    let owned = |types: &[&Type]| types.iter().map(|r#type| Type::clone(r#type)).collect();
    Some((owned(inputs), owned(extras)))
}

/// Whether the context was forgotten, and what stands in its place is the operation's first argument.
fn is_lost(first: &Type, operation: &Operation) -> bool {
    !matches!(first, Type::Reference(_))
        && last_segment(first).is_some_and(|name| {
            operation
                .inputs
                .iter()
                .any(|(_, expected)| *expected == name)
        })
}

fn context_argument(first: &Type, operation: &Operation, errors: &Errors) -> bool {
    let help = "write `&` and your own type, such as `ctx: &Billing`";
    let Type::Reference(reference) = first else {
        if is_lost(first, operation) {
            errors.on(
                first,
                "the first argument is not the context",
                "put the context before it: `ctx: &Billing`",
            );
        } else if let Type::ImplTrait(_) = first {
            errors.on(first, "the context is generic", help);
        } else {
            errors.on(
                first,
                "the context is not taken by reference",
                format_args!("write `&{}`", text(peel(first).unwrap_or(first))),
            );
        }
        return false;
    };
    let inner = ungroup(&reference.elem);
    if let Some(token) = &reference.mutability {
        errors.on(
            token,
            "the context is shared by all requests and cannot be borrowed mutably",
            "remove `mut`; keep what changes behind a pool, a mutex or an atomic",
        );
        return false;
    }
    if let Some(lifetime) = &reference.lifetime {
        errors.on(
            lifetime,
            "the context is borrowed for the time of the call only",
            format_args!("remove the lifetime: `&{}`", text(inner)),
        );
        return false;
    }
    match inner {
        Type::Path(_) if wrapped(inner).is_some() => {
            errors.on(
                inner,
                "the context is wrapped",
                format_args!(
                    "write `&{}`: the runtime keeps it shared",
                    text(peel(inner).unwrap_or(inner))
                ),
            );
            false
        }
        Type::Path(_) => true,
        other => {
            errors.on(other, "the context is not a type of your own", help);
            false
        }
    }
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
                format_args!("write `-> {}` after the arguments", operation.returns()),
            );
            None
        }
        ReturnType::Type(_, returns) => match ungroup(returns) {
            Type::ImplTrait(_) => {
                errors.on(
                    returns,
                    "the function hides what it returns",
                    format_args!("write `{}`", operation.returns()),
                );
                None
            }
            Type::Never(_) => {
                errors.on(
                    returns,
                    "the function never returns",
                    format_args!("write `{}`", operation.returns()),
                );
                None
            }
            returns => Some(returns.clone()),
        },
    }
}

/// The type of the context, as far as it can be made out under a wrong reference or wrapper.
pub(crate) fn context(function: &Function) -> Option<Type> {
    let mut context = ungroup(function.types().next()?);
    while let Some(inner) = peel(context) {
        context = inner;
    }
    matches!(context, Type::Path(path) if path.qself.is_none()).then(|| context.clone())
}

/// One layer less of `&`, `Arc` and the like.
fn peel(r#type: &Type) -> Option<&Type> {
    match ungroup(r#type) {
        Type::Reference(reference) => Some(ungroup(&reference.elem)),
        other => wrapped(other),
    }
}

/// What is inside of a smart pointer or an extractor.
fn wrapped(r#type: &Type) -> Option<&Type> {
    let Type::Path(path) = r#type else {
        return None;
    };
    let last = path.path.segments.last()?;
    if !matches!(
        last.ident.to_string().as_str(),
        "Arc" | "Rc" | "Box" | "State" | "Extension" | "Data" | "Mutex" | "RwLock" | "Ref"
    ) {
        return None;
    }
    let PathArguments::AngleBracketed(arguments) = &last.arguments else {
        return None;
    };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(inner) => Some(ungroup(inner)),
        _ => None,
    })
}

/// The name of a type without its path, through references and `Option`-like wrappers not.
pub(crate) fn last_segment(r#type: &Type) -> Option<String> {
    match ungroup(r#type) {
        Type::Path(path) => path
            .path
            .segments
            .last()
            .map(|segment| unraw(&segment.ident)),
        Type::Reference(reference) => last_segment(&reference.elem),
        _ => None,
    }
}

/// Types that come through a `macro_rules` stand in invisible groups.
fn ungroup(r#type: &Type) -> &Type {
    match r#type {
        Type::Group(group) => ungroup(&group.elem),
        Type::Paren(paren) => ungroup(&paren.elem),
        other => other,
    }
}

/// A type as the user wrote it.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    let stream = tokens.to_token_stream();
    let span = stream.span();
    span.source_text()
        .filter(|text| !text.is_empty() && !text.contains('\n'))
        .unwrap_or_else(|| {
            stream
                .to_string()
                .replace(" :: ", "::")
                .replace(":: ", "::")
                .replace(" < ", "<")
                .replace(" >", ">")
                .replace("< ", "<")
                .replace("& ", "&")
                .replace(" ,", ",")
        })
}
