//! The JSON Schema of a duration: the spelling that is written, and all that are read.

use std::borrow::Cow;

use churnkey_protocol::spelling::{
    AMOUNT, COUNTS, DATE, DATE_WORD, KIND, NESTED, PERIOD_WORD, UNIT, UNITS,
};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::OfferDuration;
use super::read::{MAX_MILLIS, MIN_MILLIS};
use crate::model::time_unit::TimeUnit;
use crate::model::timestamp::Timestamp;

const DESCRIPTION: &str = "How long a pause or an extension of a trial lasts. Protocol: **doc**; the \
                           names of its fields are **assumed**.";

impl JsonSchema for OfferDuration {
    fn schema_name() -> Cow<'static, str> {
        "Duration".into()
    }

    // The forms differ from action to action.
    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        if generator.contract().is_deserialize() {
            return accepted(true, true, generator);
        }
        let unit = generator.subschema_for::<TimeUnit>();
        let date = Timestamp::json_schema(generator);
        json_schema!({
            "description": DESCRIPTION,
            "type": "object",
            "oneOf": [
                {
                    "title": "A span of time",
                    "properties": {
                        KIND[0]: { "const": PERIOD_WORD.wire },
                        AMOUNT[0]: {
                            "description": "How many units.",
                            "type": "integer",
                            "minimum": 1,
                            "maximum": u32::MAX,
                        },
                        UNIT[0]: unit,
                    },
                    "required": [KIND[0], AMOUNT[0], UNIT[0]],
                },
                {
                    "title": "Up to a moment, exclusive",
                    "properties": { KIND[0]: { "const": DATE_WORD.wire }, DATE[0]: date },
                    "required": [KIND[0], DATE[0]],
                },
            ],
        })
    }
}

/// The schema of the durations that are read where one or both kinds are on.
///
/// It is narrower than the reading in one respect: equal values under two names of one field are
/// read too, which a schema cannot express.
pub(crate) fn accepted(period: bool, date: bool, generator: &mut SchemaGenerator) -> Schema {
    let mut forms = Vec::new();
    if period {
        forms.push(period_form());
    }
    if date {
        forms.push(date_form(Timestamp::json_schema(generator).to_value()));
    }
    json_schema!({ "description": DESCRIPTION, "type": "object", "anyOf": forms })
}

fn period_form() -> Value {
    let length = |fields: Value| merged(&[fields, nulls(&[NESTED])]);
    let nested = json!({ "type": "object", "anyOf": [amount_and_unit(), count()] });
    let nested = json!({ "properties": { NESTED: nested }, "required": [NESTED] });
    let dates: Vec<_> = DATE
        .iter()
        .copied()
        .filter(|name| !AMOUNT.contains(name))
        .collect();
    json!({
        "title": "A span of time",
        "examples": [{ KIND[0]: PERIOD_WORD.wire, AMOUNT[0]: 2, UNIT[0]: UNITS[2] }],
        "allOf": [kind(PERIOD_WORD.wire), nulls(&dates)],
        "anyOf": [
            titled("An amount of a unit", length(amount_and_unit())),
            titled("A number of days, weeks, months or years", length(count())),
            titled("The same under `period`", merged(&[nested, nulls(AMOUNT), nulls(UNIT), zeros()])),
        ],
    })
}

fn date_form(date_time: Value) -> Value {
    let moment = json!({ "anyOf": [
        date_time,
        { "type": "string", "format": "date" },
        { "title": "Epoch milliseconds", "type": "integer", "minimum": MIN_MILLIS, "maximum": MAX_MILLIS },
        { "title": "Epoch milliseconds", "type": "string", "pattern": "^[1-9][0-9]{11,13}$" },
    ] });
    let amounts: Vec<_> = AMOUNT
        .iter()
        .copied()
        .filter(|name| !DATE.contains(name))
        .collect();
    json!({
        "title": "Up to a moment, exclusive",
        "examples": [{ KIND[0]: DATE_WORD.wire, DATE[0]: "2026-09-01T00:00:00.000Z" }],
        "allOf": [
            kind(DATE_WORD.wire),
            nulls(&amounts),
            nulls(UNIT),
            nulls(&[NESTED]),
            zeros(),
            one_of(DATE, &moment, &json!({ "type": "null" })),
        ],
    })
}

fn titled(title: &str, mut schema: Value) -> Value {
    schema["title"] = json!(title);
    schema
}

fn merged(schemas: &[Value]) -> Value {
    json!({ "allOf": schemas })
}

/// An amount and a unit under any of their names, and no other length.
fn amount_and_unit() -> Value {
    let null = json!({ "type": "null" });
    let unit = json!({ "type": "string", "pattern": format!("^({})$", words(&UNITS, "[sS]?")) });
    merged(&[
        one_of(AMOUNT, &whole_number(), &null),
        one_of(UNIT, &unit, &null),
        zeros(),
    ])
}

/// One count that is not zero, and no amount.
fn count() -> Value {
    merged(&[
        one_of(&COUNTS, &whole_number(), &zero()),
        nulls(AMOUNT),
        nulls(UNIT),
    ])
}

/// Exactly one of the names has the value.
fn one_of(names: &[&str], value: &Value, other: &Value) -> Value {
    let form = |name: &&str| {
        let mut properties: Map<_, _> = names
            .iter()
            .map(|name| ((*name).to_owned(), other.clone()))
            .collect();
        properties.insert((*name).to_owned(), value.clone());
        json!({ "properties": properties, "required": [name] })
    };
    json!({ "anyOf": names.iter().map(form).collect::<Vec<_>>() })
}

fn every(names: &[&str], value: &Value) -> Value {
    let properties: Map<_, _> = names
        .iter()
        .map(|name| ((*name).to_owned(), value.clone()))
        .collect();
    json!({ "properties": properties })
}

fn nulls(names: &[&str]) -> Value {
    every(names, &json!({ "type": "null" }))
}

fn zeros() -> Value {
    every(&COUNTS, &zero())
}

fn zero() -> Value {
    json!({ "anyOf": [
        { "enum": [0, null] },
        { "type": "string", "pattern": r"^0+(\.0+)?$" },
    ] })
}

fn whole_number() -> Value {
    json!({ "anyOf": [
        { "type": "integer", "minimum": 1, "maximum": u32::MAX },
        { "type": "string", "pattern": r"^0*[1-9][0-9]{0,8}(\.0+)?$" },
    ] })
}

/// The discriminator under any of its names, or none.
fn kind(word: &str) -> Value {
    let pattern = format!("^({})$", words(&[word], ""));
    every(
        KIND,
        &json!({ "type": ["string", "null"], "pattern": pattern }),
    )
}

/// A pattern for words in any letter case.
fn words(words: &[&str], ending: &str) -> String {
    let letters = |word: &str| -> String {
        word.chars()
            .map(|letter| format!("[{letter}{}]", letter.to_ascii_uppercase()))
            .collect()
    };
    let patterns: Vec<_> = words.iter().map(|word| letters(word) + ending).collect();
    patterns.join("|")
}
