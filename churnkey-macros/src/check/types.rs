//! Types as they are written.

use churnkey_protocol::{Operation, Output};
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

/// The success of a `Result<Success, Error>`, if the type is one as it is written, and the type at
/// which a wrong error is shown: the error, or else the whole type.
///
/// In the right wrapper it is the type inside, which alone can be wrong.
pub(crate) fn parts<'a>(returns: &'a Type, operation: &Operation) -> (Option<&'a Type>, &'a Type) {
    let arguments = arguments_of(returns);
    let failure = arguments.get(1).copied().unwrap_or(returns);
    let is_result = last_segment(returns).is_some_and(|name| name == "Result");
    let success = arguments.first().copied().filter(|_| is_result);
    let wrapper = match operation.output {
        Output::One(_) => "Option",
        Output::Page(_) => "Page",
        Output::Nothing => "()",
    };
    let inside = success.filter(|success| {
        matches!(success, Type::Path(_))
            && last_segment(success).is_some_and(|name| name == wrapper)
    });
    let inside = inside.and_then(|success| arguments_of(success).first().copied());
    (inside.or(success), failure)
}

/// The types in the angle brackets at the end of a path.
fn arguments_of(r#type: &Type) -> Vec<&Type> {
    let Type::Path(path) = ungroup(r#type) else {
        return Vec::new();
    };
    match path.path.segments.last().map(|last| &last.arguments) {
        Some(PathArguments::AngleBracketed(arguments)) => arguments
            .args
            .iter()
            .filter_map(|argument| match argument {
                GenericArgument::Type(inner) => Some(ungroup(inner)),
                _ => None,
            })
            .collect(),
        _ => Vec::new(),
    }
}
