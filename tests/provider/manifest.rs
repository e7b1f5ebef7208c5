//! The manifest of an integration: it advertises all of its operations and no others.

use std::collections::BTreeSet;

use churnkey::manifest::{Manifest, PricesType, ProductsType, Spelling};
use churnkey::operation::{Operation, Side};
use churnkey::{Integration, Provider};
use serde_json::{Map, Value, json};

use crate::support::{Billing, Host, TOKEN};

#[test]
fn actions_are_served_in_the_chosen_spelling() {
    let camel = ["applyCoupon", "changePrice", "extendTrial"];
    let kebab = ["apply-coupon", "change-price", "extend-trial"];
    for (spelling, expected) in [
        (Spelling::CamelCase, camel.to_vec()),
        (Spelling::KebabCase, kebab.to_vec()),
        (Spelling::Both, [camel, kebab].concat()),
    ] {
        let provider = Provider::new(Billing::new(), TOKEN).manifest_spelling(spelling);
        let features = Host::of(provider.router()).get("/features").json();
        let actions = features["actions"].as_object().unwrap();
        let keys: BTreeSet<_> = actions.keys().map(String::as_str).collect();
        let known: BTreeSet<_> = expected.into_iter().chain(["cancel", "pause"]).collect();
        assert_eq!(keys, known, "{spelling:?}");
        for (camel, kebab) in camel.iter().zip(kebab) {
            let features = actions.get(*camel).or(actions.get(kebab)).unwrap();
            assert_eq!(features["enabled"], true);
            let other = actions.get(kebab).unwrap_or(features);
            assert_eq!(features, other);
        }
    }
}

/// A served integration, and its manifest as a constant.
struct Served {
    name: &'static str,
    host: Host,
    manifest: Value,
}

fn served<T: Integration + Default>(name: &'static str) -> Served {
    Served {
        name,
        host: Host::serving::<T>(T::default()),
        manifest: serde_json::to_value(T::MANIFEST).unwrap(),
    }
}

// All values here are known at compile time.
const EVERYTHING: Manifest = Billing::MANIFEST;
const _: () = {
    assert!(EVERYTHING.controllers.customers && EVERYTHING.controllers.families);
    assert!(matches!(
        EVERYTHING.controllers.prices,
        Some(PricesType::Product)
    ));
    assert!(matches!(
        EVERYTHING.controllers.products,
        Some(ProductsType::Family)
    ));
    match EVERYTHING.actions.pause {
        Some(pause) => assert!(pause.allow_annual && pause.start_dates.immediate),
        None => panic!(),
    }
    assert!(modules::least::Billing::MANIFEST.actions.cancel.is_none());
};

mod modules {
    test_support::integration!(least: prices);
    test_support::integration!(standalone_prices: prices(type = "standalone"));
    test_support::integration!(lists: prices, list_customers, list_subscriptions);
    test_support::integration!(by_email: prices, find_by_email);
    test_support::integration!(by_phone: prices, find_by_phone);
    test_support::integration!(coupons: prices, coupons);
    test_support::integration!(products: prices, products);
    test_support::integration!(standalone_products: prices, products(type = "standalone"));
    test_support::integration!(families: prices, families);
    test_support::integration!(linked: prices(type = "product"), products(type = "family"), families);
    test_support::integration!(typed_at_list: prices_typed_at_list(type = "product"), products);
    test_support::integration!(cancel: prices, cancel);
    test_support::integration!(cancel_all: prices, cancel, cancel_all);
    test_support::integration!(pause: prices, cancel, pause);
    test_support::integration!(pause_all: prices, cancel, pause, pause_all);
    test_support::integration!(apply_coupon: prices, coupons, cancel, apply_coupon);
    test_support::integration!(change_price: prices, cancel, change_price);
    test_support::integration!(extend_trial: prices, cancel, extend_trial);
}

