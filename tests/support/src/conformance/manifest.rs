//! `GET /churnkey/features`: its form in the protocol, and no other.

use serde_json::{Map, Value};

use crate::conformance::client::{Client, Mode};
use crate::conformance::{Instance, Start};

/// The features that a provider advertises.
pub struct Manifest {
    pub price_type: String,
    pub product_type: Option<String>,
    pub coupons: bool,
    pub families: bool,
    actions: Value,
}

impl Manifest {
    pub fn of(process: &Instance) -> Self {
        let manifest = Client::new(process, Mode::Test).row("/features");
        check(&manifest);
        let controllers = &manifest["controllers"];
        let type_of = |module: &str| {
            let text = controllers[module]["type"].as_str();
            text.map(ToOwned::to_owned)
        };
        Self {
            price_type: type_of("prices").expect("prices have a type"),
            product_type: type_of("products"),
            coupons: is_on(&controllers["coupons"]),
            families: is_on(&controllers["families"]),
            actions: manifest["actions"].clone(),
        }
    }

    /// Returns the types of prices and of products.
    pub fn types(&self) -> (&str, &str) {
        let product_type = self.product_type.as_deref().unwrap_or("standalone");
        (&self.price_type, product_type)
    }

    /// Returns the lists that do not belong to a customer.
    pub fn lists(&self) -> Vec<&'static str> {
        let catalog = [
            ("/products", self.product_type.is_some()),
            ("/families", self.families),
            ("/coupons", self.coupons),
        ];
        let present = catalog.iter().filter(|(_, on)| *on).map(|(list, _)| *list);
        ["/customers", "/prices"]
            .into_iter()
            .chain(present)
            .collect()
    }

    pub fn supports(&self, action: &str) -> bool {
        is_on(&self.actions[action])
    }

    /// Returns an option such as `["pause", "startDates", "immediate"]`.
    pub fn allows(&self, option: &[&str]) -> bool {
        let value = option.iter().fold(&self.actions, |value, key| &value[key]);
        value == &Value::Bool(true)
    }
}

fn is_on(module: &Value) -> bool {
    match module {
        Value::Object(fields) => fields.get("enabled") != Some(&Value::Bool(false)),
        other => other == &Value::Bool(true),
    }
}

fn check(manifest: &Value) {
    let fields = object("the manifest", manifest, &["controllers", "actions"], &[]);
    let controllers = object(
        "controllers",
        &fields["controllers"],
        &["customers", "prices", "subscriptions"],
        &["coupons", "products", "families"],
    );
    for module in ["customers", "subscriptions"] {
        assert_eq!(controllers[module], true, "{module} is a required module");
    }
    for module in ["coupons", "families"] {
        let plain = controllers.get(module).is_none_or(Value::is_boolean);
        assert!(plain, "{module} is no boolean: {manifest}");
    }
    let price_type = type_of("prices", &controllers["prices"], "product");
    assert!(price_type.is_some(), "prices are a required module");
    let products = controllers.get("products");
    let product_type = products.and_then(|module| type_of("products", module, "family"));
    if price_type.as_deref() == Some("product") {
        assert!(
            product_type.is_some(),
            "linked prices without products: {manifest}"
        );
    }
    if product_type.as_deref() == Some("family") {
        assert_eq!(
            controllers["families"], true,
            "linked products without families"
        );
    }
    check_actions(controllers, &fields["actions"]);
}

fn check_actions(controllers: &Map<String, Value>, actions: &Value) {
    let names = [
        "cancel",
        "pause",
        "applyCoupon",
        "changePrice",
        "extendTrial",
    ];
    let actions = object("actions", actions, &[], &names);
    for (name, features) in actions {
        if features == &Value::Bool(false) {
            continue;
        }
        let fields: &[&str] = match name.as_str() {
            "cancel" => &["schedules"],
            "pause" => &["enabled", "startDates", "durations", "allowAnnual"],
            "applyCoupon" => &["enabled"],
            "changePrice" => &["enabled", "schedules", "prorate"],
            _ => &["enabled", "multiple", "durations"],
        };
        let features = object(name, features, fields, &[]);
        for (field, value) in features {
            let options: &[&str] = match field.as_str() {
                "schedules" | "startDates" => &["immediate", "end-of-period"],
                "durations" => &["period", "date"],
                _ => {
                    assert!(value.is_boolean(), "{name}.{field} is no boolean: {value}");
                    continue;
                }
            };
            let options = object(field, value, options, &[]);
            assert!(
                options.values().all(Value::is_boolean),
                "{name}.{field}: {value}"
            );
            let some = options.values().any(|option| option == &Value::Bool(true));
            assert!(some, "{name}.{field} leaves nothing to ask for: {value}");
        }
        if name != "cancel" {
            let needed = actions.get("cancel").is_some_and(|cancel| cancel != false);
            assert!(needed, "{name} needs cancel");
        }
        if name == "applyCoupon" {
            assert_eq!(controllers["coupons"], true, "applyCoupon needs coupons");
        }
    }
}

fn type_of(module: &str, features: &Value, dependent: &str) -> Option<String> {
    if features == &Value::Bool(false) {
        return None;
    }
    let fields = object(module, features, &["enabled", "type"], &[]);
    assert!(
        fields["enabled"].is_boolean(),
        "{module}.enabled: {features}"
    );
    let word = fields["type"].as_str().unwrap_or_default();
    assert!(
        ["standalone", dependent].contains(&word),
        "{module}.type: {features}"
    );
    (fields["enabled"] == true).then(|| word.to_owned())
}

fn object<'v>(
    name: &str,
    value: &'v Value,
    required: &[&str],
    optional: &[&str],
) -> &'v Map<String, Value> {
    let fields = value
        .as_object()
        .unwrap_or_else(|| panic!("{name} is no object: {value}"));
    for field in required {
        assert!(
            fields.contains_key(*field),
            "{name} has no `{field}`: {value}"
        );
    }
    for field in fields.keys() {
        let known = required.contains(&field.as_str()) || optional.contains(&field.as_str());
        assert!(known, "{name} has an unknown `{field}`: {value}");
    }
    fields
}

pub fn manifest_is_valid_and_equal_in_both_modes(start: Start) {
    let process = start();
    let [test, live] = Mode::BOTH.map(|mode| Client::new(&process, mode).row("/features"));
    check(&test);
    assert_eq!(test, live);
}

pub fn exactly_the_advertised_modules_are_served(start: Start) {
    let process = start();
    let manifest = Manifest::of(&process);
    let mut client = Client::new(&process, Mode::Test);
    for list in [
        "/customers",
        "/prices",
        "/products",
        "/families",
        "/coupons",
    ] {
        let expected = if manifest.lists().contains(&list) {
            200
        } else {
            404
        };
        assert_eq!(client.get(list).status, expected, "{list}");
    }
    let actions = [
        ("cancel", "/subscription/cancel"),
        ("pause", "/subscription/pause"),
        ("applyCoupon", "/subscription/apply-coupon"),
        ("changePrice", "/subscription/change-price"),
        ("extendTrial", "/subscription/extend-trial"),
    ];
    for (action, path) in actions {
        // An empty object lacks the fields that every action requires.
        let expected = if manifest.supports(action) { 400 } else { 404 };
        let response = client.post(&format!("/actions{path}"), &serde_json::json!({}));
        assert_eq!(response.status, expected, "{path}");
    }
}
