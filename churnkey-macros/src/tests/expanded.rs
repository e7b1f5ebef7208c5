//! Code as a user writes it, expanded item by item.
//!
//! The summary lists the errors of each expansion, and what it provides.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};

use super::tokens;
use churnkey_protocol::Side;

/// A line of the summary, with the source text at which the compiler would show it.
pub(super) enum Line {
    /// An error of the macro.
    Error { at: String, message: String },
    /// A check that the compiler evaluates once every function is known; `wrong` is the first half
    /// of its message.
    Check { at: String, wrong: String },
    /// The place of the check before it.
    At(String),
    /// A call through a trait, where the compiler reports a type that does not implement it.
    Trait { at: String, name: &'static str },
    /// An implementation of an operation, or of the integration.
    Provides(String),
}

/// The methods through which generated code calls, and their traits.
const TRAITS: [(&str, &str); 7] = [
    ("take", "Argument"),
    ("from_request_context", "FromRequestContext"),
    ("answer", "Answer"),
    ("into_error", "FunctionError"),
    ("respond", "LoggedCause"),
    ("serves", "ContextOfFunction"),
    ("check", "Shared"),
];

/// Expands every annotated item of the code, in modules and impl blocks too.
pub(super) fn summary(code: &str) -> Vec<Line> {
    let mut lines = Vec::new();
    expand_items(tokens(code), &mut lines);
    lines
}

fn expand_items(stream: TokenStream, lines: &mut Vec<Line>) {
    let mut item = Vec::new();
    for token in stream {
        let ends = match &token {
            TokenTree::Punct(punct) => punct.as_char() == ';',
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        item.push(token);
        if ends {
            expand_item(std::mem::take(&mut item), lines);
        }
    }
    expand_item(item, lines);
}

fn expand_item(item: Vec<TokenTree>, lines: &mut Vec<Line>) {
    let annotation = (1..item.len()).find_map(|index| match &item[index - 1..=index] {
        [TokenTree::Punct(hash), TokenTree::Group(group)] if hash.as_char() == '#' => {
            Some((index, Macro::of(group.stream())?))
        }
        _ => None,
    });
    let Some((index, annotation)) = annotation else {
        if let Some(TokenTree::Group(block)) = item.last() {
            expand_items(block.stream(), lines);
        }
        return;
    };
    let rest = item[..index - 1].iter().chain(&item[index + 1..]).cloned();
    let rest: TokenStream = rest.collect();
    let expansion = match annotation {
        Macro::Attribute(side, arguments) => crate::operation::expand(side, arguments, rest),
        Macro::Integration => crate::integration::expand(rest),
        Macro::IntoError => crate::into_error::expand(rest),
    };
    let mut lines_of_item = Vec::new();
    read(expansion, &mut lines_of_item);
    let mut found: Vec<Line> = Vec::new();
    for line in lines_of_item {
        match (line, found.last_mut()) {
            (Line::At(place), Some(Line::Check { at, .. })) => *at = place,
            (line, _) => found.push(line),
        }
    }
    // Beside an error only the implementations matter.
    if found.iter().any(|line| matches!(line, Line::Error { .. })) {
        found.retain(|line| matches!(line, Line::Error { .. } | Line::Provides(_)));
        found.sort_by_key(|line| matches!(line, Line::Provides(_)));
    }
    lines.extend(found);
}

enum Macro {
    Attribute(Side, TokenStream),
    Integration,
    IntoError,
}

impl Macro {
    fn of(attribute: TokenStream) -> Option<Self> {
        let text = attribute.to_string();
        if text.starts_with("derive") {
            let derives = [
                ("Integration", Self::Integration),
                ("IntoError", Self::IntoError),
            ];
            let mut derives = derives.into_iter();
            return derives.find_map(|(name, derive)| text.contains(name).then_some(derive));
        }
        let mut path = attribute.into_iter();
        let words: Vec<String> = path
            .by_ref()
            .take(4)
            .map(|token| token.to_string())
            .collect();
        let side = match words.join("").as_str() {
            "churnkey::controller" => Side::Controller,
            "churnkey::action" => Side::Action,
            _ => return None,
        };
        let arguments = match path.next() {
            Some(TokenTree::Group(group)) => group.stream(),
            _ => TokenStream::new(),
        };
        Some(Self::Attribute(side, arguments))
    }
}

/// Collects the lines of an expansion, in its order.
fn read(expansion: TokenStream, lines: &mut Vec<Line>) {
    let tokens: Vec<TokenTree> = expansion.into_iter().collect();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => read(group.stream(), lines),
            TokenTree::Ident(word) => {
                lines.extend(line(word, &tokens[..index], &tokens[index + 1..]))
            }
            _ => {}
        }
    }
}

fn line(word: &proc_macro2::Ident, before: &[TokenTree], after: &[TokenTree]) -> Option<Line> {
    let name = word.to_string();
    match (name.as_str(), after) {
        ("compile_error", [_, TokenTree::Group(group), ..]) => Some(Line::Error {
            at: source(word.span().join(group.span())?),
            message: string(group.stream())?,
        }),
        ("on_unimplemented", [TokenTree::Group(group), ..]) => {
            let text = group.stream().into_iter().nth(2)?;
            Some(Line::Check {
                at: String::new(),
                wrong: string(text.into())?.lines().next()?.to_owned(),
            })
        }
        // It is where the check above is shown.
        (
            "Required",
            [
                TokenTree::Punct(_),
                TokenTree::Punct(_),
                TokenTree::Ident(check),
                ..,
            ],
        ) if check == "check" => Some(Line::At(source(word.span()))),
        ("OneFunctionFor" | "UnknownContext", _) => provided(&name, after).map(Line::Provides),
        ("Integration", [TokenTree::Ident(word), TokenTree::Ident(name), ..]) if word == "for" => {
            Some(Line::Provides(format!("`Integration` for `{name}`")))
        }
        _ => {
            let (_, name) = TRAITS.iter().find(|(method, _)| word == method)?;
            let is_path = before.len() > 2 && before[before.len() - 3].to_string() == ">";
            is_path.then(|| Line::Trait {
                at: source(word.span()),
                name,
            })
        }
    }
}

/// The operation of an implementation, and the context it is for.
fn provided(name: &str, after: &[TokenTree]) -> Option<String> {
    let words: Vec<String> = after.iter().map(ToString::to_string).collect();
    let place = words.iter().position(|word| word == "for")?;
    if name == "OneFunctionFor" {
        let operation = words[..place]
            .iter()
            .rev()
            .find(|word| word.chars().all(char::is_alphanumeric) && *word != "RemoveTheOther")?;
        let end = words.iter().position(|word| word == "where")?;
        let context = words[place + 1..end].concat();
        return Some(format!("`{operation}` for `{context}`"));
    }
    // An implementation for one context carries this too, with another function.
    (words[1] == "__ChurnkeyAnyContext").then(|| {
        let end = words[place..].iter().position(|word| word.starts_with('{'));
        let operation = &words[place + end.unwrap_or_default() - 1];
        format!("`{operation}` for any context")
    })
}

fn string(stream: TokenStream) -> Option<String> {
    let text: syn::LitStr = syn::parse2(stream).ok()?;
    Some(text.value())
}

fn source(span: Span) -> String {
    match span.source_text() {
        Some(text) if !text.is_empty() => format!("`{text}`"),
        _ => "the attribute".to_owned(),
    }
}
