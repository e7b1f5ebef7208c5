//! Holds what the user wrote against the protocol.

mod options;
mod signature;

use proc_macro2::Span;

use crate::args::{Arg, Value};
use crate::errors::Errors;
use crate::item::Function;
use crate::message::{any_of, nearest};
use crate::spec::{self, Module, Operation, Side};

pub(crate) use options::Options;
pub(crate) use signature::{Call, check as signature, context, text};

/// What an attribute says.
pub(crate) struct Chosen {
    pub(crate) module: &'static Module,
    /// The first word, at which errors about the operation as a whole stand.
    pub(crate) word: Span,
    operation: Option<&'static Operation>,
    pub(crate) options: Options,
}

/// Reads the arguments of an attribute. A module that is misspelt and can be guessed is reported and used all the same, so that the
/// rest of the attribute and of the crate is still checked.
pub(crate) fn attribute(side: Side, arguments: Vec<Arg>, errors: &Errors) -> Option<Chosen> {
    let mut arguments = arguments.into_iter();
    let Some(first) = arguments.next() else {
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
    let mut operation = None;
    let mut options = Options::new(module);
    for argument in arguments {
        match (
            &argument.value,
            module.operation(&argument.name.to_string()),
        ) {
            (Value::None, Some(named)) if module.side == Side::Controller => {
                if operation.replace(named).is_some() {
                    errors.on(
                        &argument.name,
                        "the operation is given twice",
                        "a function is for one operation: remove one of them",
                    );
                }
            }
            _ => options.read(argument, errors),
        }
    }
    Some(Chosen {
        module,
        word: first.name.span(),
        operation,
        options,
    })
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
    let wrong = format!(
        "`{name}` is not {} {attribute}",
        if side == Side::Action { "an" } else { "a" }
    );
    let other = side.other();
    if let Some(module) = spec::modules(other).find(|module| first.word() == module.name) {
        errors.on(
            name,
            wrong,
            format_args!(
                "it is an operation of the other side: write `#[churnkey::{}({})]`",
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
    /// The operation that the attribute or else the function's name says. One that cannot be told is reported; what it most
    /// probably is, by its types, serves to go on.
    pub(crate) fn operation(
        &self,
        function: &Function,
        errors: &Errors,
    ) -> Option<&'static Operation> {
        if let Some(operation) = self.operation {
            return Some(operation);
        }
        if let [only] = self.module.operations {
            return Some(only);
        }
        let name = crate::args::unraw(&function.signature.ident);
        if let Some(operation) = self.module.operation_of(&name) {
            return Some(operation);
        }
        let probable = self.by_types(function);
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

    fn by_types(&self, function: &Function) -> Option<&'static Operation> {
        let given: Vec<String> = function
            .types()
            .skip(1)
            .filter_map(signature::last_segment)
            .collect();
        self.module.operations.iter().find(|operation| {
            operation.inputs.len() <= given.len()
                && operation
                    .inputs
                    .iter()
                    .zip(&given)
                    .all(|((_, expected), given)| expected == given)
        })
    }
}