/// Returns an integration for each optional module, and what the module adds to the controllers,
/// the actions and the operations.
fn alone() -> Vec<(Served, Value, Value, Vec<Operation>)> {
    use Operation::*;

    let both = json!({ "immediate": true, "end-of-period": true });
    let durations = json!({ "period": true, "date": true });
    let cancel = json!({ "schedules": both });
    let product = json!({ "enabled": true, "type": "product" });
    let standalone = json!({ "enabled": true, "type": "standalone" });
    let family = json!({ "enabled": true, "type": "family" });
    macro_rules! case {
        ($name:ident, $controllers:tt, $actions:tt, $($operation:ident)*) => {
            (
                served::<modules::$name::Billing>(stringify!($name)),
                json!($controllers),
                json!($actions),
                vec![$($operation),*],
            )
        };
    }
    vec![
        case!(least, {}, {},),
        case!(standalone_prices, {}, {},),
        case!(lists, {}, {}, ListCustomers ListSubscriptions),
        case!(by_email, {}, {}, FindCustomerByEmail),
        case!(by_phone, {}, {}, FindCustomerByPhone),
        case!(coupons, { "coupons": true }, {}, RetrieveCoupon ListCoupons),
        case!(products, { "products": standalone }, {}, RetrieveProduct ListProducts),
        case!(standalone_products, { "products": standalone }, {}, RetrieveProduct ListProducts),
        case!(families, { "families": true }, {}, RetrieveFamily ListFamilies),
        case!(
            linked,
            { "prices": product, "products": family, "families": true },
            {},
            RetrieveProduct ListProducts RetrieveFamily ListFamilies
        ),
        case!(typed_at_list, { "prices": product, "products": standalone }, {}, RetrieveProduct ListProducts),
        case!(cancel, {}, { "cancel": cancel }, CancelSubscription),
        case!(cancel_all, {}, { "cancel": cancel }, CancelSubscription CancelAllSubscriptions),
        case!(
            pause,
            {},
            {
                "cancel": cancel,
                "pause": { "enabled": true, "startDates": both, "durations": durations, "allowAnnual": false },
            },
            CancelSubscription PauseSubscription
        ),
        case!(
            pause_all,
            {},
            {
                "cancel": cancel,
                "pause": { "enabled": true, "startDates": both, "durations": durations, "allowAnnual": false },
            },
            CancelSubscription PauseSubscription PauseAllSubscriptions
        ),
        case!(
            apply_coupon,
            { "coupons": true },
            { "cancel": cancel, "applyCoupon": { "enabled": true } },
            RetrieveCoupon ListCoupons CancelSubscription ApplyCouponToSubscription
        ),
        case!(
            change_price,
            {},
            { "cancel": cancel, "changePrice": { "enabled": true, "schedules": both, "prorate": false } },
            CancelSubscription ChangeSubscriptionPrice
        ),
        case!(
            extend_trial,
            {},
            { "cancel": cancel, "extendTrial": { "enabled": true, "multiple": false, "durations": durations } },
            CancelSubscription ExtendSubscriptionTrial
        ),
    ]
}

#[test]
fn each_module_adds_only_itself_to_the_required_ones() {
    use Operation::*;

    let required = [
        RetrieveCustomer,
        RetrievePrice,
        ListPrices,
        RetrieveSubscription,
    ];
    for (served, controllers, actions, operations) in alone() {
        let mut expected = json!({
            "customers": true,
            "prices": { "enabled": true, "type": "standalone" },
            "subscriptions": true,
        });
        let Value::Object(added) = controllers else {
            unreachable!()
        };
        expected.as_object_mut().unwrap().extend(added);
        let expected = json!({ "controllers": expected, "actions": actions });
        assert_eq!(served.manifest, expected, "{}", served.name);
        let operations = required.into_iter().chain(operations);
        assert_eq!(routed(served.host), names(operations), "{}", served.name);
    }
}

fn names(operations: impl IntoIterator<Item = Operation>) -> BTreeSet<String> {
    operations
        .into_iter()
        .map(|operation| format!("{operation:?}"))
        .collect()
}

/// Returns the operations whose paths respond differently than an unknown path.
fn routed(host: Host) -> BTreeSet<String> {
    names(Operation::ALL.iter().copied().filter(|operation| {
        let path: String = operation
            .path()
            .split('/')
            .map(|segment| {
                if segment.starts_with('{') {
                    "x"
                } else {
                    segment
                }
            })
            .collect::<Vec<_>>()
            .join("/");
        let call = match operation.side() {
            Side::Controller => host.call("GET", &path),
            Side::Action => host.call("POST", &path).json("{}"),
        };
        !call.send().text().contains("there is no such path")
    }))
}

