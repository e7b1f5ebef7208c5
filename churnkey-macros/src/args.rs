//! The grammar of attribute arguments: `word, word(word, ..), word = value, ..`.
//!
//! It is parsed token by token, so that a syntax error in one argument does not affect the others.

use churnkey_protocol::Module;
use proc_macro2::{Delimiter, Group, Ident, Literal, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser as _;

use crate::crate_name;
use crate::errors::Errors;
use crate::message::normal;

/// One argument of an attribute.
pub(crate) struct Arg {
    pub(crate) name: Ident,
    pub(crate) value: Value,
}

pub(crate) enum Value {
    /// `name`
    None,
    /// `name = tokens`
    Assigned(TokenStream),
    /// `name(argument, ..)`. The caller parses the group with [`parse`] where a list is allowed, so
    /// that a syntax error in a misplaced list is not a second error.
    List(Group),
}

impl Arg {
    fn bare(name: Ident) -> Self {
        Self {
            name,
            value: Value::None,
        }
    }

    /// The name in snake case, for comparison with the words of the protocol.
    pub(crate) fn word(&self) -> String {
        normal(&unraw(&self.name))
    }

    /// Returns true if the name is exactly this word.
    pub(crate) fn is(&self, word: &str) -> bool {
        unraw(&self.name) == word
    }
}

impl ToTokens for Arg {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        self.name.to_tokens(tokens);
        match &self.value {
            Value::None => {}
            Value::Assigned(value) => tokens.extend(quote!(= #value)),
            Value::List(group) => group.to_tokens(tokens),
        }
    }
}

pub(crate) fn unraw(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// Parses arguments. An argument that cannot be parsed is reported and left out.
pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Vec<Arg> {
    let mut arguments = Vec::new();
    for tokens in split_at_commas(tokens, errors) {
        argument(&tokens, errors, &mut arguments);
    }
    arguments
}

fn split_at_commas(tokens: TokenStream, errors: &Errors) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![Vec::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => arguments.push(Vec::new()),
            TokenTree::Punct(punct) if punct.as_char() == ';' => {
                errors.at(
                    punct.span(),
                    "the arguments are separated by `;`",
                    "write a comma instead",
                );
                arguments.push(Vec::new());
            }
            token => {
                if let Some(argument) = arguments.last_mut() {
                    argument.push(token);
                }
            }
        }
    }
    arguments.retain(|argument| !argument.is_empty());
    arguments
}

fn argument(tokens: &[TokenTree], errors: &Errors, arguments: &mut Vec<Arg>) {
    let (name, rest) = match tokens {
        [TokenTree::Ident(name), rest @ ..] => (name, rest),
        [TokenTree::Literal(text)] => {
            arguments.extend(quoted(text, errors));
            return;
        }
        [TokenTree::Punct(not), TokenTree::Ident(name)] if not.as_char() == '!' => {
            errors.on(
                tokens.iter().cloned().collect::<TokenStream>(),
                format_args!("`!{name}` is not an option"),
                format_args!("leave it out, or write `{name} = false`"),
            );
            return;
        }
        _ => {
            foreign(tokens, errors);
            return;
        }
    };
    let (value, after) = match rest {
        [] => (Value::None, rest),
        [TokenTree::Punct(punct), value @ ..] if punct.as_char() == '=' => {
            if value.is_empty() {
                errors.at(
                    punct.span(),
                    format_args!("`{name} =` has no value"),
                    "write a value after `=`",
                );
            }
            let (value, after) = match value {
                // A literal is a whole value, so a word after it is the next argument.
                [literal @ TokenTree::Literal(_), after @ ..]
                    if matches!(after, [TokenTree::Ident(_), ..]) =>
                {
                    (std::slice::from_ref(literal), after)
                }
                value => (value, &[][..]),
            };
            (Value::Assigned(value.iter().cloned().collect()), after)
        }
        [TokenTree::Group(group), after @ ..] => {
            if group.delimiter() != Delimiter::Parenthesis {
                errors.at(
                    group.span(),
                    format_args!("`{name}` takes its list in parentheses"),
                    format_args!("write `{name}(..)`"),
                );
            }
            (Value::List(group.clone()), after)
        }
        // `end-of-period`, as in the protocol, is three identifiers and two dashes in Rust.
        [TokenTree::Punct(punct), ..] if punct.as_char() == '-' => {
            let word = normal(&spelling(tokens));
            not_a_name(tokens, &word, errors);
            arguments.push(Arg::bare(respelt(&word, name)));
            return;
        }
        [TokenTree::Punct(first), TokenTree::Punct(second), ..]
            if first.as_char() == ':' && second.as_char() == ':' =>
        {
            path(tokens, name, errors, arguments);
            return;
        }
        [TokenTree::Punct(punct), value @ ..] if punct.as_char() == ':' => {
            errors.at(
                punct.span(),
                format_args!("`{name}` is followed by a colon"),
                format_args!("write `{name} = ..`"),
            );
            (Value::Assigned(value.iter().cloned().collect()), &[][..])
        }
        rest => (Value::None, rest),
    };
    arguments.push(Arg {
        name: name.clone(),
        value,
    });
    match after {
        [] => {}
        // The tokens after a missing comma are the next argument.
        [TokenTree::Ident(next), ..] => {
            errors.at(
                next.span(),
                format_args!("there is no comma before `{next}`"),
                "separate arguments with commas",
            );
            argument(after, errors, arguments);
        }
        [extra, ..] => errors.at(
            extra.span(),
            format_args!("`{extra}` is not expected here"),
            "separate arguments with commas",
        ),
    }
}

/// Reads `prices::retrieve` as two arguments, and any other path as its last name.
fn path(tokens: &[TokenTree], first: &Ident, errors: &Errors, arguments: &mut Vec<Arg>) {
    let mut names: Vec<Ident> = tokens
        .iter()
        .filter_map(|token| match token {
            TokenTree::Ident(name) => Some(name.clone()),
            _ => None,
        })
        .collect();
    if Module::find(&unraw(first)).is_none() {
        names.drain(..names.len() - 1);
    }
    let words: Vec<String> = names.iter().map(unraw).collect();
    not_a_name(tokens, &words.join(", "), errors);
    arguments.extend(names.into_iter().map(Arg::bare));
}

fn spelling(tokens: &[TokenTree]) -> String {
    tokens.iter().map(ToString::to_string).collect()
}

fn not_a_name(tokens: &[TokenTree], word: &str, errors: &Errors) {
    let all: TokenStream = tokens.iter().cloned().collect();
    errors.on(
        all,
        format_args!("`{}` is not a single name", spelling(tokens)),
        format_args!("write `{word}`"),
    );
}

/// Reports a word in quotes, and reads it as the word.
fn quoted(text: &Literal, errors: &Errors) -> Option<Arg> {
    let word = normal(&text.to_string());
    let name = syn::parse_str::<Ident>(&word)
        .ok()
        .filter(|_| text.to_string().starts_with('"'));
    let Some(mut name) = name else {
        foreign(&[TokenTree::Literal(text.clone())], errors);
        return None;
    };
    errors.at(
        text.span(),
        format_args!("{text} is in quotes"),
        format_args!("write `{word}` without them"),
    );
    name.set_span(text.span());
    Some(Arg::bare(name))
}

fn foreign(tokens: &[TokenTree], errors: &Errors) {
    let all: TokenStream = tokens.iter().cloned().collect();
    errors.on(
        all,
        "this is not an argument of the attribute",
        "an argument is a name, `name(..)` or `name = \"..\"`",
    );
}

fn respelt(text: &str, original: &Ident) -> Ident {
    match syn::parse_str::<Ident>(text) {
        Ok(mut name) => {
            name.set_span(original.span());
            name
        }
        Err(_) => original.clone(),
    }
}

/// Takes `crate = path`, the path of this crate in generated code, out of the arguments.
pub(crate) fn take_crate(arguments: &mut Vec<Arg>, errors: &Errors) -> TokenStream {
    let mut path = None;
    let mut index = 0;
    while index < arguments.len() {
        if !arguments[index].is("crate") {
            index += 1;
            continue;
        }
        let argument = arguments.remove(index);
        if path.is_some() {
            errors.on(
                &argument.name,
                "`crate` is given twice",
                "remove one of them",
            );
            continue;
        }
        path = Some(crate_path(&argument).unwrap_or_else(|| {
            errors.on(
                &argument,
                "`crate` is not a path",
                "write the path to this crate, such as `crate = churnkey`",
            );
            crate_name::path()
        }));
    }
    path.unwrap_or_else(crate_name::path)
}

fn crate_path(argument: &Arg) -> Option<TokenStream> {
    let Value::Assigned(value) = &argument.value else {
        return None;
    };
    let path = match syn::parse2::<syn::LitStr>(value.clone()) {
        Ok(text) => text.parse_with(syn::Path::parse_mod_style).ok()?,
        Err(_) => syn::Path::parse_mod_style.parse2(value.clone()).ok()?,
    };
    Some(path.into_token_stream())
}
