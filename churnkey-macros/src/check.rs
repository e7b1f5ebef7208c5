//! Holds what the user wrote against the protocol.

mod context;
mod options;
mod signature;
mod types;

use proc_macro2::{Ident, Span};

use crate::args::{self, Arg, Value};
use crate::errors::Errors;
use crate::item::Function;
use crate::message::{any_of, nearest};
use crate::spec::{self, Module, Operation, Side};

pub(crate) use context::find as context;
pub(crate) use options::Options;
pub(crate) use signature::{Call, check as signature};
pub(crate) use types::{failure, text};

/// What an attribute says.
pub(crate) struct Chosen {
    pub(crate) module: &'static Module,
    /// The first word, at which errors about the operation as a whole stand.
    pub(crate) word: Span,
    operation: Named,
    pub(crate) options: Options,
}

enum Named {
    Not,
    /// By this word.
    By(Ident, &'static Operation),
    /// By a word that is misspelt, which was reported.
    Probably(&'static Operation),
    /// By a word that is not known, which was reported.
    Unclear,
}

/// Reads the arguments of an attribute. A module that is misspelt and can be guessed is reported and used all the same, so that the
/// rest of the attribute and of the crate is still checked.
pub(crate) fn attribute(side: Side, arguments: Vec<Arg>, errors: &Errors) -> Option<Chosen> {
    let mut arguments = in_order(side, arguments, errors).into_iter();
    let Some(mut first) = arguments.next() else {
        if errors.is_empty() {
            let names = any_of(spec::modules(side).map(|module| module.name));
            errors.at(
                Span::call_site(),
                format_args!(
                    "`#[churnkey::{}]` does not say which {} it is for",
                    side.attribute(),
                    side.attribute()
                ),
                format_args!("write one of {names} in the parentheses"),
            );
        }
        return None;
    };
    let module = module(side, &first, errors)?;
    let mut operation = Named::Not;
    let mut options = Options::new(module);
    // `prices(retrieve)` was reported, and means `prices, retrieve`.
    let enclosed = match std::mem::replace(&mut first.value, Value::None) {
        Value::List(group) => args::parse(group.stream(), errors),
        _ => Vec::new(),
    };
    for argument in enclosed.into_iter().chain(arguments) {
        let is_word = module.side == Side::Controller && matches!(argument.value, Value::None);
        match module.operation(&argument.name.to_string()) {
            Some(named) if is_word => {
                if let Named::By(..) | Named::Probably(_) = operation {
                    errors.on(
                        &argument.name,
                        "the operation is given twice",
                        "a function is for one operation: remove one of them",
                    );
                } else {
                    operation = Named::By(argument.name, named);
                }
            }
            _ => {
                let word = argument.word();
                let unknown = options.read(argument, errors);
                // A misspelt operation stands for the one that is meant, or for whichever the types tell.
                if unknown && is_word && matches!(operation, Named::Not) {
                    let names = module.operations.iter().map(|operation| operation.name);
                    operation = nearest(&word, names)
                        .and_then(|name| module.operation(name))
                        .map_or(Named::Unclear, Named::Probably);
                }
            }
        }
    }
    Some(Chosen {
        module,
        word: first.name.span(),
        operation,
        options,
    })
}

/// The arguments with the module in front, which is reported if it stands behind an operation or an option of its own.
fn in_order(side: Side, mut arguments: Vec<Arg>, errors: &Errors) -> Vec<Arg> {
    let place = arguments.iter().position(|argument| {
        matches!(argument.value, Value::None)
            && spec::modules(side).any(|module| argument.is(module.name))
    });
    let Some(place @ 1..) = place else {
        return arguments;
    };
    let word = arguments[place].word();
    let before = &arguments[0];
    let is_its_own = spec::module(&word).is_some_and(|module| module.has(&before.word()));
    if is_its_own {
        let attribute = side.attribute();
        errors.on(
            &before.name,
            format_args!("`{}` stands before the {attribute}", before.name),
            format_args!("write `{word}` first: `#[churnkey::{attribute}({word}, ..)]`"),
        );
        arguments[..=place].rotate_right(1);
    }
    arguments
}

/// What a function is probably for whose attribute does not say it, by its types.
///
/// A function for an action that is not known may take the request of one that is, and is not that one.
pub(crate) fn probable(side: Side, function: &Function) -> Option<&'static Operation> {
    let actions = spec::modules(Side::Action).filter(|_| side == Side::Controller);
    spec::modules(Side::Controller)
        .chain(actions)
        .flat_map(|module| module.operations)
        .find(|operation| signature::looks_like(function, operation))
}

fn module(side: Side, first: &Arg, errors: &Errors) -> Option<&'static Module> {
    let attribute = side.attribute();
    let name = &first.name;
    if !matches!(first.value, Value::None) {
        errors.on(
            first,
            format_args!("the first argument is the {attribute} alone"),
            format_args!("write its options after a comma: `#[churnkey::{attribute}({name}, ..)]`"),
        );
    }
    if let Some(module) = spec::modules(side).find(|module| first.is(module.name)) {
        return Some(module);
    }
    if !matches!(first.value, Value::None) {
        return None;
    }
    let wrong = format!("`{name}` is not {} {attribute}", side.article());
    let other = side.other();
    if let Some(module) = spec::modules(other).find(|module| first.word() == module.name) {
        errors.on(
            name,
            wrong,
            format_args!(
                "it is {} {}: write `#[churnkey::{}({})]`",
                other.article(),
                other.attribute(),
                other.attribute(),
                module.name
            ),
        );
        return None;
    }
    let guess = nearest(&first.word(), spec::modules(side).map(|module| module.name));
    match guess {
        Some(guess) => errors.on(name, wrong, format_args!("did you mean `{guess}`?")),
        None if first.word() == "invoices" => {
            errors.on(name, wrong, "Churnkey has announced invoices and not published them: there is nothing to write yet");
        }
        None => errors.on(
            name,
            wrong,
            format_args!(
                "write one of {}",
                any_of(spec::modules(side).map(|module| module.name))
            ),
        ),
    }
    guess.and_then(spec::module)
}