// Options

/// Actions with combinations of options: schedules, durations and flags.
macro_rules! combinations {
    ($($name:ident: ($($schedule:ident)*) ($($duration:ident)*) $flag:literal;)*) => {
        mod combinations {
            $(test_support::integration!($name: prices, coupons, apply_coupon,
                cancel(schedules($($schedule),*)),
                pause(start_dates($($schedule),*), durations($($duration),*), allow_annual = $flag),
                change_price(schedules($($schedule),*), prorate = $flag),
                extend_trial(multiple = $flag, durations($($duration),*)));)*
        }

        fn combinations() -> Vec<(Served, Value)> {
            vec![$((
                served::<combinations::$name::Billing>(stringify!($name)),
                features(&[$(stringify!($schedule)),*], &[$(stringify!($duration)),*], $flag),
            )),*]
        }
    };
}

combinations! {
    immediate_period_off: (immediate) (period) false;
    immediate_period_on: (immediate) (period) true;
    immediate_date_off: (immediate) (date) false;
    immediate_date_on: (immediate) (date) true;
    immediate_both_off: (immediate) (period date) false;
    immediate_both_on: (immediate) (date period) true;
    end_period_off: (end_of_period) (period) false;
    end_period_on: (end_of_period) (period) true;
    end_date_off: (end_of_period) (date) false;
    end_date_on: (end_of_period) (date) true;
    end_both_off: (end_of_period) (date period) false;
    end_both_on: (end_of_period) (period date) true;
    both_period_off: (immediate end_of_period) (period) false;
    both_period_on: (end_of_period immediate) (period) true;
    both_date_off: (end_of_period immediate) (date) false;
    both_date_on: (immediate end_of_period) (date) true;
    both_both_off: (immediate end_of_period) (period date) false;
    both_both_on: (end_of_period immediate) (date period) true;
}

fn schedules(on: &[&str]) -> Value {
    json!({ "immediate": on.contains(&"immediate"), "end-of-period": on.contains(&"end_of_period") })
}

fn durations(on: &[&str]) -> Value {
    json!({ "period": on.contains(&"period"), "date": on.contains(&"date") })
}

fn features(schedule: &[&str], duration: &[&str], flag: bool) -> Value {
    let (schedules, durations) = (schedules(schedule), durations(duration));
    json!({
        "cancel": { "schedules": schedules },
        "pause": { "enabled": true, "startDates": schedules, "durations": durations, "allowAnnual": flag },
        "applyCoupon": { "enabled": true },
        "changePrice": { "enabled": true, "schedules": schedules, "prorate": flag },
        "extendTrial": { "enabled": true, "multiple": flag, "durations": durations },
    })
}

#[test]
fn every_subset_of_options_is_advertised() {
    for (served, actions) in combinations() {
        assert_eq!(served.manifest["actions"], actions, "{}", served.name);
    }
}

mod partial {
    test_support::integration!(none: prices, cancel, pause, change_price, extend_trial);
    test_support::integration!(all: prices, cancel(all), pause(all), change_price(all),
        extend_trial(all));
    test_support::integration!(start_dates_and_flags: prices, cancel(schedules(immediate)),
        pause(start_dates(end_of_period)), change_price(prorate), extend_trial(multiple));
    test_support::integration!(durations_and_schedules: prices, cancel(schedules(end_of_period)),
        pause(durations(date)), change_price(schedules(immediate)),
        extend_trial(durations(period)));
    test_support::integration!(flags_on: prices, cancel, pause(allow_annual),
        change_price(prorate = true), extend_trial(multiple = true,));
    test_support::integration!(flags_off: prices, cancel, pause(allow_annual = false),
        change_price(prorate = false), extend_trial(multiple = false));
}

