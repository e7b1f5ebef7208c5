//! The ids of a recording, and the models that they belong to.

use std::collections::HashMap;

use churnkey_protocol::{FieldKind, Model, Module, Operation, operations};
use serde_json::Value;

use crate::recording::Call;

/// The beginning of a pseudonym.
const PSEUDONYM: &str = "id:";

/// The calls with one pseudonym.
#[derive(Clone, Debug)]
pub(crate) struct Usage {
    pub(crate) pseudonym: String,
    pub(crate) model: Model,
    /// The customer of a subscription.
    pub(crate) owner: Option<String>,
    /// The response when it was retrieved.
    pub(crate) shape: Option<Vec<String>>,
    /// The status that a subscription should have for the actions on it.
    pub(crate) wants: Option<&'static str>,
    is_found: bool,
    is_missed: bool,
}

impl Usage {
    /// `true` if no call found it.
    pub(crate) fn is_unknown(&self) -> bool {
        self.is_missed && !self.is_found
    }
}

/// The operation of a call.
pub(crate) fn operation_of(call: &Call) -> Option<(&'static Module, &'static Operation)> {
    operations().find(|(_, one)| one.path == call.path && one.method.as_str() == call.method)
}

/// The value of a call that is a pseudonym.
pub(crate) fn pseudonym(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| text.starts_with(PSEUDONYM))
}

/// The customer of a call.
pub(crate) fn customer_of(call: &Call) -> Option<&str> {
    let in_path = call.parameters.get(Model::Customer.id_name());
    let in_path = in_path.and_then(pseudonym);
    in_path.or_else(|| of_body(call, Model::Customer))
}

/// The pseudonyms of the reduced calls, in the order of their first appearance.
pub(crate) fn usages<'c>(calls: impl Iterator<Item = &'c Call>) -> Vec<Usage> {
    let mut usages: Vec<Usage> = Vec::new();
    let mut places: HashMap<(String, &str), usize> = HashMap::new();
    for call in calls {
        let Some((module, operation)) = operation_of(call) else {
            continue;
        };
        let own = retrieved(operation);
        for (model, pseudonym) in ids(call, operation) {
            let key = (pseudonym.to_owned(), model.name());
            let index = *places.entry(key).or_insert_with(|| {
                usages.push(Usage {
                    pseudonym: pseudonym.to_owned(),
                    model,
                    owner: None,
                    shape: None,
                    wants: None,
                    is_found: false,
                    is_missed: false,
                });
                usages.len() - 1
            });
            let usage = &mut usages[index];
            let is_success = matches!(call.status, Some(200..300));
            usage.is_found |= is_success;
            // The customer of a subscription that is not found may exist.
            let is_subject = model != Model::Customer || !mentions_subscription(operation, call);
            usage.is_missed |= call.status == Some(404) && is_subject;
            if model == Model::Subscription && (usage.owner.is_none() || is_success) {
                usage.owner = customer_of(call).map(str::to_owned);
            }
            if is_success && own == Some(model) {
                usage.shape.clone_from(&call.shape);
            }
            if is_success && model == Model::Subscription && operation.method.as_str() == "POST" {
                let wants = match module.name {
                    "extend_trial" => "trial",
                    _ => "active",
                };
                usage.wants.get_or_insert(wants);
            }
        }
    }
    usages
}

/// The model whose id ends the path.
fn retrieved(operation: &Operation) -> Option<Model> {
    let last = operation.path.rsplit('/').next()?;
    operation.inputs.iter().find_map(|input| match input {
        churnkey_protocol::Input::Id(model) if last.trim_matches(['{', '}']) == model.id_name() => {
            Some(*model)
        }
        _ => None,
    })
}

fn mentions_subscription(operation: &Operation, call: &Call) -> bool {
    operation.path.contains(Model::Subscription.id_name())
        || of_body(call, Model::Subscription).is_some()
}

fn ids<'c>(call: &'c Call, operation: &'static Operation) -> Vec<(Model, &'c str)> {
    let in_path = operation.inputs.iter().filter_map(|input| match input {
        churnkey_protocol::Input::Id(model) => {
            Some((*model, pseudonym(call.parameters.get(model.id_name())?)?))
        }
        _ => None,
    });
    let fields = call.body.as_object().into_iter().flatten();
    let in_body = fields.filter_map(|(name, value)| {
        let model = model_of_field(call, name)?;
        Some((model, pseudonym(value)?))
    });
    in_path.chain(in_body).collect()
}

fn of_body(call: &Call, model: Model) -> Option<&str> {
    let mut fields = call.body.as_object()?.iter();
    fields.find_map(|(name, value)| {
        (model_of_field(call, name) == Some(model)).then(|| pseudonym(value))?
    })
}

/// The model of an id in a body, by the names of the protocol in any spelling.
pub(crate) fn model_of_field(call: &Call, name: &str) -> Option<Model> {
    let (module, _) = operation_of(call)?;
    let plain = |name: &str| name.replace(['_', '-'], "").to_ascii_lowercase();
    module.fields.iter().find_map(|field| match field.kind {
        FieldKind::Id(model)
            if field.names().any(|own| plain(own) == plain(name))
                || plain(model.id_name()) == plain(name) =>
        {
            Some(model)
        }
        _ => None,
    })
}
