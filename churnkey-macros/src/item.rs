//! The annotated function. Only its signature is parsed, so that errors in its body are reported by
//! the compiler alone.

use churnkey_protocol::Side;
use proc_macro2::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::{Parse, ParseStream};
use syn::token::Brace;
use syn::{Attribute, FnArg, Meta, PatType, Signature, Token, Type, Visibility};

use crate::cfg::Cfg;
use crate::errors::Errors;

pub(crate) struct Function {
    /// `#[cfg]` below our attribute, which generated code repeats.
    pub(crate) cfg: Cfg,
    /// `#[allow]` below our attribute, which generated code needs as well.
    pub(crate) allows: TokenStream,
    pub(crate) signature: Signature,
    /// The tokens after the signature: the body in braces.
    pub(crate) body: TokenStream,
}

impl Function {
    /// Parses an item. One that is not a function is reported; a signature that cannot be parsed is
    /// not, because rustc has reported it before it calls the macro.
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
            Err(_) => None,
        }
    }

    /// The first `self` or `Self` of the signature, which only a method has.
    pub(crate) fn self_in_signature(&self) -> Option<Span> {
        find_self(self.signature.to_token_stream())
    }

    /// The types of the arguments; a `self` has none.
    pub(crate) fn types(&self) -> impl Iterator<Item = &Type> {
        self.arguments().map(|argument| &*argument.ty)
    }

    /// The arguments without a `self`.
    pub(crate) fn arguments(&self) -> impl Iterator<Item = &PatType> {
        self.signature
            .inputs
            .iter()
            .filter_map(|argument| match argument {
                FnArg::Typed(argument) => Some(argument),
                FnArg::Receiver(_) => None,
            })
    }
}

/// The name after `fn`, also of a function that cannot be parsed.
pub(crate) fn name(item: &TokenStream) -> Option<Ident> {
    let mut tokens = item.clone().into_iter();
    tokens.find(|token| matches!(token, TokenTree::Ident(word) if word == "fn"))?;
    match tokens.next()? {
        TokenTree::Ident(name) => Some(name),
        _ => None,
    }
}

/// Inserts code at the start of the body of a function. A method of a trait without a body is given
/// one.
pub(crate) fn with_inside(item: TokenStream, code: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    if matches!(tokens.last(), Some(TokenTree::Punct(punct)) if punct.as_char() == ';') {
        tokens.pop();
        tokens.extend(quote!({ #code ::core::panic!() }));
    } else if let Some(TokenTree::Group(body)) = tokens.last_mut()
        && body.delimiter() == Delimiter::Brace
    {
        let (span, inside) = (body.span(), body.stream());
        *body = Group::new(Delimiter::Brace, quote!(#code #inside));
        body.set_span(span);
    }
    tokens.into_iter().collect()
}

/// Replaces the body of a function by one that has no names and any type.
pub(crate) fn without_body(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last_mut()
        && body.delimiter() == Delimiter::Brace
    {
        let span = body.span();
        *body = Group::new(Delimiter::Brace, quote!(::core::panic!()));
        body.set_span(span);
    }
    tokens.into_iter().collect()
}

/// Inserts a return type before the body of a function that has none, if its body needs one: it
/// contains `?` or `Ok`.
///
/// The missing type was reported, and without this the compiler would report each `?` as well.
pub(crate) fn with_return_type(item: TokenStream, returns: &TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.into_iter().collect();
    if let Some(TokenTree::Group(body)) = tokens.last()
        && needs_result(body.stream())
    {
        let place = tokens.len() - 1;
        tokens.splice(place..place, quote!(-> #returns));
    }
    tokens.into_iter().collect()
}

fn needs_result(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Punct(punct) => punct.as_char() == '?',
        TokenTree::Ident(word) => word == "Ok" || word == "Err",
        TokenTree::Group(group) => needs_result(group.stream()),
        TokenTree::Literal(_) => false,
    })
}

/// Makes a function async if it is not and contains `await`.
///
/// The missing `async` was reported, and without this the compiler would report each `await` as
/// well. Any other item is returned unchanged.
pub(crate) fn async_if_it_awaits(item: TokenStream) -> TokenStream {
    let mut tokens: Vec<TokenTree> = item.clone().into_iter().collect();
    let is_word = |token: &TokenTree, words: &[&str]| match token {
        TokenTree::Ident(word) => words.iter().any(|one| word == one),
        _ => false,
    };
    let place = tokens.iter().position(|token| is_word(token, &["fn"]));
    let (Some(place), Some(TokenTree::Group(body))) = (place, tokens.last()) else {
        return item;
    };
    let is_qualified = tokens[..place]
        .iter()
        .any(|token| is_word(token, &["async", "const", "extern", "unsafe"]));
    if is_qualified || !awaits(body.stream()) {
        return item;
    }
    let span = tokens[place].span();
    tokens.insert(place, Ident::new("async", span).into());
    tokens.into_iter().collect()
}

/// Returns true if the tokens after a signature are a body and nothing else.
pub(crate) fn is_body(tokens: &TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.clone().into_iter().collect();
    matches!(tokens.as_slice(), [body] if is_block(body))
}

fn is_block(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
}

/// Returns true if there is an `await` outside of any inner async block, closure or function.
fn awaits(tokens: TokenStream) -> bool {
    let mut tokens = tokens.into_iter();
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(word) if word == "await" => return true,
            TokenTree::Ident(word) if word == "async" => {
                // Skips its body.
                tokens.find(is_block);
            }
            TokenTree::Group(group) if awaits(group.stream()) => return true,
            _ => {}
        }
    }
    false
}

/// Finds the first `self` or `Self`.
fn find_self(tokens: TokenStream) -> Option<Span> {
    tokens.into_iter().find_map(|token| match token {
        TokenTree::Ident(word) if word == "self" || word == "Self" => Some(word.span()),
        TokenTree::Group(group) => find_self(group.stream()),
        _ => None,
    })
}

enum Item {
    Function(Box<Function>),
    /// Another item: its keyword, and a name for messages.
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
        let body = input.parse()?;
        let cfg = Cfg::of(&attributes);
        let allows = allows(&attributes);
        Ok(Self::Function(Box::new(Function {
            cfg,
            allows,
            signature,
            body,
        })))
    }
}

/// The lint levels that generated code takes over from an item. It has none of its own, because a
/// crate may forbid any lint.
pub(crate) fn allows(attributes: &[Attribute]) -> TokenStream {
    let of = |attribute: &Attribute| {
        let path = attribute.path();
        if path.is_ident("deprecated") {
            return quote!(#[allow(deprecated)]);
        }
        match &attribute.meta {
            Meta::List(list) if path.is_ident("allow") || path.is_ident("expect") => {
                let lints = &list.tokens;
                quote!(#[allow(#lints)])
            }
            _ => TokenStream::new(),
        }
    };
    attributes.iter().map(of).collect()
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
    } else if input.peek(Token![extern]) && input.peek2(Token![crate]) {
        "an extern crate"
    } else if input.peek(Token![extern]) && (input.peek2(Brace) || input.peek3(Brace)) {
        "an extern block"
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
