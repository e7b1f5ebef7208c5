//! An action as a form asks for it.

use churnkey_runtime::{OfferDuration, TimeUnit, Timestamp};
use serde_json::{Map, Value, json};

use crate::check::Module;
use crate::client::Request;
use crate::dashboard::fields::Fields;

/// An action on one subscription.
#[derive(Clone, Debug)]
pub(in crate::dashboard) struct Action {
    pub(super) module: Module,
    pub(super) customer: String,
    pub(super) subscription: String,
    /// What it does, for people.
    pub(super) says: String,
    /// Whether it takes effect only at the end of the period.
    pub(super) is_later: bool,
    body: Value,
}

impl Action {
    /// Reads a form of the offers. What is wrong with it is said in words for people.
    pub(super) fn read(fields: &Fields) -> Result<Self, String> {
        let module = Module::named(fields.get("action"))
            .filter(|module| path(*module).is_some())
            .ok_or("There is no such action.")?;
        let mut body = Map::new();
        let schedule = match module {
            Module::Pause => Some("startAt"),
            Module::Cancel | Module::ChangePrice => Some("scheduledAt"),
            _ => None,
        };
        let mut is_later = false;
        let mut when = "";
        if let Some(field) = schedule {
            let schedule = fields.get("schedule");
            when = match schedule {
                "immediate" => ", immediately",
                "end-of-period" => ", at the end of the period",
                _ => return Err("Say when: immediately, or at the end of the period.".to_owned()),
            };
            is_later = schedule == "end-of-period";
            body.insert(field.to_owned(), json!(schedule));
        }
        let says = match module {
            Module::Cancel => {
                let mut says = format!("Cancel{when}");
                if fields.has("unpause") {
                    body.insert("unpause".to_owned(), json!(true));
                    says.push_str(", and end the pause first");
                }
                says
            }
            Module::Pause => {
                let (duration, says) = duration(fields)?;
                body.insert("duration".to_owned(), duration);
                if fields.has("allowAnnual") {
                    body.insert("allowAnnual".to_owned(), json!(true));
                }
                format!("Pause {says}{when}")
            }
            Module::ExtendTrial => {
                let (duration, says) = duration(fields)?;
                body.insert("duration".to_owned(), duration);
                format!("Extend the trial {says}")
            }
            Module::ApplyCoupon => {
                let id = chosen(fields, "Choose a coupon.")?;
                body.insert("id".to_owned(), json!(id));
                format!("Apply the coupon {id}")
            }
            _ => {
                let id = chosen(fields, "Choose a price.")?;
                body.insert("id".to_owned(), json!(id));
                let mut says = format!("Change the price to {id}{when}");
                if fields.has("prorate") {
                    body.insert("prorate".to_owned(), json!(true));
                    says.push_str(", prorated");
                }
                says
            }
        };
        let (customer, subscription) = (fields.get("customer"), fields.get("subscription"));
        if customer.is_empty() || subscription.is_empty() {
            return Err("The form does not say whose subscription it is about.".to_owned());
        }
        body.insert("customerId".to_owned(), json!(customer));
        body.insert("subscriptionId".to_owned(), json!(subscription));
        Ok(Self {
            module,
            customer: customer.to_owned(),
            subscription: subscription.to_owned(),
            says,
            is_later,
            body: Value::Object(body),
        })
    }

    pub(super) fn request(&self) -> Request {
        let path = path(self.module).unwrap_or_default();
        Request::post(path, &self.body)
    }
}

fn path(module: Module) -> Option<&'static str> {
    Some(match module {
        Module::Cancel => "/actions/subscription/cancel",
        Module::Pause => "/actions/subscription/pause",
        Module::ApplyCoupon => "/actions/subscription/apply-coupon",
        Module::ChangePrice => "/actions/subscription/change-price",
        Module::ExtendTrial => "/actions/subscription/extend-trial",
        _ => return None,
    })
}

/// An id is taken as it is: space may be part of it.
fn chosen<'f>(fields: &'f Fields, otherwise: &str) -> Result<&'f str, String> {
    Some(fields.get("object"))
        .filter(|id| !id.is_empty())
        .ok_or_else(|| otherwise.to_owned())
}

fn duration(fields: &Fields) -> Result<(Value, String), String> {
    let (duration, says) = match fields.get("length") {
        "period" => {
            let amount = fields.get("amount").trim().parse().ok();
            let amount: u32 = amount
                .filter(|amount| *amount > 0)
                .ok_or("How long: give a whole number from 1.")?;
            let unit = match fields.get("unit") {
                "day" => TimeUnit::Day,
                "week" => TimeUnit::Week,
                "month" => TimeUnit::Month,
                "year" => TimeUnit::Year,
                _ => return Err("How long: days, weeks, months or years.".to_owned()),
            };
            let plural = if amount == 1 { "" } else { "s" };
            let says = format!("for {amount} {}{plural}", fields.get("unit"));
            (OfferDuration::Period { amount, unit }, says)
        }
        "date" => {
            let date = fields.get("date").trim();
            let moment: Timestamp = format!("{date}T00:00:00.000Z")
                .parse()
                .map_err(|_| "Until when: give a date.")?;
            (OfferDuration::Date(moment), format!("until {date}"))
        }
        _ => return Err("Say how long: for a span of time, or up to a date.".to_owned()),
    };
    let duration = serde_json::to_value(duration).map_err(|fault| fault.to_string())?;
    Ok((duration, says))
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
    fn a_form_becomes_the_body_that_churnkey_sends() {
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
    fn a_form_that_says_too_little_is_refused() {
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
