//! The bodies of actions, restricted to what the manifest of a provider switches on: the same rules as in `action/body.rs`.

use schemars::JsonSchema;
use serde_json::{Value, json};

use crate::action::{ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll};
use crate::manifest::{Actions, CancelFeatures, Durations, PauseFeatures, Schedules};

/// A request that is read from the body of an action.
pub(super) trait Accepted: JsonSchema {
    /// Leaves in the schema what a provider with these actions accepts.
    fn restrict(fields: &mut Fields<'_>, actions: &Actions);
}

impl Accepted for Cancel {
    fn restrict(fields: &mut Fields<'_>, actions: &Actions) {
        cancel(fields, actions.cancel);
    }
}

impl Accepted for CancelAll {
    fn restrict(fields: &mut Fields<'_>, actions: &Actions) {
        cancel(fields, actions.cancel);
    }
}

fn cancel(fields: &mut Fields<'_>, features: Option<CancelFeatures>) {
    if let Some(features) = features {
        fields.schedule("scheduledAt", features.schedules);
        fields.flag("unpause", true);
    }
}

impl Accepted for Pause {
    fn restrict(fields: &mut Fields<'_>, actions: &Actions) {
        pause(fields, actions.pause);
    }
}

impl Accepted for PauseAll {
    fn restrict(fields: &mut Fields<'_>, actions: &Actions) {
        pause(fields, actions.pause);
    }
}

fn pause(fields: &mut Fields<'_>, features: Option<PauseFeatures>) {
    if let Some(features) = features {
        fields.schedule("startAt", features.start_dates);
        fields.duration(features.durations);
        fields.flag("allowAnnual", features.allow_annual);
    }
}

impl Accepted for ApplyCoupon {
    fn restrict(fields: &mut Fields<'_>, _: &Actions) {
        fields.object_id("coupon");
    }
}

impl Accepted for ChangePrice {
    fn restrict(fields: &mut Fields<'_>, actions: &Actions) {
        fields.object_id("price");
        if let Some(features) = actions.change_price {
            fields.schedule("scheduledAt", features.schedules);
            fields.flag("prorate", features.prorate);
        }
    }
}

impl Accepted for ExtendTrial {
    fn restrict(fields: &mut Fields<'_>, actions: &Actions) {
        if let Some(features) = actions.extend_trial {
            fields.duration(features.durations);
        }
    }
}

/// The schema of a body, field by field.
pub(super) struct Fields<'a>(&'a mut Value);

impl<'a> Fields<'a> {
    pub(super) fn of(schema: &'a mut Value) -> Self {
        Self(schema)
    }

    fn forms(&mut self, field: &str) -> Option<&mut Vec<Value>> {
        self.0["properties"][field]["oneOf"].as_array_mut()
    }

    fn schedule(&mut self, field: &str, on: Schedules) {
        if let Some(words) = self.forms(field) {
            words.retain(|word| match word["const"].as_str() {
                Some("immediate") => on.immediate,
                Some("end-of-period") => on.end_of_period,
                _ => false,
            });
        }
    }

    fn duration(&mut self, on: Durations) {
        if let Some(forms) = self.forms("duration") {
            forms.retain(|form| {
                let required = form["required"].as_array();
                match required.is_some_and(|names| names.contains(&json!("date"))) {
                    true => on.date,
                    false => on.period,
                }
            });
        }
    }

    /// A flag may be absent or `null`, and true only if its feature is on.
    fn flag(&mut self, field: &str, feature: bool) {
        let flag = &mut self.0["properties"][field];
        if feature {
            flag["type"] = json!(["boolean", "null"]);
        } else if let Some(schema) = flag.as_object_mut() {
            schema.remove("type");
            schema.insert("enum".to_owned(), json!([false, null]));
        }
    }

    /// The object of an action: `id`, or the name of what it is.
    fn object_id(&mut self, also: &str) {
        if let Some(required) = self.0["required"].as_array_mut() {
            required.retain(|name| name != "id");
        }
        let id = self.0["properties"]["id"].take();
        if let Some(properties) = self.0["properties"].as_object_mut() {
            properties.remove("id");
        }
        self.0["anyOf"] = json!([
            { "properties": { "id": id }, "required": ["id"] },
            {
                "title": format!("With `{also}` in place of `id` (assumed)"),
                "properties": { also: id, "id": { "type": "null" } },
                "required": [also],
            },
        ]);
    }
}
