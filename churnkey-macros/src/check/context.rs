//! The context: the first argument of a function, whose type is the integration.

use syn::{GenericArgument, PathArguments, Type, TypePath};

use super::types::{text, ungroup};
use crate::args::unraw;
use crate::errors::Errors;
use crate::item::Function;
use crate::rust;

/// The type of the context, without a wrong reference or wrapper, if it can be parsed.
pub(crate) fn find(function: &Function) -> Option<Type> {
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

/// Returns true if a type is a type parameter of the function.
fn is_parameter(r#type: &TypePath, function: &Function) -> bool {
    r#type.path.get_ident().is_some_and(|name| {
        function
            .signature
            .generics
            .type_params()
            .any(|parameter| parameter.ident == *name)
    })
}

/// Returns true if a type cannot be the user's own by its name: a type of the protocol or a common
/// one of the standard library.
pub(super) fn is_foreign(r#type: &Type) -> bool {
    const COMMON: [&str; 30] = [
        "String",
        "str",
        "Vec",
        "HashMap",
        "BTreeMap",
        "Option",
        "Result",
        "bool",
        "char",
        "i8",
        "i16",
        "i32",
        "i64",
        "i128",
        "isize",
        "u8",
        "u16",
        "u32",
        "u64",
        "u128",
        "usize",
        "f32",
        "f64",
        "Path",
        "PathBuf",
        "Duration",
        "Mode",
        "Headers",
        "RequestId",
        "RequestContext",
    ];
    match r#type {
        Type::Path(path) => {
            let of_churnkey = path.path.segments.len() > 1
                && path
                    .path
                    .segments
                    .first()
                    .is_some_and(|first| first.ident == "churnkey");
            of_churnkey
                || path.path.get_ident().is_some()
                    && path.path.segments.last().is_some_and(|last| {
                        let name = unraw(&last.ident);
                        COMMON.contains(&name.as_str()) || rust::is_given(&name)
                    })
        }
        _ => false,
    }
}

/// Reports a first argument that is not a reference to a type of the user's own.
pub(crate) fn check(first: &Type, function: &Function, errors: &Errors) -> bool {
    let help = "write `&` and the type with the derive, such as `ctx: &Billing`";
    let Type::Reference(reference) = first else {
        match peeled(first) {
            Type::ImplTrait(_) => errors.on(first, "the context is generic", help),
            inner if is_foreign(inner) => {
                errors.on(first, "the context is not a type of this crate", help);
            }
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
            "remove `mut`; keep mutable state in a pool, a mutex or an atomic",
        );
        return false;
    }
    if let Some(lifetime) = &reference.lifetime
        && lifetime.ident == "static"
    {
        errors.on(
            lifetime,
            "the context has the lifetime `'static`, and it is borrowed for the call only",
            format_args!("remove the lifetime: `&{}`", text(inner)),
        );
        return false;
    }
    match inner {
        _ if peel(inner).is_some() => {
            errors.on(
                inner,
                "the context is wrapped",
                format_args!(
                    "write `&{}`: the runtime shares it already",
                    text(peeled(inner))
                ),
            );
            false
        }
        // The function is generic, which is reported as such.
        Type::Path(path) if is_parameter(path, function) => false,
        Type::Path(_) if !is_foreign(inner) => true,
        other => {
            errors.on(other, "the context is not a type of this crate", help);
            false
        }
    }
}

/// The type inside of references and wrappers.
fn peeled(r#type: &Type) -> &Type {
    let mut inner = ungroup(r#type);
    while let Some(deeper) = peel(inner) {
        inner = deeper;
    }
    inner
}

/// Removes one layer of `&`, `*const`, `Arc` and the like.
fn peel(r#type: &Type) -> Option<&Type> {
    match ungroup(r#type) {
        Type::Reference(reference) => Some(ungroup(&reference.elem)),
        Type::Ptr(pointer) => Some(ungroup(&pointer.elem)),
        other => wrapped(other),
    }
}

/// The type inside of a smart pointer or an extractor.
fn wrapped(r#type: &Type) -> Option<&Type> {
    let Type::Path(path) = r#type else {
        return None;
    };
    let last = path.path.segments.last()?;
    if !matches!(
        last.ident.to_string().as_str(),
        "Arc"
            | "Rc"
            | "Box"
            | "Option"
            | "State"
            | "Extension"
            | "Data"
            | "Mutex"
            | "RwLock"
            | "Ref"
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
