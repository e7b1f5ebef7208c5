//! Invariants of the table.

use std::collections::BTreeSet;

use crate::*;

fn actions() -> impl Iterator<Item = &'static Module> {
    Module::of(Side::Action)
}

fn assert_unique<T: Ord + Copy + std::fmt::Debug>(all: &[T]) {
    let unique: BTreeSet<T> = all.iter().copied().collect();
    assert_eq!(unique.len(), all.len(), "{all:?}");
}

#[test]
fn operations_are_those_of_the_protocol() {
    let table: Vec<String> = operations()
        .map(|(_, operation)| format!("{} {}", operation.method.as_str(), operation.path))
        .collect();
    assert_eq!(
        table,
        [
            "GET /churnkey/customers/{customerId}",
            "GET /churnkey/customers",
            "GET /churnkey/customers/email/{email}",
            "GET /churnkey/customers/phone/{phone}",
            "GET /churnkey/prices/{priceId}",
            "GET /churnkey/prices",
            "GET /churnkey/customers/{customerId}/subscriptions/{subscriptionId}",
            "GET /churnkey/customers/{customerId}/subscriptions",
            "GET /churnkey/coupons/{couponId}",
            "GET /churnkey/coupons",
            "GET /churnkey/products/{productId}",
            "GET /churnkey/products",
            "GET /churnkey/families/{familyId}",
            "GET /churnkey/families",
            "POST /churnkey/actions/subscription/cancel",
            "POST /churnkey/actions/customer/cancel",
            "POST /churnkey/actions/subscription/pause",
            "POST /churnkey/actions/customer/pause",
            "POST /churnkey/actions/subscription/apply-coupon",
            "POST /churnkey/actions/subscription/change-price",
            "POST /churnkey/actions/subscription/extend-trial",
        ]
    );
}

#[test]
fn required_operations_are_those_of_the_protocol() {
    let required = |of_required_modules: bool| -> Vec<&str> {
        Module::of(Side::Controller)
            .filter(|module| module.required == of_required_modules)
            .flat_map(|module| module.operations)
            .filter(|operation| operation.is_required())
            .map(|operation| operation.ident)
            .collect()
    };
    assert_eq!(
        required(true),
        [
            "RetrieveCustomer",
            "RetrievePrice",
            "ListPrices",
            "RetrieveSubscription"
        ]
    );
    assert_eq!(
        required(false),
        [
            "RetrieveCoupon",
            "ListCoupons",
            "RetrieveProduct",
            "ListProducts",
            "RetrieveFamily",
            "ListFamilies"
        ]
    );
    assert!(actions().all(|module| !module.required));
}

#[test]
fn manifest_lists_every_module_but_the_customer_wide_actions() {
    let keys = |side| -> Vec<&str> {
        Module::of(side)
            .filter_map(|module| module.wire)
            .map(|(key, _)| key)
            .collect()
    };
    assert_eq!(
        keys(Side::Controller),
        [
            "customers",
            "prices",
            "subscriptions",
            "coupons",
            "products",
            "families"
        ]
    );
    assert_eq!(
        keys(Side::Action),
        [
            "cancel",
            "pause",
            "applyCoupon",
            "changePrice",
            "extendTrial"
        ]
    );
}

#[test]
fn customer_data_is_customers_subscriptions_and_actions() {
    for module in MODULES {
        let expected =
            module.side == Side::Action || ["customers", "subscriptions"].contains(&module.name);
        assert_eq!(module.customer_data, expected, "{}", module.name);
    }
}

#[test]
fn names_and_paths_are_unique() {
    let all: Vec<_> = operations().collect();
    assert_unique(&MODULES.iter().map(|module| module.name).collect::<Vec<_>>());
    assert_unique(
        &MODULES
            .iter()
            .map(|module| module.ident)
            .collect::<Vec<_>>(),
    );
    assert_unique(
        &all.iter()
            .map(|(_, operation)| operation.ident)
            .collect::<Vec<_>>(),
    );
    assert_unique(
        &all.iter()
            .map(|(_, operation)| operation.path)
            .collect::<Vec<_>>(),
    );
    for module in MODULES {
        let words = module.operations.iter().map(|operation| operation.name);
        let options = module.features.iter().map(|feature| feature.name);
        assert_unique(&words.chain(options).collect::<Vec<_>>());
        assert_unique(
            &module
                .fields
                .iter()
                .flat_map(Field::names)
                .collect::<Vec<_>>(),
        );
    }
}

#[test]
fn paths_have_the_parameters_that_functions_are_given() {
    for (_, operation) in operations() {
        let in_path: Vec<&str> = operation
            .path
            .split('/')
            .filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'))
            .collect();
        let given: Vec<&str> = operation
            .inputs
            .iter()
            .filter_map(|input| input.parameter())
            .collect();
        assert_eq!(in_path, given, "{}", operation.ident);
        let under_root = operation.path_under_root();
        assert_eq!(operation.path, format!("{ROOT}{under_root}"));
        assert!(under_root.starts_with('/'), "{under_root}");
    }
    assert!(FEATURES_PATH.starts_with(ROOT));
}