impl Chosen {
    /// The operation that the attribute or else the function's name says. One that cannot be told, or that the types contradict in favour of another
    /// of the module, is reported; what it most probably is, by its types, serves to go on.
    pub(crate) fn operation(
        &self,
        function: &Function,
        errors: &Errors,
    ) -> Option<&'static Operation> {
        if let [only] = self.module.operations {
            return Some(only);
        }
        let probable = self
            .module
            .operations
            .iter()
            .find(|operation| signature::looks_like(function, operation));
        let name = args::unraw(&function.signature.ident);
        let by_name = self.module.operation_of(&name);
        let said = match &self.operation {
            Named::By(word, operation) => Some((word, *operation)),
            Named::Not => by_name.map(|operation| (&function.signature.ident, operation)),
            // One mistake was reported; this may be the same.
            Named::Probably(operation) => return probable.or(Some(operation)),
            Named::Unclear => return probable.or(by_name),
        };
        if let Some((word, operation)) = said {
            let Some(other) = probable.filter(|probable| *probable != operation) else {
                return Some(operation);
            };
            errors.on(
                word,
                format_args!(
                    "this is `{}`, and the function takes and returns what `{}` does",
                    operation.name, other.name
                ),
                format_args!(
                    "write `#[churnkey::controller({}, {})]`, or the function as `{}`",
                    self.module.name,
                    other.name,
                    signature::example(function, operation)
                ),
            );
            return Some(other);
        }
        // An argument that could not be read may have been the operation.
        if !errors.is_empty() {
            return probable;
        }
        let example = probable
            .or(self.module.operations.first())
            .map_or("retrieve", |operation| operation.name);
        errors.on(
            &function.signature.ident,
            format_args!("the name `{name}` does not say which operation of `{}` this is", self.module.name),
            format_args!(
                "name the operation in the attribute, `#[churnkey::controller({}, {example})]`, or call the function {}",
                self.module.name,
                any_of(self.module.operations.iter().map(|operation| operation.name)),
            ),
        );
        probable
    }
}
