//! Request bodies: the schema allows a body if and only if the runtime accepts it.

use churnkey::operation::{Operation, Side};
use churnkey_protocol::{Field, Module};
use serde_json::{Map, Value, json};

use crate::integrations::Provider;

/// Returns a body that every provider with this action accepts, except for options that are
/// switched off.
fn complete(operation: Operation) -> Map<String, Value> {
    let mut body = json!({
        "customerId": "c",
        "subscriptionId": "s",
        "id": "x",
        "scheduledAt": "immediate",
        "startAt": "immediate",
        "duration": { "type": "period", "amount": 2, "unit": "month" },
    });
    let body = body.as_object_mut().unwrap();
    if operation.path().contains("/customer/") {
        body.remove("subscriptionId");
    }
    std::mem::take(body)
}

/// The fields of an action, all names of its object, and one that no action has.
fn fields(operation: Operation) -> Vec<&'static str> {
    let module = Module::find(operation.module()).unwrap();
    let names = module.fields.iter().flat_map(Field::names);
    names.chain(["unheardOf"]).collect()
}

/// Two names of one field, which a schema cannot compare.
fn has_two_names(operation: Operation, body: &Map<String, Value>) -> bool {
    let module = Module::find(operation.module()).unwrap();
    module.fields.iter().any(|field| {
        let given = |name: &&str| body.get(*name).is_some_and(|value| !value.is_null());
        field.names().filter(given).count() > 1
    })
}

/// Returns values of each JSON type, and valid and invalid values of each field. `None` is an
/// absent field.
fn values() -> Vec<Option<Value>> {
    let values = [
        json!(null),
        json!(""),
        json!("y"),
        json!("immediate"),
        json!("end-of-period"),
        json!(true),
        json!(false),
        json!("true"),
        json!("false"),
        json!(0),
        json!({}),
    ];
    values.into_iter().map(Some).chain([None]).collect()
}

fn durations() -> Vec<Value> {
    let moment = "2026-09-01T00:00:00.000Z";
    let types = [
        json!(null),
        json!("period"),
        json!("date"),
        json!("Date"),
        json!("dates"),
        json!(1),
    ];
    let amounts = [
        json!(null),
        json!(1),
        json!(2.0),
        json!(u32::MAX),
        json!(u64::from(u32::MAX) + 1),
        json!(0),
        json!(1.5),
        json!("1"),
        json!("07.0"),
        json!("1234567890"),
        json!("0"),
    ];
    let units = [
        json!(null),
        json!("day"),
        json!("YEARS"),
        json!("hour"),
        json!(1),
    ];
    let dates = [
        json!(null),
        json!(moment),
        json!("2026-09-01t02:00:00+02:00"),
        json!("2026-02-30T00:00:00Z"),
        json!("2026-09-01"),
        json!(1_788_220_800),
        json!(1_788_220_800_000_i64),
        json!("1788220800000"),
    ];
    let absent_or = |values: &[Value]| -> Vec<Option<Value>> {
        values.iter().cloned().map(Some).chain([None]).collect()
    };
    let mut durations = vec![json!(null), json!([]), json!("P1M"), json!(3)];
    durations.extend(other_spellings());
    for r#type in absent_or(&types) {
        for amount in absent_or(&amounts) {
            for unit in absent_or(&units) {
                for date in absent_or(&dates) {
                    let mut duration = Map::new();
                    for (name, value) in [
                        ("type", &r#type),
                        ("amount", &amount),
                        ("unit", &unit),
                        ("date", &date),
                    ] {
                        if let Some(value) = value {
                            duration.insert(name.to_owned(), value.clone());
                        }
                    }
                    durations.push(Value::Object(duration));
                }
            }
        }
    }
    durations
}

/// Two fields of a duration, under all names that it has and for all kinds of values.
fn other_spellings() -> Vec<Value> {
    use churnkey_protocol::spelling::{AMOUNT, COUNTS, DATE, KIND, NESTED, UNIT};

    let values = [
        json!(0),
        json!("0.0"),
        json!(2),
        json!(1.5),
        json!("12"),
        json!("Weeks"),
        json!("period"),
        json!("date"),
        json!("2026-09-01"),
        json!({}),
        json!({ "months": 2, "days": 0 }),
        json!({ "count": "2", "interval": "day" }),
        json!({ "amount": 2, "months": 1 }),
    ];
    let lists = [KIND, AMOUNT, UNIT, DATE, &COUNTS, &[NESTED]];
    let mut names: Vec<_> = lists.concat();
    names.sort_unstable();
    names.dedup();
    let mut spellings = Vec::new();
    for (index, one) in names.iter().enumerate() {
        spellings.extend(values.iter().map(|value| json!({ *one: value })));
        for other in &names[index + 1..] {
            // Equal values under two names of one field are read, which a schema cannot express.
            let same = [KIND, AMOUNT, UNIT, DATE]
                .iter()
                .any(|list| list.contains(one) && list.contains(other));
            if same {
                continue;
            }
            for first in &values {
                for second in &values {
                    spellings.push(json!({ *one: first, *other: second }));
                }
            }
        }
    }
    spellings
}

