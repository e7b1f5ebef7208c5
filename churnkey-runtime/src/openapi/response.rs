//! The answers that several operations share: errors, and the headers that go with them.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

/// The statuses that every request may be answered with.
pub(super) const EVERYWHERE: [u16; 7] = [400, 401, 408, 429, 431, 500, 503];

struct Refusal {
    status: u16,
    name: &'static str,
    meaning: &'static str,
}

const REFUSALS: &[Refusal] = &[
    Refusal {
        status: 400,
        name: "BadRequest",
        meaning: "The request is invalid, or has an option that the manifest switches off. \
                  Protocol: **doc**.",
    },
    Refusal {
        status: 401,
        name: "Unauthorized",
        meaning: "The token is missing or wrong. Protocol: **doc**.",
    },
    Refusal {
        status: 404,
        name: "NotFound",
        meaning: "The requested object does not exist, or belongs to another customer. Protocol: \
                  **doc**.",
    },
    Refusal {
        status: 408,
        name: "RequestTimeout",
        meaning: "The request did not arrive in time.",
    },
    Refusal {
        status: 409,
        name: "Conflict",
        meaning: "The request is valid, but the present state does not allow it.",
    },
    Refusal {
        status: 413,
        name: "PayloadTooLarge",
        meaning: "The body is longer than the limit of the provider.",
    },
    Refusal {
        status: 429,
        name: "TooManyRequests",
        meaning: "There were too many attempts with a wrong token.",
    },
    Refusal {
        status: 431,
        name: "RequestHeaderFieldsTooLarge",
        meaning: "The path and the headers are longer than the limit of the provider. The body is \
                  empty.",
    },
    Refusal {
        status: 500,
        name: "InternalServerError",
        meaning: "The provider failed. Protocol: **doc**.",
    },
    Refusal {
        status: 503,
        name: "ServiceUnavailable",
        meaning: "The provider cannot respond now, and the same request may succeed later.",
    },
];

impl Refusal {
    fn component(&self) -> Value {
        if self.status == 431 {
            // hyper sends this one by itself.
            return json!({ "description": self.meaning });
        }
        let mut properties = json!({ "code": { "const": self.status } });
        if self.status == 401 {
            // Constant, so that it reveals nothing.
            properties["message"] = json!({ "const": "Unauthorized" });
        }
        let mut headers = Map::new();
        if self.status != 401 {
            headers.insert("X-Request-Id".to_owned(), header("RequestId"));
        }
        if matches!(self.status, 429 | 503) {
            headers.insert("Retry-After".to_owned(), header("RetryAfter"));
        }
        json!({
            "description": self.meaning,
            "headers": headers,
            "content": {
                "application/json": {
                    "schema": { "$ref": "#/components/schemas/Error", "properties": properties },
                },
            },
        })
    }
}

fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

/// The `responses` of an operation: its success, and a reference for each other status.
pub(super) fn of_operation(success: Value, statuses: &[u16]) -> Value {
    let refusals = REFUSALS
        .iter()
        .filter(|refusal| statuses.contains(&refusal.status));
    let mut responses: Map<_, _> = refusals
        .map(|refusal| {
            let reference = format!("#/components/responses/{}", refusal.name);
            (refusal.status.to_string(), json!({ "$ref": reference }))
        })
        .collect();
    responses.insert("200".to_owned(), success);
    Value::Object(responses)
}

/// The shared responses of these statuses.
pub(super) fn components(statuses: &BTreeSet<u16>) -> Map<String, Value> {
    REFUSALS
        .iter()
        .filter(|refusal| statuses.contains(&refusal.status))
        .map(|refusal| (refusal.name.to_owned(), refusal.component()))
        .collect()
}

/// The headers of a success of a function, which is always logged under an id.
pub(super) fn identified() -> Value {
    let mut header = request_id();
    header["required"] = json!(true);
    json!({ "X-Request-Id": header })
}

pub(super) fn headers() -> Value {
    json!({
        "RequestId": request_id(),
        "RetryAfter": {
            "description": "The number of seconds after which the same request may succeed.",
            "schema": { "type": "integer", "minimum": 1 },
        },
    })
}

fn request_id() -> Value {
    json!({
        "description": "The id under which the request is logged.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 128 },
    })
}

/// The body of every answer that is not a success.
pub(super) fn error_schema() -> Value {
    json!({
        "description": "The reason of a failure. Protocol: **doc**.",
        "type": "object",
        "properties": {
            "code": {
                "description": "The status of the response.",
                "type": "integer",
                "minimum": 400,
                "maximum": 599,
            },
            "message": { "description": "The reason, for people.", "type": "string" },
        },
        "required": ["code", "message"],
    })
}
