//! Reading an action's body field by field, so that a refusal names the field and the rule and never a value.

use serde_json::Value;

use crate::action::{Fields, Schedule};
use crate::manifest::{Actions, Durations, Schedules};
use crate::model::{CustomerId, Duration, SubscriptionId};
use crate::{Error, Result};

/// A request that is read from the body of an action.
pub(crate) trait FromBody: Sized {
    /// Reads the fields, and refuses what the provider's features switch off.
    fn from_body(body: &Body<'_>) -> Result<Self>;
}

/// The body of an action, and what the provider has switched on.
pub(crate) struct Body<'a> {
    pub(crate) fields: &'a Fields,
    pub(crate) actions: &'a Actions,
}

impl Body<'_> {
    fn get(&self, field: &str) -> Option<&Value> {
        self.fields.get(field)
    }

    fn text(&self, field: &'static str) -> Result<&str> {
        match self.get(field) {
            Some(Value::String(text)) if !text.is_empty() => Ok(text),
            Some(Value::String(_)) => Err(wrong(field, "must not be empty")),
            Some(_) => Err(wrong(field, "must be a string")),
            None => Err(wrong(field, "is required")),
        }
    }

    pub(super) fn customer_id(&self) -> Result<CustomerId> {
        self.text("customerId").map(CustomerId::from)
    }

    pub(super) fn subscription_id(&self) -> Result<SubscriptionId> {
        self.text("subscriptionId").map(SubscriptionId::from)
    }

    /// The object of an action: `id`, or the name of what it is (the second form **assumed**).
    pub(super) fn object_id<T: for<'s> From<&'s str>>(&self, also: &'static str) -> Result<T> {
        let field = if self.get("id").is_none() && self.get(also).is_some() {
            also
        } else {
            "id"
        };
        self.text(field).map(T::from)
    }

    pub(super) fn flag(&self, field: &'static str) -> Result<bool> {
        match self.get(field) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(wrong(field, "must be true or false")),
        }
    }

    /// A flag that may only be true if the feature of the same name is on.
    pub(super) fn featured_flag(&self, field: &'static str, feature: bool) -> Result<bool> {
        let flag = self.flag(field)?;
        if flag && !feature {
            return Err(wrong(
                field,
                "must be false or absent: this provider does not offer it",
            ));
        }
        Ok(flag)
    }

    pub(super) fn schedule(&self, field: &'static str, on: Schedules) -> Result<Schedule> {
        let schedule = match self.text(field)? {
            "immediate" => Schedule::Immediate,
            "end-of-period" => Schedule::EndOfPeriod,
            _ => return Err(wrong(field, "must be `immediate` or `end-of-period`")),
        };
        match schedule {
            Schedule::Immediate if !on.immediate => Err(wrong(
                field,
                "must be `end-of-period`: this provider does not offer `immediate`",
            )),
            Schedule::EndOfPeriod if !on.end_of_period => Err(wrong(
                field,
                "must be `immediate`: this provider does not offer `end-of-period`",
            )),
            schedule => Ok(schedule),
        }
    }

    pub(super) fn duration(&self, on: Durations) -> Result<Duration> {
        let value = self
            .get("duration")
            .ok_or_else(|| wrong("duration", "is required"))?;
        let duration = Duration::from_json(value).map_err(|fault| {
            let dot = if fault.field.is_empty() { "" } else { "." };
            Error::bad_request(format!("`duration{dot}{}` {}", fault.field, fault.rule))
        })?;
        match duration {
            Duration::Period { .. } if !on.period => Err(wrong(
                "duration.type",
                "must be `date`: this provider does not offer `period`",
            )),
            Duration::Date(_) if !on.date => Err(wrong(
                "duration.type",
                "must be `period`: this provider does not offer `date`",
            )),
            duration => Ok(duration),
        }
    }
}

/// The features of an action whose request is being read.
///
/// The compiler has seen to it that they are there; a manifest without them refuses every request.
pub(super) fn features<F>(features: Option<F>) -> Result<F> {
    features.ok_or_else(|| Error::not_found("this provider does not have the action"))
}

fn wrong(field: &str, rule: &str) -> Error {
    Error::bad_request(format!("`{field}` {rule}"))
}