/// Counts the accepted and rejected bodies, to detect a table in which all bodies get the same
/// verdict.
#[derive(Default, Debug)]
struct Verdicts {
    accepted: usize,
    refused: usize,
}

async fn compare(
    provider: &Provider,
    operation: Operation,
    bodies: impl IntoIterator<Item = Value>,
) -> Verdicts {
    let path = operation.path();
    let mut verdicts = Verdicts::default();
    let Some(schema) = provider.specification.body(path) else {
        return verdicts;
    };
    let schema = provider.specification.validator(schema);
    for body in bodies {
        let status = provider.act(path, &body).await;
        assert!(status == 200 || status == 400, "{status} {path} {body}");
        assert_eq!(
            schema.is_valid(&body),
            status == 200,
            "{}: {path} {body}",
            provider.name
        );
        match status {
            200 => verdicts.accepted += 1,
            _ => verdicts.refused += 1,
        }
    }
    verdicts
}

fn actions() -> impl Iterator<Item = Operation> {
    let all = Operation::ALL.iter().copied();
    all.filter(|operation| operation.side() == Side::Action)
}

#[tokio::test]
async fn schema_and_runtime_agree_on_any_two_fields() {
    let values = values();
    for provider in Provider::with_actions() {
        for operation in actions() {
            let mut bodies = vec![json!(null), json!([]), json!("{}"), json!(1)];
            let fields = fields(operation);
            for (index, one) in fields.iter().enumerate() {
                for other in &fields[index + 1..] {
                    for (first, second) in values
                        .iter()
                        .flat_map(|first| values.iter().map(move |second| (first, second)))
                    {
                        let mut body = complete(operation);
                        for (name, value) in [(one, first), (other, second)] {
                            match value {
                                Some(value) => body.insert((*name).to_owned(), value.clone()),
                                None => body.remove(*name),
                            };
                        }
                        if !has_two_names(operation, &body) {
                            bodies.push(Value::Object(body));
                        }
                    }
                }
            }
            let verdicts = compare(&provider, operation, bodies).await;
            let has_action = provider.specification.body(operation.path()).is_some();
            assert_eq!(
                has_action,
                verdicts.refused > 100,
                "{}: {operation:?} {verdicts:?}",
                provider.name
            );
            if provider.name == "complete" {
                assert!(verdicts.accepted > 50, "{operation:?} {verdicts:?}");
            }
        }
    }
}

#[tokio::test]
async fn schema_and_runtime_agree_on_durations() {
    let durations = durations();
    for provider in Provider::with_actions() {
        for operation in [
            Operation::PauseSubscription,
            Operation::ExtendSubscriptionTrial,
        ] {
            let body = |duration: &Value| {
                let mut body = complete(operation);
                // The only date from which the provider allows a pause to start.
                let start = if provider.name == "end_of_period" {
                    "end-of-period"
                } else {
                    "immediate"
                };
                body.insert("startAt".to_owned(), json!(start));
                body.insert("duration".to_owned(), duration.clone());
                Value::Object(body)
            };
            // The providers differ in the kinds that they take, not in the spellings of one kind.
            let step = if provider.name == "complete" { 1 } else { 5 };
            let bodies = durations.iter().step_by(step).map(body);
            let verdicts = compare(&provider, operation, bodies).await;
            let has_action = provider.specification.body(operation.path()).is_some();
            assert_eq!(
                has_action,
                verdicts.accepted > 20,
                "{}: {operation:?} {verdicts:?}",
                provider.name
            );
        }
    }
}

#[test]
fn body_schema_offers_only_enabled_options() {
    let providers = Provider::all();
    let body = |provider: &str, path: &str| {
        let provider = providers.iter().find(|one| one.name == provider).unwrap();
        provider.specification.body(path).unwrap().clone()
    };
    let words = |field: &Value| -> Vec<String> {
        let forms = field["oneOf"].as_array().unwrap().iter();
        forms
            .filter_map(|form| Some(form["const"].as_str()?.to_owned()))
            .collect()
    };
    let cancel = "/churnkey/actions/subscription/cancel";
    assert_eq!(
        words(&body("immediate", cancel)["properties"]["scheduledAt"]),
        ["immediate"]
    );
    assert_eq!(
        words(&body("end_of_period", cancel)["properties"]["scheduledAt"]),
        ["end-of-period"]
    );
    assert_eq!(
        words(&body("complete", cancel)["properties"]["scheduledAt"]),
        ["immediate", "end-of-period"]
    );
    let pause = "/churnkey/actions/subscription/pause";
    assert_eq!(
        body("immediate", pause)["properties"]["allowAnnual"]["enum"],
        json!([false, "false", null])
    );
    assert_eq!(
        body("end_of_period", pause)["properties"]["allowAnnual"]["enum"],
        json!([true, false, "true", "false", null])
    );
    let kinds = |provider| {
        let forms = &body(provider, pause)["properties"]["duration"]["anyOf"];
        forms.as_array().unwrap().len()
    };
    assert_eq!((kinds("immediate"), kinds("complete")), (1, 2));
}
