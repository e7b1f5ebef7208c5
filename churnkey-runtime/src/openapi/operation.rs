//! One operation: its parameters, its body and its answers, from the types that the table gives it.

use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::body::Accepted;
use super::response::{self, EVERYWHERE};
use super::schemas::Schemas;
use crate::action::{ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll};
use crate::manifest::{Actions, Manifest};
use crate::model::{
    CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
};
use crate::page::MAX_CURSOR_BYTES;
use crate::{Operation, Page, PageRequest, Side};

/// An Operation Object, and the statuses of the shared responses to which it refers.
pub(super) struct Described {
    pub(super) operation: Value,
    pub(super) statuses: Vec<u16>,
}

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
    let mut description = Description {
        operation,
        actions: &manifest.actions,
        schemas,
        parameters: Vec::new(),
        body: None,
        success: Value::Null,
        statuses: EVERYWHERE.to_vec(),
    };
    operation.describe(&mut description);
    description.finish()
}

/// `GET /churnkey/features`, which no function serves.
pub(super) fn features(manifest: &Manifest) -> Described {
    let mut statuses = EVERYWHERE.to_vec();
    // No function that could fail is called.
    statuses.retain(|status| *status != 500);
    let success = json!({
        "description": "The manifest, which is the same as long as the provider is not built anew.",
        "headers": { "X-Request-Id": { "$ref": "#/components/headers/RequestId" } },
        "content": { "application/json": { "schema": { "const": manifest } } },
    });
    Described {
        operation: json!({
            "operationId": "retrieveFeatures",
            "tags": ["features"],
            "summary": "What the provider supports.",
            "description": "Protocol: **doc**; the camelCase of actions of several words is **assumed**.",
            "parameters": shared_parameter_references(),
            "responses": response::of_operation(success, &statuses),
        }),
        statuses,
    }
}

/// An operation that is being described.
pub(crate) struct Description<'a> {
    operation: Operation,
    actions: &'a Actions,
    schemas: &'a mut Schemas,
    parameters: Vec<Value>,
    body: Option<Value>,
    success: Value,
    statuses: Vec<u16>,
}

impl Description<'_> {
    /// The next parameter of the path: they stand in it in the order in which a function is given them.
    fn path_parameter<T: JsonSchema>(&mut self) {
        let mut names = self.operation.path().split('{').skip(1);
        let name = names
            .nth(self.parameters.len())
            .and_then(|rest| rest.split('}').next());
        self.parameters.push(json!({
            "name": name,
            "in": "path",
            "required": true,
            "description": "Percent-encoded; it may hold any character (**assumed**).",
            "schema": self.schemas.accepted::<T>(),
        }));
        if self.parameters.len() == 1 {
            self.statuses.push(404);
        }
    }

    fn body<T: Accepted>(&mut self) {
        let schema = self.schemas.accepted_body::<T>(self.actions);
        self.body = Some(json!({
            "required": true,
            "content": { "application/json": { "schema": schema } },
        }));
        self.statuses.extend([404, 409, 413, 415]);
    }

    fn answer<T: JsonSchema>(&mut self, meaning: &str) {
        self.success = json!({
            "description": meaning,
            "headers": response::identified(),
            "content": { "application/json": { "schema": self.schemas.sent::<T>() } },
        });
    }

    fn finish(mut self) -> Described {
        self.statuses.sort_unstable();
        let (summary, marks) = match self.operation.docs() {
            [summary] => (*summary, "Protocol: **doc**.".to_owned()),
            [summary, marks @ ..] => (*summary, marks.concat()),
            [] => ("", String::new()),
        };
        let mut operation_id = format!("{:?}", self.operation);
        operation_id[..1].make_ascii_lowercase();
        let mut parameters = self.parameters;
        parameters.extend(shared_parameter_references());
        let mut operation = Map::from_iter([
            ("operationId".to_owned(), json!(operation_id)),
            ("tags".to_owned(), json!([self.operation.module()])),
            ("summary".to_owned(), json!(summary.trim())),
            ("description".to_owned(), json!(marks.trim())),
            ("parameters".to_owned(), json!(parameters)),
            (
                "responses".to_owned(),
                response::of_operation(self.success, &self.statuses),
            ),
        ]);
        if let Some(body) = self.body {
            operation.insert("requestBody".to_owned(), body);
        }
        Described {
            operation: Value::Object(operation),
            statuses: self.statuses,
        }
    }
}

/// What an operation gives a function, as the document has it.
pub(crate) trait Given {
    fn describe(operation: &mut Description<'_>);
}

macro_rules! given_by_path {
    ($($key:ty)+) => {$(
        impl Given for $key {
            fn describe(operation: &mut Description<'_>) {
                operation.path_parameter::<Self>();
            }
        }
    )+};
}

given_by_path! { CustomerId SubscriptionId PriceId CouponId ProductId FamilyId Email Phone }

macro_rules! given_by_body {
    ($($request:ty)+) => {$(
        impl Given for $request {
            fn describe(operation: &mut Description<'_>) {
                operation.body::<Self>();
            }
        }
    )+};
}

given_by_body! { Cancel CancelAll Pause PauseAll ApplyCoupon ChangePrice ExtendTrial }

impl Given for PageRequest {
    fn describe(operation: &mut Description<'_>) {
        operation.parameters.extend([
            json!({
                "name": "limit",
                "in": "query",
                "description": "How many items a page may hold; what is over the provider's own limit is capped. Protocol: **doc**; the default and the cap are \
                                **assumed**.",
                "schema": { "type": "integer", "minimum": 1, "default": 10 },
            }),
            json!({
                "name": "cursor",
                "in": "query",
                "description": "Where the page begins: the `next` of the page before, of the same list, customer and mode. Any other is a 400. Protocol: **doc**; \
                                the length is **assumed**.",
                "schema": { "type": "string", "maxLength": MAX_CURSOR_BYTES },
            }),
        ]);
    }
}

/// What an operation answers, as the document has it.
pub(crate) trait Answered {
    fn describe(operation: &mut Description<'_>);
}

impl Answered for () {
    fn describe(operation: &mut Description<'_>) {
        operation.success = json!({
            "description": "It is done, or was done before. The body is empty.",
            "headers": response::identified(),
        });
    }
}

impl<M: JsonSchema> Answered for Option<M> {
    fn describe(operation: &mut Description<'_>) {
        operation.answer::<M>("What was asked for.");
    }
}

impl<M: JsonSchema> Answered for Page<M> {
    fn describe(operation: &mut Description<'_>) {
        operation.answer::<Self>("A page of the list.");
    }
}

pub(super) fn shared_parameters() -> Value {
    json!({
        "Mode": {
            "name": "X-Churnkey-Mode",
            "in": "header",
            "description": "Whether the request is about test data or about real customers. Protocol: **doc**.",
            "schema": { "type": "string", "enum": ["test", "live"], "default": "live" },
        },
        "RequestId": {
            "name": "X-Request-Id",
            "in": "header",
            "description": "An id for the logs. It is kept and sent back if it is 1 to 128 letters, digits and `-_.:/=+`, and replaced by another if not.",
            "schema": { "type": "string" },
        },
    })
}

fn shared_parameter_references() -> [Value; 2] {
    ["Mode", "RequestId"].map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
}
