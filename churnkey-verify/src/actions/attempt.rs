//! One attempt at an action: the request and its expected effect.

use serde_json::{Map, Value};

use super::effect::Effect;
use super::variant;
use crate::check::Module;
use crate::client::Request;

/// An action with all that is asked for.
#[derive(Clone, Debug)]
pub(super) struct Attempt {
    pub(super) module: Module,
    pub(super) target: Target,
    pub(super) body: Map<String, Value>,
    pub(super) effect: Effect,
}

/// On what an action works: one subscription, or all that a customer has.
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

    /// With other fields; `null` takes one out.
    pub(super) fn with(&self, fields: Value) -> Request {
        let mut body = self.body.clone();
        if let Value::Object(fields) = fields {
            body.extend(fields);
        }
        body.retain(|_, value| !value.is_null());
        Request::post(variant::path(self.module), &Value::Object(body))
    }
}