#[test]
fn absent_lists_are_complete_and_absent_flags_off() {
    let (immediate, end, both) = (
        schedules(&["immediate"]),
        schedules(&["end_of_period"]),
        schedules(&["immediate", "end_of_period"]),
    );
    let (period, date, any) = (
        durations(&["period"]),
        durations(&["date"]),
        durations(&["period", "date"]),
    );
    let actions = |cancel,
                   pause: (_, _, bool),
                   change_price: (_, bool),
                   extend_trial: (bool, _)| {
        json!({
            "cancel": { "schedules": cancel },
            "pause": { "enabled": true, "startDates": pause.0, "durations": pause.1, "allowAnnual": pause.2 },
            "changePrice": { "enabled": true, "schedules": change_price.0, "prorate": change_price.1 },
            "extendTrial": { "enabled": true, "multiple": extend_trial.0, "durations": extend_trial.1 },
        })
    };
    let table = [
        (
            served::<partial::none::Billing>("none"),
            actions(&both, (&both, &any, false), (&both, false), (false, &any)),
        ),
        (
            served::<partial::all::Billing>("all"),
            actions(&both, (&both, &any, true), (&both, true), (true, &any)),
        ),
        (
            served::<partial::start_dates_and_flags::Billing>("start_dates_and_flags"),
            actions(&immediate, (&end, &any, false), (&both, true), (true, &any)),
        ),
        (
            served::<partial::durations_and_schedules::Billing>("durations_and_schedules"),
            actions(
                &end,
                (&both, &date, false),
                (&immediate, false),
                (false, &period),
            ),
        ),
        (
            served::<partial::flags_on::Billing>("flags_on"),
            actions(&both, (&both, &any, true), (&both, true), (true, &any)),
        ),
        (
            served::<partial::flags_off::Billing>("flags_off"),
            actions(&both, (&both, &any, false), (&both, false), (false, &any)),
        ),
    ];
    for (served, mut actions) in table {
        // Its key is assumed: it is left out unless it is on.
        if served.name == "all" {
            actions["cancel"]["unpause"] = json!(true);
        }
        assert_eq!(served.manifest["actions"], actions, "{}", served.name);
    }
}

// Advertised and routed

fn all() -> Vec<Served> {
    let everything = Served {
        name: "everything",
        host: Host::serving::<Billing>(Billing::new()),
        manifest: serde_json::to_value(Billing::MANIFEST).unwrap(),
    };
    alone()
        .into_iter()
        .map(|(served, ..)| served)
        .chain(combinations().into_iter().map(|(served, _)| served))
        .chain([everything])
        .collect()
}

#[test]
fn served_manifest_is_the_constant() {
    for served in all() {
        let manifest = served.host.get("/features").document();
        assert_eq!(manifest, served.manifest, "{}", served.name);
    }
}

/// Returns `true` for an operation whose presence implies that its module is advertised. The other
/// operations of a module are optional.
fn implies_its_module(operation: Operation) -> bool {
    operation.side() == Side::Action || operation.name() == "retrieve"
}

fn advertised(of: &Value) -> BTreeSet<String> {
    let map: &Map<String, Value> = of.as_object().unwrap();
    map.keys().cloned().collect()
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        camel.push_str(&word[..1].to_uppercase());
        camel.push_str(&word[1..]);
    }
    camel
}

#[test]
fn routed_and_advertised_modules_are_the_same() {
    let not_in_the_manifest = ["cancelAll", "pauseAll"];
    for served in all() {
        let routed = routed(served.host);
        let modules = |side| -> BTreeSet<String> {
            Operation::ALL
                .iter()
                .filter(|operation| operation.side() == side && implies_its_module(**operation))
                .filter(|operation| routed.contains(&format!("{operation:?}")))
                .map(|operation| camel_case(operation.module()))
                .filter(|module| !not_in_the_manifest.contains(&module.as_str()))
                .collect()
        };
        let controllers = advertised(&served.manifest["controllers"]);
        assert_eq!(controllers, modules(Side::Controller), "{}", served.name);
        let actions = advertised(&served.manifest["actions"]);
        assert_eq!(actions, modules(Side::Action), "{}", served.name);
    }
}

#[test]
fn complete_provider_routes_the_whole_protocol() {
    let host = Host::serving::<Billing>(Billing::new());
    assert_eq!(routed(host), names(Operation::ALL.iter().copied()));
}
