//! The messages that the sources can report, parsed from the sources.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{LineColumn, TokenStream, TokenTree};
use syn::parse::Parser as _;
use syn::punctuated::Punctuated;
use syn::{Expr, Lit, LitStr, Pat, Token};

use super::source::{self, Call, Function, ident};

/// Placeholder for a part of a message that is inserted when it is reported.
pub(super) const ANY: char = '\0';

/// A message as the source writes it, with [`ANY`] for what it inserts.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Template {
    pub(super) kind: Kind,
    pub(super) wrong: String,
    /// The first line of the remedy, if it is a literal.
    pub(super) help: Option<String>,
    /// The other texts of a trait that the compiler prints with its message.
    pub(super) beside: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// The macro reports it while it expands.
    Error,
    /// The parser reports it, and the macro passes it on.
    Syntax,
    /// The compiler reports it when it evaluates a check.
    Check,
    /// The compiler reports it for a type that does not implement a trait.
    Trait,
}

/// The messages of the crates that print any, by source file.
pub(super) fn all(workspace: &Path) -> Vec<(String, Vec<Template>)> {
    let mut files = Vec::new();
    for folder in ["churnkey-macros/src", "churnkey-runtime/src", "src"] {
        sources(&workspace.join(folder), &mut files);
    }
    files.sort();
    let templates = files.iter().map(|path| {
        let name = path
            .strip_prefix(workspace)
            .expect("it is in the workspace");
        let text = fs::read_to_string(path).expect("a source can be read");
        let mut templates = Vec::new();
        if name.starts_with("churnkey-runtime") && text.contains("on_unimplemented") {
            templates = traits(text.parse().expect("a source is Rust"));
        }
        if name.starts_with("churnkey-macros") && !name.ends_with("errors.rs") {
            templates.extend(File::read(&text, path).templates());
        }
        templates.sort();
        templates.dedup();
        (name.display().to_string(), templates)
    });
    templates
        .filter(|(_, templates)| !templates.is_empty())
        .collect()
}

/// The sources below a folder, without the tests.
fn sources(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources can be read") {
        let path = entry.expect("a folder of sources can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "tests" || name == "snapshots" {
            continue;
        }
        if path.is_dir() {
            sources(&path, files);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            files.push(path);
        }
    }
}

struct File<'a> {
    path: &'a Path,
    functions: Vec<Function>,
}

/// Expressions that names stand for, chosen together.
type Names<'a> = HashMap<String, (&'a Function, &'a Expr)>;

impl<'a> File<'a> {
    fn read(text: &str, path: &'a Path) -> Self {
        let file =
            syn::parse_file(text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        for other in ["Error::new", "compile_error!"] {
            assert!(
                !text.contains(other),
                "{}: a message is reported through `Errors`",
                path.display()
            );
        }
        let functions = source::functions(&file);
        let count = |calls: &[Call]| calls.iter().filter(|call| call.reports()).count();
        let found: usize = functions
            .iter()
            .map(|function| count(&function.calls))
            .sum();
        let tokens: Vec<TokenTree> = text.parse::<TokenStream>().into_iter().flatten().collect();
        assert_eq!(
            found,
            count(&source::calls(&tokens)),
            "{}: a message outside of a function",
            path.display()
        );
        Self { path, functions }
    }

    fn templates(&self) -> Vec<Template> {
        let mut templates = Vec::new();
        for function in &self.functions {
            for call in &function.calls {
                let arguments: Vec<&Expr> = call.arguments.iter().collect();
                match (call.name.as_str(), call.reports(), arguments.as_slice()) {
                    ("at" | "on", true, [_, wrong, help]) => {
                        self.report(Kind::Error, function, call, wrong, help, &mut templates);
                    }
                    ("fails", true, [_, wrong, help]) => {
                        self.report(Kind::Check, function, call, wrong, help, &mut templates);
                    }
                    ("push", true, _) => templates.push(Template {
                        kind: Kind::Syntax,
                        wrong: ANY.to_string(),
                        help: None,
                        beside: Vec::new(),
                    }),
                    (_, true, _) => panic!(
                        "{}, line {}: the call cannot be read",
                        self.path.display(),
                        call.at.line
                    ),
                    _ => {}
                }
            }
        }
        templates
    }

    fn report(
        &self,
        kind: Kind,
        function: &Function,
        call: &Call,
        wrong: &Expr,
        help: &Expr,
        templates: &mut Vec<Template>,
    ) {
        for names in self.choices(function) {
            let scope = Scope {
                function,
                at: call.at,
                names,
            };
            for wrong in scope.texts(wrong) {
                assert!(
                    wrong.chars().any(char::is_alphabetic),
                    "{}, line {}: the message cannot be read; write it where it is reported",
                    self.path.display(),
                    call.at.line
                );
                for help in scope.texts(help) {
                    let help = help.lines().next().unwrap_or_default().to_owned();
                    templates.push(Template {
                        kind,
                        wrong: wrong.clone(),
                        help: Some(help).filter(|help| help.chars().any(char::is_alphabetic)),
                        beside: Vec::new(),
                    });
                }
            }
        }
    }

    /// The choices of names in a function: one for each call of it, and one for each arm of a
    /// `match` that binds a tuple.
    fn choices<'b>(&'b self, function: &'b Function) -> Vec<Names<'b>> {
        let mut choices = Vec::new();
        for caller in &self.functions {
            for call in caller
                .calls
                .iter()
                .filter(|call| call.name == function.name)
            {
                let given = call.arguments.iter().map(|argument| (caller, argument));
                choices.push(function.parameters.iter().cloned().zip(given).collect());
            }
        }
        if choices.is_empty() {
            choices.push(Names::new());
        }
        for (_, pattern, value) in &function.lets {
            let (Pat::Tuple(names), Expr::Match(value)) = (pattern, value) else {
                continue;
            };
            let arms = value.arms.iter().filter_map(|arm| match &*arm.body {
                Expr::Tuple(values) => Some(values),
                _ => None,
            });
            choices = arms
                .flat_map(|values| {
                    choices.iter().map(move |choice| {
                        let mut choice = choice.clone();
                        let pairs = names.elems.iter().zip(&values.elems);
                        choice.extend(
                            pairs.filter_map(|(name, value)| {
                                Some((ident(name)?, (function, value)))
                            }),
                        );
                        choice
                    })
                })
                .collect();
        }
        choices
    }
}

struct Scope<'a> {
    function: &'a Function,
    at: LineColumn,
    names: Names<'a>,
}

