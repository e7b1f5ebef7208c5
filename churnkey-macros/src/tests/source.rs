//! The functions of a source file, with what they call and what they bind.

use proc_macro2::{Delimiter, LineColumn, TokenTree};
use quote::{ToTokens as _, quote};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Expr, ImplItem, Item, Pat, Stmt, Token};

pub(super) struct Function {
    pub(super) name: String,
    pub(super) parameters: Vec<String>,
    pub(super) calls: Vec<Call>,
    /// Each `let` with the place where it stands.
    pub(super) lets: Vec<(LineColumn, Pat, Expr)>,
}

pub(super) fn functions(file: &syn::File) -> Vec<Function> {
    let mut functions = Vec::new();
    for item in &file.items {
        match item {
            Item::Fn(function) => functions.push(Function::new(&function.sig, &function.block)),
            Item::Impl(block) => {
                functions.extend(block.items.iter().filter_map(|item| match item {
                    ImplItem::Fn(function) => Some(Function::new(&function.sig, &function.block)),
                    _ => None,
                }))
            }
            _ => {}
        }
    }
    functions
}

impl Function {
    fn new(signature: &syn::Signature, block: &syn::Block) -> Self {
        let parameters = signature.inputs.iter().filter_map(|input| match input {
            syn::FnArg::Typed(input) => Some(ident(&input.pat).unwrap_or_default()),
            syn::FnArg::Receiver(_) => None,
        });
        let body: Vec<TokenTree> = block.to_token_stream().into_iter().collect();
        let mut lets = Vec::new();
        find_lets(&body, &mut lets);
        Self {
            name: signature.ident.to_string(),
            parameters: parameters.collect(),
            calls: calls(&body),
            lets,
        }
    }
}

/// Every `let` with a value, at any depth.
fn find_lets(tokens: &[TokenTree], lets: &mut Vec<(LineColumn, Pat, Expr)>) {
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => {
                find_lets(&group.stream().into_iter().collect::<Vec<_>>(), lets);
            }
            TokenTree::Ident(word) if word == "let" => {
                let rest = tokens[index..].iter();
                let end = rest
                    .take_while(|token| token.to_string() != ";")
                    .cloned()
                    .chain(quote!(;));
                if let Ok(Stmt::Local(local)) = syn::parse2(end.collect())
                    && let Some(value) = local.init
                {
                    lets.push((word.span().start(), local.pat, *value.expr));
                }
            }
            _ => {}
        }
    }
}

pub(super) struct Call {
    pub(super) name: String,
    /// The name before the dot of a method, or an empty one.
    receiver: String,
    pub(super) arguments: Punctuated<Expr, Token![,]>,
    pub(super) at: LineColumn,
}

impl Call {
    /// True for the calls by which a macro reports or checks something.
    pub(super) fn reports(&self) -> bool {
        match self.name.as_str() {
            "at" | "on" | "push" => self.receiver == "errors",
            "fails" => !self.receiver.is_empty(),
            _ => false,
        }
    }
}

/// Every call of a function, a method or a macro, at any depth.
pub(super) fn calls(tokens: &[TokenTree]) -> Vec<Call> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let inside: Vec<TokenTree> = group.stream().into_iter().collect();
        found.extend(calls(&inside));
        let (name, before) = match &tokens[..index] {
            [before @ .., TokenTree::Ident(name), TokenTree::Punct(bang)]
                if bang.as_char() == '!' =>
            {
                (name, before)
            }
            [before @ .., TokenTree::Ident(name)] => (name, before),
            _ => continue,
        };
        if group.delimiter() == Delimiter::Parenthesis {
            let arguments = Punctuated::parse_terminated.parse2(group.stream());
            let receiver = match before {
                [.., TokenTree::Ident(name), TokenTree::Punct(dot)] if dot.as_char() == '.' => {
                    name.to_string()
                }
                _ => String::new(),
            };
            found.push(Call {
                name: name.to_string(),
                receiver,
                arguments: arguments.unwrap_or_default(),
                at: name.span().start(),
            });
        }
    }
    found
}

pub(super) fn ident(pattern: &Pat) -> Option<String> {
    match pattern {
        Pat::Ident(name) => Some(name.ident.to_string()),
        _ => None,
    }
}
