//! The signature of an annotated function.

use quote::ToTokens;
use syn::{GenericArgument, Generics, PathArguments, ReturnType, Type, TypePath};

use crate::args::unraw;
use crate::errors::Errors;
use crate::item::Function;
use crate::spec::{self, Operation, Signature};

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
    operation: &Operation,
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
    let good = context_argument(first, function, errors);
    if !(inputs(&types, function, operation, example, errors) && good) {
        return None;
    }
    let (inputs, extras) = types.split_at(operation.inputs.len());
    let owned = |types: &[&Type]| types.iter().map(|r#type| Type::clone(r#type)).collect();
    Some((owned(inputs), owned(extras)))
}

/// The arguments after the context, as far as their names tell. One that is missing or displaced makes the others look wrong too, so it is
/// reported alone.
fn inputs(
    types: &[&Type],
    function: &Function,
    operation: &Operation,
    example: &str,
    errors: &Errors,
) -> bool {
    let expected: Vec<&str> = operation.inputs.iter().map(|(_, given)| *given).collect();
    let given: Vec<Option<String>> = types.iter().map(|given| last_segment(given)).collect();
    let is_taken = |name: &str| given.iter().any(|given| given.as_deref() == Some(name));
    if types.len() < expected.len() {
        let missing: Vec<String> = operation
            .inputs
            .iter()
            .filter(|(_, given)| !is_taken(given))
            .map(|(name, given)| format!("`{name}: churnkey::{given}`"))
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
        here != wanted && (wanted.is_some_and(is_taken) || here.is_some_and(|name| expected.contains(&name)))
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
        .position(|given| given.as_deref().is_some_and(spec::is_given));
    if let Some(index) = foreign {
        let index = expected.len() + index;
        let first = (0..index)
            .find(|index| given[*index].as_deref().is_some_and(spec::is_given) && given[*index].as_deref() != expected.get(*index).copied())
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
fn is_lost(first: &Type, operation: &Operation) -> bool {
    !matches!(first, Type::Reference(_))
        && last_segment(first).is_some_and(|name| {
            operation
                .inputs
                .iter()
                .any(|(_, expected)| *expected == name)
        })
}

fn context_argument(first: &Type, function: &Function, errors: &Errors) -> bool {
    let help = "write `&` and your own type, such as `ctx: &Billing`";
    let Type::Reference(reference) = first else {
        match peeled(first) {
            Type::ImplTrait(_) => errors.on(first, "the context is generic", help),
            inner => errors.on(
                first,
                "the context is not taken by reference",
                format_args!("write `&{}`", text(inner)),
            ),
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
        if !function.signature.generics.params.is_empty() {
            return false;
        }
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
                    text(peeled(inner))
                ),
            );
            false
        }
        // The function is generic, which is reported as such.
        Type::Path(path) if is_parameter(path, function) => false,
        Type::Path(_) if !is_foreign(inner) => true,
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
    let context = peeled(function.types().next()?);
    match context {
        Type::Path(path)
            if path.qself.is_none()
                && function.self_in_signature().is_none()
                && !is_parameter(path, function)
                && !is_foreign(context) =>
        {
            Some(context.clone())
        }
        _ => None,
    }
}

/// Whether a type is a parameter of the function.
fn is_parameter(r#type: &TypePath, function: &Function) -> bool {
    r#type.path.get_ident().is_some_and(|name| {
        function
            .signature
            .generics
            .type_params()
            .any(|parameter| parameter.ident == *name)
    })
}

/// Whether a type is certainly not the user's own, as far as names tell: the protocol's own and the everyday ones.
fn is_foreign(r#type: &Type) -> bool {
    const EVERYDAY: [&str; 20] = [
        "String", "str", "Vec", "HashMap", "BTreeMap", "Option", "Result", "bool", "char", "i32", "i64", "u8", "u32", "u64", "usize", "f64",
        "PathBuf", "Duration", "Mode", "Headers",
    ];
    match r#type {
        Type::Path(path) => {
            let of_churnkey = path.path.segments.len() > 1
                && path.path.segments.first().is_some_and(|first| first.ident == "churnkey");
            of_churnkey
                || path.path.get_ident().is_some() && path.path.segments.last().is_some_and(|last| {
                    let name = unraw(&last.ident);
                    EVERYDAY.contains(&name.as_str()) || spec::is_given(&name)
                })
        }
        _ => false,
    }
}

/// The error type in `Result<_, Error>`, or else the whole type.
pub(crate) fn failure(returns: &Type) -> &Type {
    let Type::Path(path) = returns else {
        return returns;
    };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => match arguments.args.iter().nth(1) {
            Some(GenericArgument::Type(error)) => error,
            _ => returns,
        },
        _ => returns,
    }
}

/// Whether a function takes and answers what an operation gives and wants.
pub(crate) fn looks_like(function: &Function, operation: &Operation) -> bool {
    let given: Vec<String> = function.types().skip(1).filter_map(last_segment).collect();
    let answer = match &function.signature.output {
        ReturnType::Default => String::new(),
        ReturnType::Type(_, answer) => answer.to_token_stream().to_string(),
    };
    let answered = operation.output.trim_end_matches('>').rsplit('<').next().unwrap_or_default();
    let answers = answered == "()" || answer.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == answered);
    answers
        && operation.inputs.len() <= given.len()
        && operation.inputs.iter().zip(&given).all(|((_, expected), given)| expected == given)
}

/// What is inside of references and wrappers.
fn peeled(r#type: &Type) -> &Type {
    let mut inner = ungroup(r#type);
    while let Some(deeper) = peel(inner) {
        inner = deeper;
    }
    inner
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
        "Arc" | "Rc" | "Box" | "Option" | "State" | "Extension" | "Data" | "Mutex" | "RwLock" | "Ref"
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

/// A type as a user would write it.
pub(crate) fn text(tokens: impl ToTokens) -> String {
    tokens
        .to_token_stream()
        .to_string()
        .replace(" :: ", "::")
        .replace(":: ", "::")
        .replace(" < ", "<")
        .replace(" >", ">")
        .replace("< ", "<")
        .replace("& ", "&")
        .replace(" ,", ",")
}
