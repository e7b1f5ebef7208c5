//! Operations as Rust functions: arguments, return types, and the function to write.

use std::fmt;

use churnkey_protocol::{Input, MODULES, Model, Module, Operation, Output, Side, operations};

use crate::message::normal;

/// One argument of a function after the context.
#[derive(Clone, Copy)]
pub(crate) struct Argument {
    /// Name in examples and in generated code.
    pub(crate) name: &'static str,
    /// Name of its type in the `churnkey` crate.
    pub(crate) r#type: &'static str,
}

/// Arguments that an operation gives its function, in order.
pub(crate) fn arguments(operation: &'static Operation) -> impl Iterator<Item = Argument> {
    let inputs = operation.inputs.iter().enumerate();
    inputs.map(move |(index, input)| Argument {
        name: match input {
            // The customer to whom the object belongs is before its id.
            Input::Id(_) if index + 1 < operation.inputs.len() => "customer",
            Input::Id(_) => "id",
            Input::Email => "email",
            Input::Phone => "phone",
            Input::Page => "page",
            Input::Body => "request",
        },
        r#type: input_type(*input, operation),
    })
}

fn input_type(input: Input, operation: &Operation) -> &'static str {
    match input {
        Input::Id(model) => id_type(model),
        Input::Email => "Email",
        Input::Phone => "Phone",
        Input::Page => "PageRequest",
        // The operation of an action has the name of its module.
        Input::Body => Module::find(operation.name).map_or("", |module| module.ident),
    }
}

fn id_type(model: Model) -> &'static str {
    match model {
        Model::Customer => "CustomerId",
        Model::Price => "PriceId",
        Model::Subscription => "SubscriptionId",
        Model::Coupon => "CouponId",
        Model::Product => "ProductId",
        Model::Family => "FamilyId",
    }
}

/// Returns true if some operation answers with a model of this name.
pub(crate) fn is_model(name: &str) -> bool {
    operations().any(|(_, operation)| match operation.output {
        Output::One(model) | Output::Page(model) => model.name() == name,
        Output::Nothing => false,
    })
}

/// Returns true if a type of this name is given by some operation.
pub(crate) fn is_given(name: &str) -> bool {
    operations()
        .flat_map(|(_, operation)| arguments(operation))
        .any(|argument| argument.r#type == name)
}

/// Returns true for a name that reads one part of a request: a field, or a method of the page. Any
/// other method, such as `clone`, may read all of it.
pub(crate) fn is_part(name: &str) -> bool {
    const METHODS: [&str; 6] = [
        "after",
        "cursor",
        "keyset",
        "limit",
        "limit_plus_one",
        "permit",
    ];
    let mut fields = MODULES.iter().flat_map(|module| module.fields);
    METHODS.contains(&name)
        || name.ends_with("_id")
        || fields.any(|field| normal(field.name) == name)
}

/// Return type of a function, with paths as the user would write them.
pub(crate) fn return_type(operation: &Operation) -> String {
    match operation.output {
        Output::One(model) => format!("churnkey::Result<Option<churnkey::{}>>", model.name()),
        Output::Page(model) => {
            format!(
                "churnkey::Result<churnkey::Page<churnkey::{}>>",
                model.name()
            )
        }
        Output::Nothing => "churnkey::Result<()>".to_owned(),
    }
}

/// Finds the operation of a module that a function of this name serves.
pub(crate) fn operation_of(module: &Module, function: &str) -> Option<&'static Operation> {
    module
        .operations
        .iter()
        .find(|operation| operation.name == function || snake_case(operation.ident) == function)
}

/// The function to write for an operation, without its body.
pub(crate) fn example(module: &Module, operation: &'static Operation, context: &str) -> String {
    // Functions of several controllers may be in one file, so the name includes the module.
    let function = match module.side {
        Side::Controller => snake_case(operation.ident),
        Side::Action => operation.name.to_owned(),
    };
    let signature = Signature {
        function: &function,
        operation,
        context,
    };
    let attribute = module.side.attribute();
    format!(
        "#[churnkey::{attribute}({})]\n{signature} {{ .. }}",
        module.name
    )
}

/// The signature of a function for an operation, as source text.
pub(crate) struct Signature<'a> {
    pub(crate) function: &'a str,
    pub(crate) operation: &'static Operation,
    pub(crate) context: &'a str,
}

impl fmt::Display for Signature<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "async fn {}(ctx: &{}", self.function, self.context)?;
        for Argument { name, r#type } in arguments(self.operation) {
            write!(f, ", {name}: churnkey::{type}")?;
        }
        write!(f, ") -> {}", return_type(self.operation))
    }
}

/// `RetrievePrice` as `retrieve_price`.
pub(crate) fn snake_case(ident: &str) -> String {
    let mut name = String::new();
    for letter in ident.chars() {
        if letter.is_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.extend(letter.to_lowercase());
    }
    name
}

/// `product` as `Product`.
pub(crate) fn upper_camel_case(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters.next().into_iter().flat_map(char::to_uppercase);
    first.chain(letters).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn example_of(ident: &str) -> String {
        let (module, operation) = operations()
            .find(|(_, operation)| operation.ident == ident)
            .expect("the operation exists");
        example(module, operation, "Billing")
    }

    #[test]
    fn examples_are_the_functions_to_write() {
        for (ident, attribute, arguments, returns) in [
            (
                "RetrieveCustomer",
                "#[churnkey::controller(customers)]",
                "async fn retrieve_customer(ctx: &Billing, id: churnkey::CustomerId)",
                "churnkey::Result<Option<churnkey::Customer>>",
            ),
            (
                "FindCustomerByEmail",
                "#[churnkey::controller(customers)]",
                "async fn find_customer_by_email(ctx: &Billing, email: churnkey::Email)",
                "churnkey::Result<Option<churnkey::Customer>>",
            ),
            (
                "RetrieveSubscription",
                "#[churnkey::controller(subscriptions)]",
                "async fn retrieve_subscription(ctx: &Billing, customer: churnkey::CustomerId, \
                 id: churnkey::SubscriptionId)",
                "churnkey::Result<Option<churnkey::Subscription>>",
            ),
            (
                "ListSubscriptions",
                "#[churnkey::controller(subscriptions)]",
                "async fn list_subscriptions(ctx: &Billing, customer: churnkey::CustomerId, \
                 page: churnkey::PageRequest)",
                "churnkey::Result<churnkey::Page<churnkey::Subscription>>",
            ),
            (
                "CancelAllSubscriptions",
                "#[churnkey::action(cancel_all)]",
                "async fn cancel_all(ctx: &Billing, request: churnkey::CancelAll)",
                "churnkey::Result<()>",
            ),
        ] {
            let expected = format!("{attribute}\n{arguments} -> {returns} {{ .. }}");
            assert_eq!(example_of(ident), expected);
        }
    }

    #[test]
    fn function_names_are_unique_in_their_module() {
        for (module, operation) in operations() {
            for name in [operation.name.to_owned(), snake_case(operation.ident)] {
                assert_eq!(operation_of(module, &name), Some(operation), "{name}");
            }
        }
    }

    #[test]
    fn every_operation_gives_something() {
        assert!(operations().all(|(_, operation)| arguments(operation).count() > 0));
    }
}
