//! The body of an action, which is decoded and checked before any change.

use jiff::civil::DateTime;
use serde_json::Value;

use super::dates::Duration;
use super::{Action, Books, Kind};

/// The decoded body of an action.
pub(super) struct ActionRequest {
    pub(super) action: Action,
    pub(super) fields: Value,
    pub(super) customer: String,
    pub(super) subscription: Option<String>,
    /// `scheduledAt`, or `startAt` of a pause.
    pub(super) at: Option<String>,
    pub(super) duration: Option<Duration>,
    /// The coupon or the price.
    pub(super) object: Option<String>,
}

impl ActionRequest {
    pub(super) fn read(action: Action, body: &[u8]) -> Result<Self, Refusal> {
        use Action::{ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll};

        let fields: Value = serde_json::from_slice(body).unwrap_or_default();
        if !fields.is_object() {
            return Err(Refusal(400, "the body must be a JSON object"));
        }
        let text = |name: &str| match &fields[name] {
            Value::String(text) if !text.is_empty() => Ok(text.clone()),
            _ => Err(Refusal(
                400,
                "a string is missing, empty or of another type",
            )),
        };
        let schedule = |name: &str| {
            text(name).and_then(|at| match at.as_str() {
                "immediate" | "end-of-period" => Ok(at),
                _ => Err(Refusal(400, "must be `immediate` or `end-of-period`")),
            })
        };
        let object = |also: &str| match &fields["id"] {
            Value::Null => text(also),
            _ => text("id"),
        };
        for flag in ["unpause", "allowAnnual", "prorate"] {
            if !matches!(fields[flag], Value::Null | Value::Bool(_)) {
                return Err(Refusal(400, "a flag must be true or false"));
            }
        }
        Ok(Self {
            action,
            customer: text("customerId")?,
            subscription: match action.is_wide() {
                true => None,
                false => Some(text("subscriptionId")?),
            },
            at: match action {
                Cancel | CancelAll | ChangePrice => Some(schedule("scheduledAt")?),
                Pause | PauseAll => Some(schedule("startAt")?),
                ApplyCoupon | ExtendTrial => None,
            },
            duration: match action {
                Pause | PauseAll | ExtendTrial => match Duration::read(&fields["duration"]) {
                    None => return Err(Refusal(400, "`duration` is invalid")),
                    duration => duration,
                },
                _ => None,
            },
            object: match action {
                ApplyCoupon => Some(object("coupon")?),
                ChangePrice => Some(object("price")?),
                _ => None,
            },
            fields,
        })
    }

    fn flag(&self, name: &str) -> bool {
        self.fields[name] == true
    }

    /// Refuses options that the manifest switches off.
    pub(super) fn require_features(&self, features: &Value) -> Result<(), Refusal> {
        let schedules = match self.action {
            Action::Pause | Action::PauseAll => &features["startDates"],
            _ => &features["schedules"],
        };
        let kind = self.duration.as_ref().map(|duration| match duration {
            Duration::Period(_) => "period",
            Duration::Date(_) => "date",
        });
        let off = self.at.as_ref().is_some_and(|at| schedules[at] != true)
            || kind.is_some_and(|kind| features["durations"][kind] != true)
            || ["allowAnnual", "prorate"]
                .iter()
                .any(|flag| self.flag(flag) && features[flag] != true);
        match off {
            true => Err(Refusal(400, "the option is switched off")),
            false => Ok(()),
        }
    }

    /// Returns true if a subscription has the change already, and an error if it cannot have it.
    pub(super) fn is_done(&self, books: &Books, subscription: &Value) -> Result<bool, Refusal> {
        let status = subscription["status"]["name"].as_str();
        let canceled = status == Some("canceled");
        let id = subscription["id"].as_str().unwrap_or_default().to_owned();
        let noted = books.done.get(&(self.action.module(), id));
        let repeated = noted.is_some_and(|noted| *noted == self.fields["duration"]);
        match self.action {
            Action::Cancel | Action::CancelAll => Ok(canceled),
            Action::PauseAll if canceled => Ok(true),
            _ if canceled => Err(Refusal(409, "the subscription is canceled")),
            Action::Pause | Action::PauseAll => {
                let annual = subscription["duration"]["unit"] == "year";
                match (status == Some("paused"), self.action) {
                    (true, Action::PauseAll) => Ok(true),
                    (true, _) if repeated => Ok(true),
                    (true, _) => Err(Refusal(409, "the subscription has another pause")),
                    (false, _) if annual && !self.flag("allowAnnual") => {
                        Err(Refusal(400, "an annual subscription cannot be paused"))
                    }
                    (false, _) => Ok(false),
                }
            }
            Action::ApplyCoupon => {
                let coupon = self.object.as_deref().unwrap_or_default();
                if books.find(Kind::Coupons, coupon).is_none() {
                    return Err(Refusal(404, "there is no such coupon"));
                }
                let discounts = subscription["discounts"].as_array();
                Ok(discounts.is_some_and(|discounts| {
                    let mut coupons = discounts.iter().map(|discount| &discount["coupon"]["id"]);
                    coupons.any(|id| *id == coupon)
                }))
            }
            Action::ChangePrice => {
                let price = self.object.as_deref().unwrap_or_default();
                if books.find(Kind::Prices, price).is_none() {
                    return Err(Refusal(404, "there is no such price"));
                }
                Ok(subscription["items"][0]["price"]["id"] == price)
            }
            Action::ExtendTrial => match (noted, status == Some("trial")) {
                _ if repeated => Ok(true),
                (_, false) => Err(Refusal(409, "the subscription is not in a trial")),
                (None, true) => Ok(false),
                (Some(_), true) => Err(Refusal(400, "the trial was extended before")),
            },
        }
    }

    /// The end of the duration for a start.
    pub(super) fn end(&self, start: DateTime) -> Result<DateTime, Refusal> {
        let end = self
            .duration
            .as_ref()
            .and_then(|duration| duration.end(start));
        end.ok_or(Refusal(400, "`duration` must end after its start"))
    }
}

/// The status and the message of a refused action.
pub(super) struct Refusal(pub(super) u16, pub(super) &'static str);
