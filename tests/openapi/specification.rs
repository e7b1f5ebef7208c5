//! An OpenAPI document, and validators for its parts.

use churnkey::Integration;
use jsonschema::Validator;
use serde_json::{Value, json};

pub(crate) struct Specification(pub(crate) Value);

impl Specification {
    pub(crate) fn of<T: Integration>() -> Self {
        Self(T::openapi())
    }

    pub(crate) fn paths(&self) -> impl Iterator<Item = (&str, &Value)> {
        let paths = self.0["paths"].as_object().unwrap();
        paths.iter().map(|(path, item)| (path.as_str(), item))
    }

    /// Follows the references of the document, as a reader of the document does.
    pub(crate) fn resolve<'a>(&'a self, value: &'a Value) -> &'a Value {
        match value["$ref"].as_str() {
            Some(reference) => {
                let pointer = reference.strip_prefix('#').unwrap();
                self.0.pointer(pointer).unwrap_or_else(|| {
                    panic!("{reference} leads nowhere");
                })
            }
            None => value,
        }
    }

    /// Returns a validator for a schema of the document.
    pub(crate) fn validator(&self, schema: &Value) -> Validator {
        let root = json!({ "allOf": [schema], "components": self.0["components"] });
        jsonschema::draft202012::options()
            .should_validate_formats(true)
            .build(&root)
            .unwrap()
    }

    pub(crate) fn model(&self, name: &str) -> Validator {
        assert!(
            self.0["components"]["schemas"][name].is_object(),
            "there is no {name}"
        );
        self.validator(&json!({ "$ref": format!("#/components/schemas/{name}") }))
    }

    /// Returns the schema of a response, or `None` if its body is empty.
    pub(crate) fn answer(&self, path: &str, method: &str, status: u16) -> Option<&Value> {
        let response = &self.0["paths"][path][method]["responses"][status.to_string()];
        assert!(
            response.is_object(),
            "{method} {path} does not declare {status}"
        );
        self.resolve(response)
            .pointer("/content/application~1json/schema")
    }

    /// Returns the schema of a request body.
    pub(crate) fn body(&self, path: &str) -> Option<&Value> {
        self.0["paths"][path]
            .pointer("/post/requestBody/content/application~1json/schema")
            .map(|schema| self.resolve(schema))
    }
}
