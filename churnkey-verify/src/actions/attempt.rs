//! One attempt at an action: the request and its expected effect.

use serde_json::{Map, Value};

use super::effect::Effect;
use super::variant;
use crate::client::Request;
use crate::module::Module;

/// An action with its body and its expected effect.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) module: Module,
    pub(super) target: Target,
    pub(super) body: Map<String, Value>,
    pub(super) effect: Effect,
}

/// The subscriptions of an action: one, or all of a customer.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) customer: String,
    pub(super) subscriptions: Vec<String>,
}

impl Attempt {
    pub(super) fn request(&self) -> Request {
        Request::post(
            variant::path(self.module),
            &Value::Object(self.body.clone()),
        )
    }

    /// The request with other fields. `null` removes a field.
    pub(super) fn with(&self, fields: Value) -> Request {
        let mut body = self.body.clone();
        if let Value::Object(fields) = fields {
            body.extend(fields);
        }
        body.retain(|_, value| !value.is_null());
        Request::post(variant::path(self.module), &Value::Object(body))
    }
}
