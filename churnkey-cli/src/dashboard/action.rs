//! An action that a form requests.

use churnkey_protocol::{Field, FieldKind, Model};
use churnkey_runtime::{OfferDuration, TimeUnit, Timestamp};
use churnkey_verify::Module;
use churnkey_verify::internal::Request;
use serde_json::{Map, Value, json};

use super::fields::Fields;

/// An action on one subscription, or on all subscriptions of a customer.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub(super) module: Module,
    pub(super) customer: String,
    /// `None` for an action on all subscriptions of the customer.
    pub(super) subscription: Option<String>,
    /// The description for the user.
    pub(super) label: String,
    /// True if the action takes effect only at the end of the period.
    pub(super) is_later: bool,
    body: Value,
}

impl Action {
    /// Reads a form of the offers. An error is a message for the user.
    pub(super) fn read(fields: &Fields) -> Result<Self, String> {
        let (module, line) = Module::named(fields.get("action"))
            .filter(|module| module.is_action())
            .and_then(|module| Some((module, module.protocol()?)))
            .ok_or("There is no such action.")?;
        let mut body = Map::new();
        let mut read = Read::default();
        for field in line.fields {
            if let Some(value) = read.field(field, fields)? {
                body.insert(field.name.to_owned(), value);
            }
        }
        let label = label(module, &read);
        let (customer, subscription) = (fields.get("customer"), fields.get("subscription"));
        let is_wide = module.single().is_some();
        if customer.is_empty() || subscription.is_empty() != is_wide {
            return Err("The form does not name what the action is about.".to_owned());
        }
        body.insert("customerId".to_owned(), json!(customer));
        if !is_wide {
            body.insert("subscriptionId".to_owned(), json!(subscription));
        }
        Ok(Self {
            module,
            customer: customer.to_owned(),
            subscription: (!is_wide).then(|| subscription.to_owned()),
            label,
            is_later: read.is_later,
            body: Value::Object(body),
        })
    }

    pub(super) fn request(&self) -> Request {
        let path = self.module.action_path().unwrap_or_default();
        Request::post(path, &self.body)
    }
}

/// The values of a form, as words for the label.
#[derive(Default)]
struct Read {
    /// ", immediately"
    when: &'static str,
    is_later: bool,
    /// "for 2 months"
    length: String,
    object: String,
    flags: Vec<&'static str>,
}

impl Read {
    /// The value of a field of the body, if the form has one.
    fn field(&mut self, field: &'static Field, fields: &Fields) -> Result<Option<Value>, String> {
        Ok(match field.kind {
            FieldKind::Schedule => {
                let schedule = fields.get("schedule");
                self.when = match schedule {
                    "immediate" => ", immediately",
                    "end-of-period" => ", at the end of the period",
                    _ => {
                        return Err(
                            "Choose when: immediately or at the end of the period.".to_owned()
                        );
                    }
                };
                self.is_later = schedule == "end-of-period";
                Some(json!(schedule))
            }
            FieldKind::Duration => {
                let (duration, length) = duration(fields)?;
                self.length = length;
                Some(duration)
            }
            FieldKind::Flag => {
                let is_set = fields.has(field.name);
                self.flags.extend(is_set.then_some(field.name));
                is_set.then_some(Value::Bool(true))
            }
            // Hidden fields of every form, which are read below.
            FieldKind::Id(Model::Customer | Model::Subscription) => None,
            FieldKind::Id(model) => {
                let error = format!("Choose a {}.", model.name().to_lowercase());
                let id = chosen(fields, &error)?;
                self.object = id.to_owned();
                Some(json!(id))
            }
        })
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.contains(&flag)
    }
}

/// The description of an action for the user.
fn label(module: Module, read: &Read) -> String {
    let Read {
        when,
        length,
        object,
        ..
    } = read;
    match module {
        Module::Cancel if read.has("unpause") => format!("Cancel{when}, and end the pause first"),
        Module::Cancel => format!("Cancel{when}"),
        Module::Pause => format!("Pause {length}{when}"),
        Module::CancelAll if read.has("unpause") => {
            format!("Cancel all subscriptions{when}, and end pauses first")
        }
        Module::CancelAll => format!("Cancel all subscriptions{when}"),
        Module::PauseAll => format!("Pause all subscriptions {length}{when}"),
        Module::ExtendTrial => format!("Extend the trial {length}"),
        Module::ApplyCoupon => format!("Apply the coupon {object}"),
        Module::ChangePrice if read.has("prorate") => {
            format!("Change the price to {object}{when}, prorated")
        }
        Module::ChangePrice => format!("Change the price to {object}{when}"),
        other => format!("{other} {object} {length}{when}"),
    }
}