impl Scope<'_> {
    /// The texts that an expression can be.
    fn texts(&self, expression: &Expr) -> Vec<String> {
        match expression {
            Expr::Lit(literal) => match &literal.lit {
                Lit::Str(text) => vec![text.value()],
                _ => vec![ANY.to_string()],
            },
            Expr::Reference(reference) => self.texts(&reference.expr),
            Expr::Paren(paren) => self.texts(&paren.expr),
            Expr::MethodCall(call) if call.method == "to_owned" => self.texts(&call.receiver),
            Expr::Match(value) => value
                .arms
                .iter()
                .flat_map(|arm| self.texts(&arm.body))
                .collect(),
            Expr::Macro(call)
                if call.mac.path.is_ident("format") || call.mac.path.is_ident("format_args") =>
            {
                self.formatted(&call.mac.tokens)
            }
            Expr::Path(path) => path.path.get_ident().map_or_else(
                || vec![ANY.to_string()],
                |name| self.named(&name.to_string()),
            ),
            _ => vec![ANY.to_string()],
        }
    }

    fn named(&self, name: &str) -> Vec<String> {
        if let Some((function, expression)) = self.names.get(name) {
            let scope = Scope {
                function,
                at: self.at,
                names: Names::new(),
            };
            return scope.texts(expression);
        }
        let value = self.function.lets.iter().rfind(|(at, pattern, _)| {
            *at < self.at && ident(pattern).is_some_and(|word| word == name)
        });
        value.map_or_else(|| vec![ANY.to_string()], |(_, _, value)| self.texts(value))
    }

    fn formatted(&self, tokens: &TokenStream) -> Vec<String> {
        let arguments = Punctuated::<Expr, Token![,]>::parse_terminated.parse2(tokens.clone());
        let arguments = arguments.expect("a format has arguments");
        let mut arguments = arguments.iter();
        let Some(Expr::Lit(syn::ExprLit {
            lit: Lit::Str(format),
            ..
        })) = arguments.next()
        else {
            return vec![ANY.to_string()];
        };
        let mut texts = vec![String::new()];
        for (literal, inserted) in pieces(&format.value()) {
            let inserted = match inserted.as_deref() {
                None => vec![String::new()],
                Some("") => arguments
                    .next()
                    .map_or_else(|| vec![ANY.to_string()], |value| self.texts(value)),
                Some(name) => self.named(name),
            };
            texts = texts
                .iter()
                .flat_map(|text| inserted.iter().map(move |inserted| (text, inserted)))
                .map(|(text, inserted)| format!("{text}{literal}{inserted}"))
                .collect();
        }
        texts
    }
}

/// A format string as literal pieces, each with the name that is inserted after it.
fn pieces(format: &str) -> Vec<(String, Option<String>)> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut letters = format.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '{' | '}' if letters.peek() == Some(&letter) => literal.extend(letters.next()),
            '{' => {
                let inserted: String = letters
                    .by_ref()
                    .take_while(|letter| *letter != '}')
                    .collect();
                let name = inserted.split(':').next().unwrap_or_default().to_owned();
                pieces.push((std::mem::take(&mut literal), Some(name)));
            }
            letter => literal.push(letter),
        }
    }
    pieces.push((literal, None));
    pieces
}

/// The messages of `#[diagnostic::on_unimplemented(..)]`.
fn traits(tokens: TokenStream) -> Vec<Template> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let TokenTree::Group(group) = token else {
            continue;
        };
        let is_ours = index > 0 && tokens[index - 1].to_string() == "on_unimplemented";
        if !is_ours {
            found.extend(traits(group.stream()));
            continue;
        }
        let values = Punctuated::<syn::MetaNameValue, Token![,]>::parse_terminated
            .parse2(group.stream())
            .expect("each text has a name");
        let text = |value: &syn::MetaNameValue| {
            let text: LitStr = syn::parse2(quote::ToTokens::to_token_stream(&value.value))
                .expect("it is a string");
            let pieces = pieces(&text.value()).into_iter();
            pieces.fold(String::new(), |text, (literal, inserted)| {
                text + &literal + &inserted.map_or(String::new(), |_| ANY.to_string())
            })
        };
        let (message, beside): (Vec<_>, Vec<_>) = values
            .iter()
            .partition(|value| value.path.is_ident("message"));
        let message = message.first().map(|value| text(value));
        let message = message.expect("there is a message");
        let (wrong, help) = match message.split_once("\nhelp: ") {
            Some((wrong, help)) => (wrong.to_owned(), Some(help.to_owned())),
            None => (message, None),
        };
        found.push(Template {
            kind: Kind::Trait,
            wrong,
            help,
            beside: beside.into_iter().map(text).collect(),
        });
    }
    found
}
