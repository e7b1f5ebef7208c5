//! Checks of the user's tokens against the protocol.

mod context;
mod extractor;
mod options;
mod signature;
mod types;

use churnkey_protocol::{ANNOUNCED, Input, Module, Operation, Side};
use proc_macro2::{Ident, Span};

use crate::args::{self, Arg, Value};
use crate::errors::Errors;
use crate::item::Function;
use crate::message::{any_of, nearest};
use crate::rust;

pub(crate) use context::find as context;
pub(crate) use options::Options;
pub(crate) use signature::{Call, Extra, check as signature};
pub(crate) use types::{parts, text};

/// A parsed attribute.
pub(crate) struct Attribute {
    pub(crate) module: &'static Module,
    /// Span of the module name, for errors about the operation as a whole.
    pub(crate) module_span: Span,
    operation: OperationArg,
    pub(crate) options: Options,
}

/// The argument that names the operation.
enum OperationArg {
    Absent,
    Given(Ident, &'static Operation),
    /// Misspelled, which was reported, and guessed.
    Guessed(&'static Operation),
    /// Unknown, which was reported.
    Unclear,
}

/// Reads the arguments of an attribute.
///
/// A misspelled module that can be guessed is reported and used, so that the rest of the attribute
/// and of the crate is still checked.
pub(crate) fn attribute(side: Side, arguments: Vec<Arg>, errors: &Errors) -> Option<Attribute> {
    let mut arguments = in_order(side, arguments, errors).into_iter();
    let Some(mut first) = arguments.next() else {
        if errors.is_empty() {
            let names = any_of(Module::of(side).map(|module| module.name));
            errors.at(
                Span::call_site(),
                format_args!(
                    "`#[churnkey::{}]` does not name its {}",
                    side.attribute(),
                    side.attribute()
                ),
                format_args!("write one of {names} in the parentheses"),
            );
        }
        return None;
    };
    let module = module(side, &first, errors)?;
    let mut operation = OperationArg::Absent;
    let mut options = Options::new(module);
    // `prices(retrieve)` was reported, and is read as `prices, retrieve`.
    let enclosed = match std::mem::replace(&mut first.value, Value::None) {
        Value::List(group) => args::parse(group.stream(), errors),
        _ => Vec::new(),
    };
    for argument in enclosed.into_iter().chain(arguments) {
        let is_word = module.side == Side::Controller && matches!(argument.value, Value::None);
        match module.operation(&argument.name.to_string()) {
            Some(named) if is_word => {
                if let OperationArg::Given(..) | OperationArg::Guessed(_) = operation {
                    errors.on(
                        &argument.name,
                        "the operation is given twice",
                        "a function is for one operation: remove one of them",
                    );
                } else {
                    operation = OperationArg::Given(argument.name, named);
                }
            }
            _ => {
                let word = argument.word();
                let is_option = options.read(argument, errors);
                // A misspelled operation is read as the nearest one, or else by the types.
                if !is_option && is_word && matches!(operation, OperationArg::Absent) {
                    let names = module.operations.iter().map(|operation| operation.name);
                    operation = nearest(&word, names)
                        .and_then(|name| module.operation(name))
                        .map_or(OperationArg::Unclear, OperationArg::Guessed);
                }
            }
        }
    }
    options.check(errors);
    Some(Attribute {
        module,
        module_span: first.name.span(),
        operation,
        options,
    })
}

/// The arguments with the module first. A module after one of its own operations or options is
/// reported.
fn in_order(side: Side, mut arguments: Vec<Arg>, errors: &Errors) -> Vec<Arg> {
    let place = arguments.iter().position(|argument| {
        matches!(argument.value, Value::None)
            && Module::of(side).any(|module| argument.is(module.name))
    });
    let Some(place @ 1..) = place else {
        return arguments;
    };
    let word = arguments[place].word();
    let before = &arguments[0];
    let is_its_own = Module::find(&word).is_some_and(|module| {
        let before = before.word();
        module.operation(&before).is_some()
            || module.features.iter().any(|feature| feature.name == before)
    });
    if is_its_own {
        let attribute = side.attribute();
        errors.on(
            &before.name,
            format_args!("`{}` is before the {attribute}", before.name),
            format_args!("write `{word}` first: `#[churnkey::{attribute}({word}, ..)]`"),
        );
        arguments[..=place].rotate_right(1);
    }
    arguments
}

/// The probable operation of a function whose attribute does not name it, derived from its types.
///
/// It is not derived for an unknown action, whose function may take the request of a known one.
pub(crate) fn probable(side: Side, function: &Function) -> Option<&'static Operation> {
    let actions = Module::of(Side::Action).filter(|_| side == Side::Controller);
    Module::of(Side::Controller)
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
            format_args!("the {attribute} `{name}` takes no value and no list"),
            format_args!("write its options after a comma: `#[churnkey::{attribute}({name}, ..)]`"),
        );
    }
    if let Some(module) = Module::of(side).find(|module| first.is(module.name)) {
        return Some(module);
    }
    if !matches!(first.value, Value::None) {
        return None;
    }
    let wrong = format!("`{name}` is not {} {attribute}", article(side));
    let other = match side {
        Side::Controller => Side::Action,
        Side::Action => Side::Controller,
    };
    if let Some(module) = Module::of(other).find(|module| first.word() == module.name) {
        errors.on(
            name,
            wrong,
            format_args!(
                "it is {} {}: write `#[churnkey::{}({})]`",
                article(other),
                other.attribute(),
                other.attribute(),
                module.name
            ),
        );
        return None;
    }
    let guess = nearest(&first.word(), Module::of(side).map(|module| module.name));
    match guess {
        Some(guess) => errors.on(name, wrong, format_args!("did you mean `{guess}`?")),
        None if ANNOUNCED.contains(&first.word().as_str()) => {
            errors.on(
                name,
                wrong,
                format_args!("Churnkey has announced {} and has not published their protocol: remove the function", first.word()),
            );
        }
        None => errors.on(
            name,
            wrong,
            format_args!(
                "write one of {}",
                any_of(Module::of(side).map(|module| module.name))
            ),
        ),
    }
    guess.and_then(Module::find)
}

