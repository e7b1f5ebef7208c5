//! The grammar of attribute arguments: `word, word(word, ..), word = value, ..`.
//!
//! It is read token by token, so that one slip spoils one argument and the others are still known.

use proc_macro2::{Delimiter, Group, Ident, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::Parser as _;

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
    /// `name(argument, ..)`
    List(Vec<Arg>, Group),
}

impl Arg {
    /// The name in the spelling of our words.
    pub(crate) fn word(&self) -> String {
        normal(&unraw(&self.name))
    }

    /// Whether the name is spelt exactly so.
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
            Value::List(_, group) => group.to_tokens(tokens),
        }
    }
}

pub(crate) fn unraw(name: &Ident) -> String {
    let name = name.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

/// Reads arguments; what cannot be read is reported and left out.
pub(crate) fn parse(tokens: TokenStream, errors: &Errors) -> Vec<Arg> {
    split_at_commas(tokens)
        .into_iter()
        .filter_map(|tokens| argument(tokens, errors))
        .collect()
}

fn split_at_commas(tokens: TokenStream) -> Vec<Vec<TokenTree>> {
    let mut arguments = vec![Vec::new()];
    for token in tokens {
        match token {
            TokenTree::Punct(punct) if punct.as_char() == ',' => arguments.push(Vec::new()),
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

fn argument(tokens: Vec<TokenTree>, errors: &Errors) -> Option<Arg> {
    let mut rest = tokens.iter();
    let name = match rest.next()? {
        TokenTree::Ident(name) => name.clone(),
        other => {
            quoted_or_foreign(other, &tokens, errors);
            return None;
        }
    };
    let value = match rest.next() {
        None => Value::None,
        Some(TokenTree::Punct(punct)) if punct.as_char() == '=' => {
            let value: TokenStream = rest.by_ref().cloned().collect();
            if value.is_empty() {
                errors.at(
                    punct.span(),
                    format_args!("`{name} =` has no value"),
                    "write a value after `=`",
                );
            }
            Value::Assigned(value)
        }
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            if let Some(extra) = rest.next() {
                errors.at(
                    extra.span(),
                    format_args!("`{extra}` does not belong here"),
                    "separate arguments with commas",
                );
            }
            Value::List(parse(group.stream(), errors), group.clone())
        }
        // `end-of-period`, as the protocol spells it, is three words and two dashes to the compiler.
        Some(TokenTree::Punct(punct)) if punct.as_char() == '-' => {
            let spelling: String = tokens.iter().map(ToString::to_string).collect();
            let all: TokenStream = tokens.iter().cloned().collect();
            errors.on(
                all,
                format_args!("`{spelling}` is not a Rust name"),
                format_args!("write `{}`", normal(&spelling)),
            );
            return Some(Arg {
                name: respelt(&normal(&spelling), &name),
                value: Value::None,
            });
        }
        Some(other) => {
            errors.at(
                other.span(),
                format_args!("`{other}` does not belong here"),
                "separate arguments with commas",
            );
            Value::None
        }
    };
    Some(Arg { name, value })
}

fn quoted_or_foreign(token: &TokenTree, tokens: &[TokenTree], errors: &Errors) {
    let text = token.to_string();
    let word = normal(&text);
    if text.starts_with('"') && tokens.len() == 1 && syn::parse_str::<Ident>(&word).is_ok() {
        errors.at(
            token.span(),
            format_args!("{text} is in quotes"),
            format_args!("write `{word}` without them"),
        );
    } else {
        let all: TokenStream = tokens.iter().cloned().collect();
        errors.on(
            all,
            "this is not an argument of the attribute",
            "an argument is a name, `name(..)` or `name = \"..\"`",
        );
    }
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

/// Takes `crate = path` out of the arguments: where the generated code finds this crate.
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
            quote!(::churnkey)
        }));
    }
    path.unwrap_or_else(|| quote!(::churnkey))
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
