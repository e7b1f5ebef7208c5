//! The annotated function: its signature is parsed, its body stays as it is, so that a half-typed body is the compiler's business alone.

use churnkey_protocol::Side;
use proc_macro2::{Delimiter, Ident, Span, TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::parse::{Parse, ParseStream};
use syn::{Attribute, FnArg, Signature, Token, Type, Visibility};

use crate::errors::Errors;

pub(crate) struct Function {
    /// `#[cfg]` below our attribute, which generated code must follow.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) signature: Signature,
}

impl Function {
    /// Parses an item; what is not a function is reported.
    pub(crate) fn parse(side: Side, item: TokenStream, errors: &Errors) -> Option<Self> {
        match syn::parse2::<Item>(item) {
            Ok(Item::Function(function)) => Some(*function),
            Ok(Item::Other(keyword, what)) => {
                errors.at(
                    keyword,
                    format_args!("`#[churnkey::{}]` is on {what}", side.attribute()),
                    "put it on an async function",
                );
                None
            }
            Err(error) => {
                errors.push(error);
                None
            }
        }
    }

    /// Where the signature says that the function is a method.
    pub(crate) fn self_in_signature(&self) -> Option<Span> {
        find_self(self.signature.to_token_stream())
    }

    /// The types of the arguments; a `self` has none.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        self.signature
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some(&*argument.ty),
                FnArg::Receiver(_) => None,
            })
    }
}

/// A function that waits and is not async is reported once, and not by the compiler at each `await` again: here it is async.
/// Whatever else it is given comes back as it is.
pub(crate) fn async_if_it_waits(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let is_word = |token: &TokenTree, words: &[&str]| matches!(token, TokenTree::Ident(word) if words.iter().any(|one| word == one));
    let place = tokens.iter().position(|token| is_word(token, &["fn"]));
    let (Some(place), Some(TokenTree::Group(body))) = (place, tokens.last()) else {
        return item;
    };
    let is_qualified = tokens[..place]
        .iter()
        .any(|token| is_word(token, &["async", "const", "extern", "unsafe"]));
    if is_qualified || !waits(body.stream()) {
        return item;
    }
    let span = tokens[place].span();
    tokens.insert(place, Ident::new("async", span).into());
    tokens.into_iter().collect()
}

/// Whether there is an `await` that is not within something async of its own.
fn waits(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "await" => return true,
            TokenTree::Ident(word) if word == "async" => {
                // Up to its braces and with them.
                tokens.find(|token| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace));
            }
            TokenTree::Group(group) if waits(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// The first `self` or `Self`, which only methods have.
fn find_self(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "self" || word == "Self" => Some(word.span()),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}

enum Item {
    Function(Box<Function>),
    /// Another item: its keyword, and what to call it.
    Other(Span, &'static str),
}

impl Parse for Item {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let attributes = input.call(Attribute::parse_outer)?;
        input.parse::<Visibility>()?;
        if let Some(what) = other_item(input) {
            let keyword = input.span();
            input.parse::<TokenStream>()?;
            return Ok(Self::Other(keyword, what));
        }
        let signature = input.parse()?;
        input.parse::<TokenStream>()?;
        let cfgs = attributes
            .into_iter()
            .filter(|attribute| attribute.path().is_ident("cfg"))
            .collect();
        Ok(Self::Function(Box::new(Function { cfgs, signature })))
    }
}

fn other_item(input: ParseStream<'_>) -> Option<&'static str> {
    let function_follows = input.peek2(Token![fn])
        || input.peek2(Token![async])
        || input.peek2(Token![unsafe])
        || input.peek2(Token![extern]);
    let item = if input.peek(Token![struct]) {
        "a struct"
    } else if input.peek(Token![enum]) {
        "an enum"
    } else if input.peek(Token![trait]) || input.peek2(Token![trait]) {
        "a trait"
    } else if input.peek(Token![impl]) || input.peek2(Token![impl]) {
        "an impl block"
    } else if input.peek(Token![mod]) {
        "a module"
    } else if input.peek(Token![use]) {
        "a use"
    } else if input.peek(Token![static]) {
        "a static"
    } else if input.peek(Token![type]) {
        "a type"
    } else if input.peek(Token![const]) && !function_follows {
        "a const"
    } else if input.peek(syn::Ident) && input.peek2(Token![!]) {
        "a macro"
    } else if input.peek(syn::Ident) {
        "this item"
    } else {
        return None;
    };
    Some(item)
}