/// The chosen id. It is not trimmed, because white space may be part of an id.
fn chosen<'f>(fields: &'f Fields, error: &str) -> Result<&'f str, String> {
    Some(fields.get("object"))
        .filter(|id| !id.is_empty())
        .ok_or_else(|| error.to_owned())
}

fn duration(fields: &Fields) -> Result<(Value, String), String> {
    let (duration, label) = match fields.get("length") {
        "period" => {
            let amount = fields.get("amount").trim().parse().ok();
            let amount: u32 = amount
                .filter(|amount| *amount > 0)
                .ok_or("Length: enter a whole number from 1.")?;
            let unit = match fields.get("unit") {
                "day" => TimeUnit::Day,
                "week" => TimeUnit::Week,
                "month" => TimeUnit::Month,
                "year" => TimeUnit::Year,
                _ => return Err("Length: choose days, weeks, months or years.".to_owned()),
            };
            let plural = if amount == 1 { "" } else { "s" };
            let label = format!("for {amount} {}{plural}", fields.get("unit"));
            (OfferDuration::Period { amount, unit }, label)
        }
        "date" => {
            let date = fields.get("date").trim();
            let moment: Timestamp = format!("{date}T00:00:00.000Z")
                .parse()
                .map_err(|_| "End: enter a valid date.")?;
            (OfferDuration::Date(moment), format!("until {date}"))
        }
        _ => return Err("Choose how long: for a length of time or until a date.".to_owned()),
    };
    let duration = serde_json::to_value(duration).map_err(|fault| fault.to_string())?;
    Ok((duration, label))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&str, &str)]) -> Result<Value, String> {
        let mut all = vec![
            ("customer".to_owned(), "c/1".to_owned()),
            ("subscription".to_owned(), "s_1".to_owned()),
        ];
        let fields = fields.iter();
        all.extend(fields.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Action::read(&Fields::new(all)).map(|action| action.body)
    }

    #[test]
    fn form_becomes_the_body_that_churnkey_sends() {
        let pause = [
            ("action", "pause"),
            ("schedule", "immediate"),
            ("length", "period"),
            ("amount", "2"),
            ("unit", "month"),
            ("date", ""),
        ];
        assert_eq!(
            read(&pause),
            Ok(json!({
                "customerId": "c/1", "subscriptionId": "s_1", "startAt": "immediate",
                "duration": { "type": "period", "amount": 2, "unit": "month" },
            }))
        );
        let change = [
            ("action", "change-price"),
            ("schedule", "end-of-period"),
            ("object", " p "),
            ("prorate", "on"),
        ];
        assert_eq!(
            read(&change),
            Ok(json!({
                "customerId": "c/1", "subscriptionId": "s_1", "scheduledAt": "end-of-period", "id": " p ", "prorate": true,
            }))
        );
        let extend = [
            ("action", "extend-trial"),
            ("length", "date"),
            ("date", "2026-09-01"),
        ];
        assert_eq!(
            read(&extend),
            Ok(json!({
                "customerId": "c/1", "subscriptionId": "s_1",
                "duration": { "type": "date", "date": "2026-09-01T00:00:00.000Z" },
            }))
        );
    }

    #[test]
    fn action_on_all_subscriptions_names_none() {
        let fields = |subscription: &str| {
            let fields = [
                ("customer", "c/1"),
                ("subscription", subscription),
                ("action", "cancel-all"),
                ("schedule", "end-of-period"),
            ];
            let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
            Action::read(&Fields::new(fields.to_vec())).map(|action| action.body)
        };
        let body = json!({ "customerId": "c/1", "scheduledAt": "end-of-period" });
        assert_eq!(fields(""), Ok(body));
        assert!(fields("s_1").is_err());
    }

    #[test]
    fn incomplete_or_invalid_form_is_rejected() {
        let bad: [&[(&str, &str)]; 8] = [
            &[],
            &[("action", "customers")],
            &[("action", "cancel-all"), ("schedule", "immediate")],
            &[("action", "cancel")],
            &[("action", "cancel"), ("schedule", "tomorrow")],
            &[("action", "apply-coupon"), ("object", "")],
            &[
                ("action", "extend-trial"),
                ("length", "period"),
                ("amount", "0"),
                ("unit", "day"),
            ],
            &[
                ("action", "extend-trial"),
                ("length", "date"),
                ("date", "2026-02-30"),
            ],
        ];
        for fields in bad {
            assert!(read(fields).is_err(), "{fields:?}");
        }
    }
}
