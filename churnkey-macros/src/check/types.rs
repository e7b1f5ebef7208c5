//! Types as they are written.

use quote::ToTokens;
use syn::{GenericArgument, PathArguments, Type};

use crate::args::unraw;

/// The name of a type without its path, also behind references, but not inside of `Option`.
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

/// A type without the invisible groups in which a `macro_rules` passes it on.
pub(crate) fn ungroup(r#type: &Type) -> &Type {
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
