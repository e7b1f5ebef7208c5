//! The operations of the document, and the parameters that they share.

use serde_json::{Value, json};

use super::describe::{ANY_MODE, Described, Description, MODE, shared_parameter_references};
use super::response::{self, EVERYWHERE};
use super::schemas::Schemas;
use crate::integration::endpoint;
use crate::manifest::{Manifest, Spelling};
use crate::mode::{Mode, Modes};
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

/// Describes `GET /churnkey/features`, which no function serves, in any mode.
pub(super) fn features(manifest: &Manifest, modes: Modes) -> Described {
    let mut statuses = EVERYWHERE.to_vec();
    // No function that could fail is called.
    statuses.retain(|status| *status != 500);
    let mode = match modes {
        Modes::Only(_) => ANY_MODE,
        Modes::Separate | Modes::Shared => MODE,
    };
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
            "parameters": shared_parameter_references(mode),
            "responses": response::of_operation(success, &statuses),
        }),
        statuses,
    }
}

pub(super) fn shared_parameters(modes: Modes) -> Value {
    let any = json!({
        "name": "X-Churnkey-Mode",
        "in": "header",
        "description": "The data of the request: test data or real customers. Protocol: **doc**; \
                        that the letter case does not count is **assumed**.",
        "schema": {
            "type": "string",
            "pattern": "^([tT][eE][sS][tT]|[lL][iI][vV][eE])$",
            "default": "live",
        },
    });
    let mut parameters = json!({
        MODE: any,
        "RequestId": {
            "name": "X-Request-Id",
            "in": "header",
            "description": "An id for the logs. It is used and sent back if it has 1 to 128 \
                            letters, digits and `-_.:/=+`, and replaced by another one if not.",
            "schema": { "type": "string" },
        },
    });
    if let Modes::Only(mode) = modes {
        let only = &mut parameters[MODE];
        only["description"] = json!(format!(
            "This provider serves {mode} mode only, and an absent header means live mode. Protocol: **doc**.",
        ));
        only["required"] = json!(mode == Mode::Test);
        let pattern = match mode {
            Mode::Test => "^[tT][eE][sS][tT]$",
            Mode::Live => "^[lL][iI][vV][eE]$",
        };
        only["schema"] = json!({ "type": "string", "pattern": pattern });
        parameters[ANY_MODE] = any;
    }
    parameters
}