#[test]
fn controllers_read_and_have_no_body() {
    for module in Module::of(Side::Controller) {
        assert_eq!(module.fields, []);
        assert_eq!(module.single, None);
        for operation in module.operations {
            assert_eq!(operation.method, Method::Get);
            assert!(!operation.inputs.contains(&Input::Body));
            let has_page = operation.inputs.contains(&Input::Page);
            let is_page = matches!(operation.output, Output::Page(_));
            assert_eq!(has_page, is_page, "{}", operation.ident);
            assert_ne!(operation.output, Output::Nothing);
        }
    }
}

#[test]
fn an_action_is_one_post_under_its_own_name() {
    for module in actions() {
        let [operation] = module.operations else {
            panic!("{} has several operations", module.name);
        };
        assert_eq!(operation.name, module.name);
        assert_eq!(operation.method, Method::Post);
        assert_eq!(operation.inputs, [Input::Body]);
        assert_eq!(operation.output, Output::Nothing);
        assert!(operation.is_required());
    }
}

#[test]
fn every_action_but_cancel_needs_cancel() {
    for module in actions() {
        let needs_cancel = module
            .needs
            .iter()
            .any(|need| *need.module == actions::CANCEL);
        assert_eq!(needs_cancel, module.name != "cancel", "{}", module.name);
    }
}

#[test]
fn needs_are_optional_modules() {
    let of_variants = MODULES
        .iter()
        .flat_map(|module| module.features)
        .filter_map(|feature| match feature.kind {
            FeatureKind::Variants(variants) => Some(variants),
            _ => None,
        })
        .flatten()
        .filter_map(|variant| variant.needs.as_ref());
    let needs: Vec<&Need> = MODULES
        .iter()
        .flat_map(|module| module.needs)
        .chain(of_variants)
        .collect();
    assert!(needs.len() > 8);
    for need in needs {
        assert!(!need.module.required, "{}", need.module.name);
        assert_eq!(Module::find(need.module.name), Some(need.module));
    }
}

#[test]
fn every_body_identifies_customer_and_subscription() {
    for module in actions() {
        assert!(module.field("customerId").is_some(), "{}", module.name);
        let has_subscription = module.field("subscriptionId").is_some();
        assert_eq!(has_subscription, module.single.is_none(), "{}", module.name);
    }
}

#[test]
fn customer_wide_bodies_have_the_same_fields() {
    for module in actions() {
        let Some(single) = module.single else {
            continue;
        };
        let of_single: Vec<_> = single
            .fields
            .iter()
            .filter(|field| field.name != "subscriptionId")
            .map(|field| (field.name, field.kind))
            .collect();
        let of_all: Vec<_> = module
            .fields
            .iter()
            .map(|field| (field.name, field.kind))
            .collect();
        assert_eq!(of_all, of_single, "{}", module.name);
        assert_eq!(module.features, []);
        assert_eq!(module.effective_features(), single.features);
    }
}

#[test]
fn features_open_fields_of_their_kind() {
    for module in MODULES {
        for feature in module.effective_features() {
            let Some(opens) = feature.opens else {
                assert!(!matches!(
                    feature.kind,
                    FeatureKind::Schedules | FeatureKind::Durations
                ));
                continue;
            };
            let field = module.field(opens).expect("the field exists");
            let fits = match feature.kind {
                FeatureKind::Schedules => field.kind == FieldKind::Schedule,
                FeatureKind::Durations => field.kind == FieldKind::Duration,
                FeatureKind::Flag => field.kind == FieldKind::Flag,
                FeatureKind::Variants(_) => false,
            };
            assert!(fits, "{} of {}", feature.name, module.name);
            assert_eq!(module.opened_by(opens), Some(feature));
            assert_eq!(module.feature(feature.name), Some(feature));
        }
        for field in module.fields {
            let restricted = matches!(field.kind, FieldKind::Schedule | FieldKind::Duration);
            let opened = module.opened_by(field.name).is_some();
            assert!(opened || !restricted, "{} of {}", field.name, module.name);
        }
    }
}

#[test]
fn flags_alone_may_be_absent() {
    for field in actions().flat_map(|module| module.fields) {
        assert_eq!(field.required, field.kind != FieldKind::Flag);
    }
}

#[test]
fn lookups_find_what_the_table_holds() {
    for module in MODULES {
        assert_eq!(Module::find(module.name), Some(module));
        for operation in module.operations {
            assert_eq!(module.operation(operation.name), Some(operation));
            assert_eq!(Operation::find(operation.ident), Some(operation));
        }
    }
    assert_eq!(Module::find("invoices"), None);
    assert_eq!(controllers::PRICES.operation("find_by_email"), None);
    assert_eq!(actions::CANCEL.field("startAt"), None);
    assert_eq!(actions::CANCEL.opened_by("unpause"), None);
}

#[test]
fn assumptions_are_marked() {
    let mut assumed = Vec::new();
    for module in MODULES {
        if let Some((key, Known::Assumed)) = module.wire {
            assumed.push(format!("key {key}"));
        }
        for operation in module.operations {
            if operation.known == Known::Assumed {
                assumed.push(format!("path {}", operation.path));
            }
        }
        for field in module.fields {
            if field.known == Known::Assumed {
                assumed.push(format!("{} of {}", field.name, module.name));
            }
        }
    }
    assert_eq!(
        assumed,
        [
            "path /churnkey/customers/phone/{phone}",
            "unpause of cancel",
            "unpause of cancel_all",
            "allowAnnual of pause_all",
            "key applyCoupon",
            "key changePrice",
            "key extendTrial",
        ]
    );
}
