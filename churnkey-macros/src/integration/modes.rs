//! `modes(..)`: the modes in which an integration serves its operations.

use proc_macro2::TokenStream;
use quote::quote;

use crate::args::{self, Arg, Value};
use crate::errors::Errors;
use crate::message::{any_of, nearest};

/// The words of the list, each with the variant of `Modes` for it.
const WORDS: [&str; 3] = ["test", "live", "shared"];

const HELP: &str = "write `modes(test)` or `modes(live)` to serve one mode, or `modes(shared)` if \
                    both modes share the same data";

/// The modes of an integration.
#[derive(Clone, Copy)]
pub(super) enum Modes {
    /// Not written: functions take the mode.
    Separate,
    Test,
    Live,
    /// Also after a mistake, so that no function is reported because of it.
    Shared,
}

impl Modes {
    pub(super) fn expand(self, private: &TokenStream) -> TokenStream {
        match self {
            Self::Separate => quote!(#private::Modes::Separate),
            Self::Test => quote!(#private::Modes::Only(#private::Mode::Test)),
            Self::Live => quote!(#private::Modes::Only(#private::Mode::Live)),
            Self::Shared => quote!(#private::Modes::Shared),
        }
    }
}

/// Reads `modes(..)`.
pub(super) fn read(argument: &Arg, errors: &Errors) -> Modes {
    let Value::List(group) = &argument.value else {
        errors.on(argument, "`modes` is a list", HELP);
        return Modes::Shared;
    };
    if group.stream().is_empty() {
        errors.at(group.span(), "`modes()` names no mode", HELP);
        return Modes::Shared;
    }
    let mut modes = Vec::new();
    for word in args::parse(group.stream(), errors) {
        match WORDS.into_iter().find(|known| word.is(known)) {
            None => unknown(&word, errors),
            Some(_) if !matches!(word.value, Value::None) => errors.on(
                &word,
                format_args!("`{}` takes no value here", word.name),
                format_args!("write `{}`", word.name),
            ),
            Some(known) if modes.contains(&known) => errors.on(
                &word.name,
                format_args!("`{known}` is given twice"),
                "remove one of them",
            ),
            Some(known) => modes.push(known),
        }
    }
    match modes.as_slice() {
        ["test"] => Modes::Test,
        ["live"] => Modes::Live,
        [_] | [] => Modes::Shared,
        several => {
            if several.contains(&"shared") {
                errors.on(
                    group,
                    "`shared` already stands for both modes",
                    "remove the other words, or `shared`",
                );
            } else {
                errors.on(
                    group,
                    "these are both modes, which is the default",
                    "remove `modes`, and take `mode: churnkey::Mode` in the functions; or write \
                     `modes(shared)` if both modes share the same data",
                );
            }
            Modes::Shared
        }
    }
}

fn unknown(word: &Arg, errors: &Errors) {
    let wrong = format!("`{}` is not a mode", word.name);
    match nearest(&word.word(), WORDS) {
        Some(guess) => errors.on(&word.name, wrong, format_args!("did you mean `{guess}`?")),
        None => errors.on(&word.name, wrong, format_args!("write {}", any_of(WORDS))),
    }
}
