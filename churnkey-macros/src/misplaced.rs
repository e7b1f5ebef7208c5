//! Attributes that a function cannot have below one of this crate. They are taken from the item,
//! because each of them would cause further errors.

use churnkey_protocol::{Module, Side};
use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use crate::args;
use crate::errors::Errors;

/// A second attribute of this crate: its arguments, for the operation that it names.
pub(crate) struct Second {
    pub(crate) side: Side,
    pub(crate) arguments: TokenStream,
}

/// Reports the attributes of an item that cannot stay, and removes them.
pub(crate) fn take(item: TokenStream, errors: &Errors) -> (TokenStream, Vec<Second>) {
    let tokens: Vec<TokenTree> = item.into_iter().collect();
    let mut kept = Vec::new();
    let mut seconds = Vec::new();
    let mut index = 0;
    while let [TokenTree::Punct(hash), TokenTree::Group(group), ..] = &tokens[index..]
        && hash.as_char() == '#'
        && group.delimiter() == Delimiter::Bracket
    {
        if !is_misplaced(group.stream(), errors, &mut seconds) {
            kept.extend_from_slice(&tokens[index..index + 2]);
        }
        index += 2;
    }
    kept.extend_from_slice(&tokens[index..]);
    (kept.into_iter().collect(), seconds)
}

fn is_misplaced(attribute: TokenStream, errors: &Errors, seconds: &mut Vec<Second>) -> bool {
    let mut names: Vec<Ident> = Vec::new();
    let mut path = TokenStream::new();
    let mut arguments = TokenStream::new();
    for token in attribute {
        match token {
            TokenTree::Group(group) => arguments = group.stream(),
            token => {
                if let TokenTree::Ident(name) = &token {
                    names.push(name.clone());
                }
                path.extend([token]);
            }
        }
    }
    let names: Vec<String> = names.iter().map(args::unraw).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match names.as_slice() {
        [_, entry @ ("main" | "test")] => {
            let shown = path.to_string().replace(' ', "");
            errors.on(
                path,
                format_args!("`#[{shown}]` gives the function a runtime of its own"),
                match *entry {
                    "main" => {
                        "remove it: `churnkey::serve` calls the function; `main` has the attribute"
                    }
                    _ => "remove it, and call this function from a test",
                },
            );
            true
        }
        [.., side @ ("controller" | "action")] if names.len() <= 2 => {
            let side = match *side {
                "controller" => Side::Controller,
                _ => Side::Action,
            };
            let first = arguments.clone().into_iter().next();
            let first = first.map(|first| first.to_string()).unwrap_or_default();
            if names.len() == 1 && Module::find(&first).is_none() {
                return false;
            }
            errors.on(
                path,
                "the function has a second attribute",
                "a function serves one operation: remove one attribute, or write another function",
            );
            seconds.push(Second { side, arguments });
            true
        }
        _ => false,
    }
}
