//! The document itself: its content and its consistency.

use std::collections::BTreeSet;

use churnkey::Integration as _;
use churnkey::operation::{Operation, Side};
use serde_json::{Value, json};

use crate::integrations::{Provider, complete, live_only, minimal, test_only};

fn every_value<'a>(value: &'a Value, visit: &mut impl FnMut(&'a str, &'a Value)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                visit(name, field);
                every_value(field, visit);
            }
        }
        Value::Array(elements) => {
            for element in elements {
                every_value(element, visit);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn documented_paths_are_exactly_the_routed_ones() {
    for provider in Provider::all() {
        let mut routed = BTreeSet::from(["/churnkey/features"]);
        for operation in Operation::ALL {
            let path = operation.path().replace(['{', '}'], "");
            // No operation has this method. A known path responds with 405 and the allowed method,
            // an unknown one with 404.
            let answer = provider.send("PATCH", &path, "").await;
            match answer.status().as_u16() {
                405 => {
                    let (method, allowed) = match operation.side() {
                        Side::Controller => ("get", "GET, HEAD"),
                        Side::Action => ("post", "POST"),
                    };
                    assert_eq!(answer.headers()["Allow"], allowed, "{path}");
                    let item = &provider.specification.0["paths"][operation.path()];
                    let methods: Vec<_> = item.as_object().unwrap().keys().collect();
                    assert_eq!(methods, [method], "{}: {path}", provider.name);
                    routed.insert(operation.path());
                }
                status => assert_eq!(status, 404, "{}: {path}", provider.name),
            }
        }
        let declared: BTreeSet<_> = provider
            .specification
            .paths()
            .map(|(path, _)| path)
            .collect();
        assert_eq!(declared, routed, "{}", provider.name);
    }
}

#[test]
fn minimal_provider_has_the_required_paths() {
    let document = minimal::Billing::openapi();
    let paths: Vec<_> = document["paths"].as_object().unwrap().keys().collect();
    assert_eq!(
        paths,
        [
            "/churnkey/customers/{customerId}",
            "/churnkey/customers/{customerId}/subscriptions/{subscriptionId}",
            "/churnkey/features",
            "/churnkey/prices",
            "/churnkey/prices/{priceId}",
        ]
    );
    let tags: Vec<_> = document["tags"].as_array().unwrap().iter().collect();
    assert_eq!(tags.len(), 4, "{tags:?}");
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["title"], "One of many");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_schema_is_valid_draft_2020_12() {
    for provider in Provider::all() {
        let mut schemas = 0;
        every_value(&provider.specification.0, &mut |name, value| {
            let found: Vec<&Value> = match name {
                "schema" => vec![value],
                "schemas" => value.as_object().unwrap().values().collect(),
                _ => vec![],
            };
            for schema in found {
                schemas += 1;
                let verdict = jsonschema::draft202012::meta::validate(schema);
                assert!(verdict.is_ok(), "{}: {verdict:?}: {schema}", provider.name);
            }
        });
        assert!(schemas > 50, "{schemas}");
    }
}

#[test]
fn references_resolve_and_components_are_used() {
    for provider in Provider::all() {
        let document = &provider.specification.0;
        let mut used = BTreeSet::new();
        every_value(document, &mut |name, value| {
            if name == "$ref" {
                provider.specification.resolve(&json!({ "$ref": value }));
                used.insert(value.as_str().unwrap().to_owned());
            }
        });
        for kind in ["schemas", "responses", "parameters", "headers"] {
            for name in document["components"][kind].as_object().unwrap().keys() {
                let reference = format!("#/components/{kind}/{name}");
                assert!(used.contains(&reference), "{}: {reference}", provider.name);
            }
        }
    }
}

#[test]
fn operations_have_unique_names_and_declared_parameters() {
    let document = complete::Billing::openapi();
    let specification = crate::specification::Specification(document);
    let mut names = BTreeSet::new();
    for (path, item) in specification.paths() {
        let (_, operation) = item.as_object().unwrap().iter().next().unwrap();
        assert!(
            names.insert(operation["operationId"].as_str().unwrap()),
            "{path}"
        );
        for text in ["summary", "description"] {
            assert!(operation[text].as_str().unwrap().len() > 5, "{path}");
        }
        let parameters: Vec<_> = operation["parameters"]
            .as_array()
            .unwrap()
            .iter()
            .map(|parameter| specification.resolve(parameter))
            .collect();
        let named = |place: &str| -> Vec<&str> {
            let there = parameters.iter().filter(|one| one["in"] == place);
            there.map(|one| one["name"].as_str().unwrap()).collect()
        };
        let braces: Vec<_> = path
            .split('{')
            .skip(1)
            .map(|rest| rest.split('}').next().unwrap())
            .collect();
        assert_eq!(named("path"), braces, "{path}");
        assert_eq!(named("header"), ["X-Churnkey-Mode", "X-Request-Id"]);
        let page = operation["responses"]["200"].to_string().contains("Page");
        let query: &[&str] = if page { &["limit", "cursor"] } else { &[] };
        assert_eq!(named("query"), query, "{path}");
        for status in ["400", "401", "408", "429", "431", "503"] {
            assert!(
                operation["responses"][status].is_object(),
                "{path} {status}"
            );
        }
    }
    assert_eq!(names.len(), Operation::ALL.len() + 1);
}

#[test]
fn descriptions_have_protocol_marks_and_no_rustdoc_links() {
    let document = complete::Billing::openapi();
    let (mut said, mut assumed) = (0, 0);
    every_value(&document, &mut |name, value| {
        if let ("description", Some(text)) = (name, value.as_str()) {
            assert!(!text.contains("[`") && !text.contains("::"), "{text}");
            assert!(!text.contains("Debug"), "{text}");
            said += usize::from(text.contains("**doc**"));
            assumed += usize::from(text.contains("**assumed**"));
        }
    });
    assert!(said > 50 && assumed > 10, "{said} {assumed}");
    let by_phone = &document["paths"]["/churnkey/customers/phone/{phone}"]["get"];
    assert_eq!(
        by_phone["description"],
        "Protocol: **doc**; the path is **assumed**."
    );
}

#[tokio::test]
async fn features_schema_has_the_served_constants() {
    for provider in Provider::all() {
        let path = "/churnkey/features";
        let answer = provider.send("GET", path, "").await;
        let features: Value = serde_json::from_slice(answer.body()).unwrap();
        let schema = provider.specification.answer(path, "get", 200).unwrap();
        let validator = provider.specification.validator(schema);
        assert!(validator.is_valid(&features), "{}", provider.name);
        let mut other = features;
        other["controllers"]["customers"] = json!(false);
        assert!(!validator.is_valid(&other), "{}", provider.name);
    }
}

#[test]
fn only_the_served_mode_is_declared() {
    let test: Value = test_only::Billing::openapi();
    let live: Value = live_only::Billing::openapi();
    let parameters = "/components/parameters";
    let any = "^([tT][eE][sS][tT]|[lL][iI][vV][eE])$";
    for (document, pattern, required) in [
        (&test, "^[tT][eE][sS][tT]$", true),
        (&live, "^[lL][iI][vV][eE]$", false),
    ] {
        let parameters = document.pointer(parameters).unwrap();
        assert_eq!(parameters["Mode"]["schema"]["pattern"], pattern);
        assert_eq!(parameters["Mode"]["required"], json!(required));
        assert_eq!(parameters["AnyMode"]["schema"]["pattern"], any);
        let of = |path: &str| document["paths"][path]["get"]["parameters"].to_string();
        assert!(of("/churnkey/features").contains("/AnyMode"));
        assert!(of("/churnkey/customers/{customerId}").contains("/Mode"));
    }
    let shared = minimal::Billing::openapi();
    let mode = &shared.pointer(parameters).unwrap()["Mode"];
    assert_eq!(mode["schema"]["pattern"], any);
    assert!(shared.pointer(parameters).unwrap()["AnyMode"].is_null());
}
