//! Arguments that are extracted from the request, after those of the operation.

use syn::{PathArguments, Type};

use super::context::is_foreign;
use super::types::{last_segment, text, ungroup};

/// The types that such an argument may have.
pub(super) const ANY: &str = "`churnkey::Mode`, `churnkey::RequestId`, `churnkey::Headers`, \
                              `churnkey::Extension<T>`, an axum extractor as \
                              `churnkey::Parts<T>`, or a type of your own that implements \
                              `churnkey::FromRequestContext`";

/// Returns true for the names of types of this crate that belong to the request.
pub(super) fn is_named(name: &str) -> bool {
    name == "RequestContext" || is_extracted(name)
}

fn is_extracted(name: &str) -> bool {
    ["Mode", "Headers", "RequestId", "Parts", "Extension"].contains(&name)
}

/// The argument to take in the place of a reference to a type.
pub(super) fn owned(referred: &Type) -> String {
    let referred = ungroup(referred);
    if let Type::Reference(reference) = referred {
        return owned(&reference.elem);
    }
    let written = text(referred);
    match last_segment(referred).as_deref() {
        Some("HeaderMap") => "take the headers by value: `churnkey::Headers`".to_owned(),
        Some("Method" | "Uri" | "Version" | "MatchedPath") => {
            format!("take it by value: `churnkey::Parts<{written}>`")
        }
        // The `Parts` of another crate has no parameter.
        Some(name) if is_extracted(name) && (name != "Parts" || has_parameters(referred)) => {
            format!("take it by value: `{written}`")
        }
        Some(name) if !is_named(name) && can_be_own(referred) => format!(
            "take it by value: `{written}`, with \
             `impl churnkey::FromRequestContext for {written}`"
        ),
        _ => format!("take a part of the request by value: {ANY}"),
    }
}

/// Returns true if a type can be one of the user's own by its path.
fn can_be_own(r#type: &Type) -> bool {
    let Type::Path(path) = r#type else {
        return false;
    };
    let segments = &path.path.segments;
    let in_crate = ["crate", "self", "super"];
    let is_local = segments.len() == 1
        || segments
            .first()
            .is_some_and(|first| in_crate.iter().any(|word| first.ident == word));
    is_local && !is_foreign(r#type) && !has_parameters(r#type)
}

fn has_parameters(r#type: &Type) -> bool {
    let Type::Path(path) = r#type else {
        return false;
    };
    let last = path.path.segments.last();
    last.is_some_and(|last| matches!(last.arguments, PathArguments::AngleBracketed(_)))
}
