//! The operations of the document, and the parameters that they share.

use serde_json::{Value, json};

use super::describe::{Described, Description, shared_parameter_references};
use super::response::{self, EVERYWHERE};
use super::schemas::Schemas;
use crate::integration::endpoint;
use crate::manifest::{Manifest, Spelling};
use crate::operation::{Operation, Side};

pub(super) fn method(operation: Operation) -> &'static str {
    match operation.side() {
        Side::Controller => "get",
        Side::Action => "post",
    }
}

pub(super) fn describe(
    operation: Operation,
    manifest: &Manifest,
    schemas: &mut Schemas,
) -> Described {
    let mut description = Description::new(operation, manifest, schemas);
    endpoint::describe(operation, &mut description);
    description.finish()
}

/// Describes `GET /churnkey/features`, which no function serves.
pub(super) fn features(manifest: &Manifest) -> Described {
    let mut statuses = EVERYWHERE.to_vec();
    // No function that could fail is called.
    statuses.retain(|status| *status != 500);
    let spellings = Spelling::ALL.map(|spelling| manifest.spelled(spelling));
    let schema = match &spellings[..] {
        [camel, others @ ..] if others.contains(camel) => json!({ "const": camel }),
        _ => json!({ "enum": spellings }),
    };
    let success = json!({
        "description": "The manifest, which changes only with a new build of the provider.",
        "headers": { "X-Request-Id": { "$ref": "#/components/headers/RequestId" } },
        "content": { "application/json": { "schema": schema } },
    });
    Described {
        operation: json!({
            "operationId": "retrieveFeatures",
            "tags": ["features"],
            "summary": "The features of the provider.",
            "description": "Protocol: **doc**; the camelCase of actions of several words is **assumed**.",
            "parameters": shared_parameter_references(),
            "responses": response::of_operation(success, &statuses),
        }),
        statuses,
    }
}

pub(super) fn shared_parameters() -> Value {
    json!({
        "Mode": {
            "name": "X-Churnkey-Mode",
            "in": "header",
            "description": "The data of the request: test data or real customers. Protocol: \
                            **doc**; that the letter case does not count is **assumed**.",
            "schema": {
                "type": "string",
                "pattern": "^([tT][eE][sS][tT]|[lL][iI][vV][eE])$",
                "default": "live",
            },
        },
        "RequestId": {
            "name": "X-Request-Id",
            "in": "header",
            "description": "An id for the logs. It is used and sent back if it has 1 to 128 \
                            letters, digits and `-_.:/=+`, and replaced by another one if not.",
            "schema": { "type": "string" },
        },
    })
}