impl Attribute {
    /// The operation that the attribute names, or else the function's name, whatever its types.
    pub(crate) fn named(&self, function: &str) -> Option<&'static Operation> {
        match (self.module.operations, &self.operation) {
            ([only], _) => Some(only),
            (_, OperationArg::Given(_, operation) | OperationArg::Guessed(operation)) => {
                Some(operation)
            }
            _ => rust::operation_of(self.module, function),
        }
    }

    /// The operation of a function whose attribute names another module, such as one that was
    /// copied. It is reported.
    fn of_another(&self, function: &Function, errors: &Errors) -> Option<&'static Operation> {
        let side = self.module.side;
        let fits = |operation| signature::looks_like(function, operation);
        if self.module.operations.iter().any(fits) {
            return None;
        }
        let name = args::unraw(&function.signature.ident);
        let mut operations = Module::of(side)
            .flat_map(|module| module.operations.iter().map(move |one| (module, one)));
        let (module, operation) = operations.find(|(module, operation)| {
            // One wrong type alone is the mistake, so an id or the name has to agree with it.
            let has_id = operation
                .inputs
                .iter()
                .any(|input| matches!(input, Input::Id(_)));
            let has_name = match side {
                Side::Controller => name.contains(module.name),
                Side::Action => name == module.name,
            };
            fits(operation) && (has_id || has_name)
        })?;
        let (attribute, named) = (side.attribute(), self.module.name);
        let (does, write) = match side {
            Side::Controller => (
                format!("`{}` of `{}`", operation.name, module.name),
                format!("{}, {}", module.name, operation.name),
            ),
            Side::Action => (format!("`{}`", module.name), module.name.to_owned()),
        };
        errors.at(
            self.module_span,
            format_args!("this is `{named}`, and the function takes and returns what {does} does"),
            format_args!("write `#[churnkey::{attribute}({write})]`"),
        );
        Some(operation)
    }

    /// The operation that the attribute names, or else the function's name.
    ///
    /// An operation that is missing, or that does not fit the types of the function, is reported.
    /// The most probable one by its types is then used.
    pub(crate) fn operation(
        &self,
        function: &Function,
        errors: &Errors,
    ) -> Option<&'static Operation> {
        if let Some(other) = self.of_another(function, errors) {
            return Some(other);
        }
        if let [only] = self.module.operations {
            return Some(only);
        }
        let probable = self
            .module
            .operations
            .iter()
            .find(|operation| signature::looks_like(function, operation));
        let name = args::unraw(&function.signature.ident);
        let by_name = rust::operation_of(self.module, &name);
        let said = match &self.operation {
            OperationArg::Given(word, operation) => Some((word, *operation)),
            OperationArg::Absent => by_name.map(|operation| (&function.signature.ident, operation)),
            // The misspelling was reported, and a second error could have the same cause.
            OperationArg::Guessed(operation) => return probable.or(Some(operation)),
            OperationArg::Unclear => return probable.or(by_name),
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
        // An argument that could not be parsed may have been the operation.
        if !errors.is_empty() {
            return probable;
        }
        let example = probable
            .or(self.module.operations.first())
            .map_or("retrieve", |operation| operation.name);
        errors.on(
            &function.signature.ident,
            format_args!("`{name}` is not the name of an operation of `{}`", self.module.name),
            format_args!(
                "name the operation in the attribute, `#[churnkey::controller({}, {example})]`, or rename the function to {}",
                self.module.name,
                any_of(self.module.operations.iter().map(|operation| operation.name)),
            ),
        );
        probable
    }
}

fn article(side: Side) -> &'static str {
    match side {
        Side::Controller => "a",
        Side::Action => "an",
    }
}
