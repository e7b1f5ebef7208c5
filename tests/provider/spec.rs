//! The table of the macros and that of the runtime are one protocol.

use std::any::type_name;
use std::collections::{BTreeMap, BTreeSet};

use churnkey::{Endpoint, Operation, Side, endpoint};

/// The macros' own table, compiled from its source, since a macro crate exports nothing but macros.
#[allow(dead_code)]
#[path = "../../churnkey-macros/src/spec.rs"]
mod macros;

/// Type names without their paths.
fn short(name: &str) -> String {
    let mut short = String::new();
    for word in name.split_inclusive(|letter: char| !letter.is_alphanumeric() && letter != '_') {
        match word.strip_suffix(':') {
            Some(_) => {}
            None => short.push_str(word),
        }
    }
    short
}

/// What an endpoint gives and answers, by its operation.
fn endpoints() -> BTreeMap<String, (Operation, String, String)> {
    fn of<E: Endpoint>() -> (String, (Operation, String, String)) {
        let operation = E::OPERATION;
        let (input, output) = (type_name::<E::Input>(), type_name::<E::Output>());
        (
            short(type_name::<E>()),
            (operation, short(input), short(output)),
        )
    }
    use endpoint::*;
    [
        of::<RetrieveCustomer>(),
        of::<ListCustomers>(),
        of::<FindCustomerByEmail>(),
        of::<FindCustomerByPhone>(),
        of::<RetrievePrice>(),
        of::<ListPrices>(),
        of::<RetrieveSubscription>(),
        of::<ListSubscriptions>(),
        of::<RetrieveCoupon>(),
        of::<ListCoupons>(),
        of::<RetrieveProduct>(),
        of::<ListProducts>(),
        of::<RetrieveFamily>(),
        of::<ListFamilies>(),
        of::<CancelSubscription>(),
        of::<CancelAllSubscriptions>(),
        of::<PauseSubscription>(),
        of::<PauseAllSubscriptions>(),
        of::<ApplyCouponToSubscription>(),
        of::<ChangeSubscriptionPrice>(),
        of::<ExtendSubscriptionTrial>(),
    ]
    .into()
}

#[test]
fn the_macros_know_every_operation_of_the_runtime_and_no_other() {
    let of_macros: Vec<String> = macros::MODULES
        .iter()
        .flat_map(|module| module.operations)
        .map(|operation| operation.endpoint.to_owned())
        .collect();
    let of_runtime: Vec<String> = Operation::ALL
        .iter()
        .map(|operation| format!("{operation:?}"))
        .collect();
    assert_eq!(of_macros, of_runtime);
    let known: BTreeSet<String> = endpoints().into_keys().collect();
    assert_eq!(known, of_runtime.into_iter().collect());
}

#[test]
fn both_tables_give_an_operation_the_same_module_name_arguments_and_answer() {
    let endpoints = endpoints();
    for module in macros::MODULES {
        for operation in module.operations {
            let (endpoint, input, output) = &endpoints[operation.endpoint];
            assert_eq!(format!("{endpoint:?}"), operation.endpoint);
            assert_eq!(endpoint.module(), module.name);
            assert_eq!(endpoint.name(), operation.name);
            let side = match module.side {
                macros::Side::Controller => Side::Controller,
                macros::Side::Action => Side::Action,
            };
            assert_eq!(endpoint.side(), side);
            let given: Vec<&str> = operation.inputs.iter().map(|(_, given)| *given).collect();
            let tuple = match given.as_slice() {
                [one] => format!("({one},)"),
                more => format!("({})", more.join(", ")),
            };
            assert_eq!((input, output.as_str()), (&tuple, operation.output));
        }
    }
}

#[test]
fn the_names_that_functions_are_known_by_are_unique_in_their_module() {
    for module in macros::MODULES {
        let names: Vec<&str> = module
            .operations
            .iter()
            .flat_map(|operation| [operation.name, operation.also])
            .filter(|name| !name.is_empty())
            .collect();
        let unique: BTreeSet<&&str> = names.iter().collect();
        assert_eq!(unique.len(), names.len(), "{names:?}");
    }
}

#[test]
fn the_operations_are_those_of_the_protocol() {
    let protocol = [
        "GET /churnkey/customers/{id}",
        "GET /churnkey/customers",
        "GET /churnkey/customers/email/{email}",
        "GET /churnkey/customers/phone/{phone}",
        "GET /churnkey/prices/{id}",
        "GET /churnkey/prices",
        "GET /churnkey/customers/{id}/subscriptions/{id}",
        "GET /churnkey/customers/{id}/subscriptions",
        "GET /churnkey/coupons/{id}",
        "GET /churnkey/coupons",
        "GET /churnkey/products/{id}",
        "GET /churnkey/products",
        "GET /churnkey/families/{id}",
        "GET /churnkey/families",
        "POST /churnkey/actions/subscription/cancel",
        "POST /churnkey/actions/customer/cancel",
        "POST /churnkey/actions/subscription/pause",
        "POST /churnkey/actions/customer/pause",
        "POST /churnkey/actions/subscription/apply-coupon",
        "POST /churnkey/actions/subscription/change-price",
        "POST /churnkey/actions/subscription/extend-trial",
    ];
    let ours: Vec<String> = Operation::ALL
        .iter()
        .map(|operation| {
            let method = match operation.side() {
                Side::Controller => "GET",
                Side::Action => "POST",
            };
            let path = [
                "customer",
                "price",
                "subscription",
                "coupon",
                "product",
                "family",
            ]
            .iter()
            .fold(operation.path().to_owned(), |path, name| {
                path.replace(&format!("{{{name}Id}}"), "{id}")
            });
            format!("{method} {path}")
        })
        .collect();
    assert_eq!(ours, protocol);
}

#[test]
fn what_the_protocol_requires_is_required() {
    let required: Vec<&str> = macros::MODULES
        .iter()
        .filter(|module| module.required)
        .flat_map(|module| module.operations)
        .filter(|operation| operation.required)
        .map(|operation| operation.endpoint)
        .collect();
    assert_eq!(
        required,
        [
            "RetrieveCustomer",
            "RetrievePrice",
            "ListPrices",
            "RetrieveSubscription"
        ]
    );
    let both: Vec<&str> = macros::MODULES
        .iter()
        .filter(|module| module.both)
        .map(|module| module.name)
        .collect();
    assert_eq!(both, ["coupons", "products", "families"]);
}
