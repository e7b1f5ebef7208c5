//! One operation of the document: its parameters, its body and its responses, by its types.

use churnkey_protocol::Known;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};

use super::response::{self, EVERYWHERE};
use super::schemas::Schemas;
use crate::action::request::ActionRequest;
use crate::manifest::{Actions, Manifest};
use crate::model::id::{
    CouponId, CustomerId, Email, FamilyId, Phone, PriceId, ProductId, SubscriptionId,
};
use crate::operation::Operation;
use crate::page::{MAX_CURSOR_BYTES, Page, PageRequest};

/// The component of the mode of operations.
pub(super) const MODE: &str = "Mode";
/// The component of the mode of the manifest, if it differs.
pub(super) const ANY_MODE: &str = "AnyMode";

/// An Operation Object, and the statuses of the shared responses to which it refers.
pub(super) struct Described {
    pub(super) operation: Value,
    pub(super) statuses: Vec<u16>,
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

impl<'a> Description<'a> {
    pub(super) fn new(
        operation: Operation,
        manifest: &'a Manifest,
        schemas: &'a mut Schemas,
    ) -> Self {
        Self {
            operation,
            actions: &manifest.actions,
            schemas,
            parameters: Vec::new(),
            body: None,
            success: Value::Null,
            statuses: EVERYWHERE.to_vec(),
        }
    }

    /// Describes the next parameter of the path, which has them in the order of the input.
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

    fn body<T: ActionRequest>(&mut self) {
        let schema = self.schemas.body::<T>(self.actions);
        self.body = Some(json!({
            "required": true,
            "content": { "application/json": { "schema": schema } },
        }));
        self.statuses.extend([404, 409, 413]);
    }

    fn answer<T: JsonSchema>(&mut self, meaning: &str) {
        self.success = json!({
            "description": meaning,
            "headers": response::identified(),
            "content": { "application/json": { "schema": self.schemas.sent::<T>() } },
        });
    }

    pub(super) fn finish(mut self) -> Described {
        self.statuses.sort_unstable();
        let facts = self.operation.facts().operation;
        let description = match facts.known {
            Known::Doc => "Protocol: **doc**.",
            Known::Assumed => "Protocol: **doc**; the path is **assumed**.",
        };
        let mut operation_id = format!("{:?}", self.operation);
        operation_id[..1].make_ascii_lowercase();
        let mut parameters = self.parameters;
        parameters.extend(shared_parameter_references(MODE));
        let mut operation = Map::from_iter([
            ("operationId".to_owned(), json!(operation_id)),
            ("tags".to_owned(), json!([self.operation.module()])),
            ("summary".to_owned(), json!(facts.summary)),
            ("description".to_owned(), json!(description)),
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

/// An element of an operation's input.
pub(crate) trait DescribeInput {
    fn describe(operation: &mut Description<'_>);
}

macro_rules! from_path {
    ($($key:ty)+) => {$(
        impl DescribeInput for $key {
            fn describe(operation: &mut Description<'_>) {
                operation.path_parameter::<Self>();
            }
        }
    )+};
}

from_path! { CustomerId SubscriptionId PriceId CouponId ProductId FamilyId Email Phone }

impl<R: ActionRequest> DescribeInput for R {
    fn describe(operation: &mut Description<'_>) {
        operation.body::<Self>();
    }
}

impl DescribeInput for PageRequest {
    fn describe(operation: &mut Description<'_>) {
        operation.parameters.extend([
            json!({
                "name": "limit",
                "in": "query",
                "description": "The maximum number of items on the page. A number above the \
                                provider's own limit is capped. Protocol: **doc**; the default \
                                and the cap are **assumed**.",
                "schema": { "type": "integer", "minimum": 1, "default": 10 },
            }),
            json!({
                "name": "cursor",
                "in": "query",
                "description": "The start of the page: the `next` of the page before, of the same \
                                list, customer and mode. Any other is a 400. Protocol: **doc**; \
                                the length is **assumed**.",
                "schema": { "type": "string", "maxLength": MAX_CURSOR_BYTES },
            }),
        ]);
    }
}

/// The output of an operation.
pub(crate) trait DescribeOutput {
    fn describe(operation: &mut Description<'_>);
}

impl DescribeOutput for () {
    fn describe(operation: &mut Description<'_>) {
        operation.success = json!({
            "description": "The action was carried out, now or before. The body is empty.",
            "headers": response::identified(),
        });
    }
}

impl<M: JsonSchema> DescribeOutput for Option<M> {
    fn describe(operation: &mut Description<'_>) {
        operation.answer::<M>("The requested object.");
    }
}

impl<M: JsonSchema> DescribeOutput for Page<M> {
    fn describe(operation: &mut Description<'_>) {
        operation.answer::<Self>("A page of the list.");
    }
}

/// References to the parameters of every operation, of which one is the mode.
pub(super) fn shared_parameter_references(mode: &str) -> [Value; 2] {
    [mode, "RequestId"].map(|name| json!({ "$ref": format!("#/components/parameters/{name}") }))
}
