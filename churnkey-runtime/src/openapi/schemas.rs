//! The schemas of the models, as they are sent and accepted, narrowed by the manifest.

use std::collections::BTreeSet;

use schemars::generate::SchemaSettings;
use schemars::transform::{Transform, transform_subschemas};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use super::response;
use crate::action::request::ActionRequest;
use crate::manifest::{Actions, Manifest};

/// Collects the schemas to which the operations refer.
pub(super) struct Schemas {
    sent: SchemaGenerator,
    accepted: SchemaGenerator,
}

impl Schemas {
    pub(super) fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
            settings.meta_schema = None;
        });
        let settings = settings.with_transform(PlainText);
        let sent = settings.clone().for_serialize().with_transform(NeverNull);
        Self {
            sent: sent.into_generator(),
            accepted: settings.for_deserialize().into_generator(),
        }
    }

    /// A reference to the schema of a model that a provider sends.
    pub(super) fn sent<T: JsonSchema>(&mut self) -> Schema {
        self.sent.subschema_for::<T>()
    }

    /// A reference to the schema of a value that a provider accepts.
    pub(super) fn accepted<T: JsonSchema>(&mut self) -> Schema {
        self.accepted.subschema_for::<T>()
    }

    /// A reference to the body that a provider with these actions accepts.
    pub(super) fn body<T: ActionRequest>(&mut self, actions: &Actions) -> Value {
        let name = T::MODULE.ident;
        let schema = T::schema(actions, &mut self.accepted);
        self.accepted
            .definitions_mut()
            .insert(name.to_owned(), schema);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    pub(super) fn finish(mut self, manifest: &Manifest) -> Map<String, Value> {
        // A type in both is one of the ids, which are the same in both directions.
        let mut schemas = self.accepted.take_definitions(true);
        schemas.extend(self.sent.take_definitions(true));
        schemas.insert("Error".to_owned(), response::error_schema());
        for (model, kind) in [
            ("Price", serde_json::to_value(manifest.controllers.prices)),
            (
                "Product",
                serde_json::to_value(manifest.controllers.products),
            ),
        ] {
            if let (Some(schema), Ok(kind)) = (schemas.get_mut(model), kind) {
                keep_kind(schema, &kind);
            }
        }
        schemas
    }
}

/// Narrows a model to the kind that the manifest declares for all models of the provider: the
/// fields of that kind become fields of the model.
fn keep_kind(model: &mut Value, kind: &Value) {
    let Some(Value::Array(kinds)) = model
        .as_object_mut()
        .and_then(|model| model.remove("oneOf"))
    else {
        return;
    };
    for one in kinds
        .iter()
        .filter(|one| one["properties"]["type"]["const"] == *kind)
    {
        for (name, field) in one["properties"].as_object().into_iter().flatten() {
            model["properties"][name] = field.clone();
        }
        if let Some(required) = model["required"].as_array_mut() {
            required.extend(one["required"].as_array().into_iter().flatten().cloned());
        }
    }
}

/// Removes the schemas without a reference, such as that of a product's id if prices are
/// standalone.
pub(super) fn drop_unused(document: &mut Value) {
    loop {
        let mut used = BTreeSet::new();
        collect_references(document, &mut used);
        let Some(schemas) = document["components"]["schemas"].as_object_mut() else {
            return;
        };
        let before = schemas.len();
        schemas.retain(|name, _| used.contains(&format!("#/components/schemas/{name}")));
        if schemas.len() == before {
            return;
        }
    }
}

fn collect_references(value: &Value, references: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields) => {
            if let Some(Value::String(reference)) = fields.get("$ref") {
                references.insert(reference.clone());
            }
            fields
                .values()
                .for_each(|field| collect_references(field, references));
        }
        Value::Array(elements) => elements
            .iter()
            .for_each(|element| collect_references(element, references)),
        _ => {}
    }
}

/// Removes `null` from the schemas of fields: a field that a provider leaves out is absent.
#[derive(Clone, Debug)]
struct NeverNull;

impl Transform for NeverNull {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::Array(types)) = schema.get_mut("type") {
            types.retain(|name| name != "null");
            if let [only] = &types[..] {
                let only = only.clone();
                schema.insert("type".to_owned(), only);
            }
        }
        if let Some(Value::Array(choices)) = schema.get_mut("anyOf") {
            choices.retain(|choice| choice["type"] != "null");
            if let [Value::Object(only)] = &choices[..] {
                let only = only.clone();
                schema.remove("anyOf");
                for (keyword, value) in only {
                    schema.ensure_object().entry(keyword).or_insert(value);
                }
            }
        }
        transform_subschemas(self, schema);
    }
}

/// Removes the links of the Rust docs, which have no target in the document.
#[derive(Clone, Debug)]
struct PlainText;

impl Transform for PlainText {
    fn transform(&mut self, schema: &mut Schema) {
        if let Some(Value::String(description)) = schema.get_mut("description") {
            *description = without_links(description);
        }
        transform_subschemas(self, schema);
    }
}

fn without_links(text: &str) -> String {
    let mut parts = text.split("[`");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once("`]").unwrap_or((part, ""));
        let target = rest.strip_prefix('(').and_then(|rest| rest.split_once(')'));
        plain.extend(["`", name, "`", target.map_or(rest, |(_, rest)| rest)]);
    }
    plain
}
