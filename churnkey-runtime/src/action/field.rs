//! The types of the fields in an action's body: one rule both reads and describes each.

use std::borrow::Cow;

use churnkey_protocol::spelling::KIND;
use churnkey_protocol::{FieldKind, Model};
use serde::Serialize;
#[cfg(feature = "openapi")]
use {
    crate::model::duration,
    schemars::SchemaGenerator,
    serde_json::{Value, json},
};

use super::party::Party;
use super::schedule::Schedule;
use crate::json::Json;
use crate::manifest::{Durations, Schedules};
use crate::model::duration::OfferDuration;
use crate::model::id::{CouponId, CustomerId, PriceId, SubscriptionId};

/// A type of a field.
pub(super) trait Field: Sized + Serialize {
    /// The kind in the protocol table.
    const KIND: FieldKind;
    /// The feature that narrows the field.
    type Rule: Copy;
    /// The rule of a field that no feature narrows.
    const OPEN: Self::Rule;

    /// Reads a value. `None` is an absent field or `null`.
    fn read(value: Option<&Json<'_>>, rule: Self::Rule) -> Result<Self, FieldViolation>;

    /// The party of the action that the field names.
    fn party(&self) -> Option<Party> {
        None
    }

    /// `true` if a body without the field is refused.
    #[cfg(feature = "openapi")]
    fn is_required(_: Self::Rule) -> bool {
        true
    }

    /// The JSON Schema of exactly the values that are read.
    #[cfg(feature = "openapi")]
    fn schema(rule: Self::Rule, generator: &mut SchemaGenerator) -> Value;
}

/// A broken rule, which completes the sentence that the name of the field begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct FieldViolation {
    /// The field within the value, or nothing for the whole.
    pub(super) inner: Cow<'static, str>,
    pub(super) rule: &'static str,
}

fn violation<T>(rule: &'static str) -> Result<T, FieldViolation> {
    Err(FieldViolation {
        inner: "".into(),
        rule,
    })
}

fn text<'b>(value: Option<&'b Json<'_>>) -> Result<&'b str, FieldViolation> {
    match value {
        Some(Json::String(text)) if !text.is_empty() => Ok(text),
        Some(Json::String(_)) => violation("must not be empty"),
        Some(_) => violation("must be a string"),
        None => violation("is required"),
    }
}

macro_rules! ids {
    ($($id:ident: $model:ident $(as $party:ident)?;)+) => {$(
        impl Field for $id {
            const KIND: FieldKind = FieldKind::Id(Model::$model);
            type Rule = ();
            const OPEN: () = ();

            fn read(value: Option<&Json<'_>>, (): ()) -> Result<Self, FieldViolation> {
                text(value).map(Self::from)
            }

            $(fn party(&self) -> Option<Party> {
                Some(Party::$party(self.clone()))
            })?

            #[cfg(feature = "openapi")]
            fn schema((): (), generator: &mut SchemaGenerator) -> Value {
                generator.subschema_for::<Self>().to_value()
            }
        }
    )+};
}

ids! {
    CustomerId: Customer as Customer;
    SubscriptionId: Subscription as Subscription;
    CouponId: Coupon;
    PriceId: Price;
}

/// An absent schedule means the only one that is on, because Churnkey may leave out a field without
/// a choice (**assumed**).
impl Field for Schedule {
    const KIND: FieldKind = FieldKind::Schedule;
    type Rule = Schedules;
    const OPEN: Schedules = Schedules {
        immediate: true,
        end_of_period: true,
    };

    fn read(value: Option<&Json<'_>>, on: Schedules) -> Result<Self, FieldViolation> {
        if value.is_none() && on.immediate != on.end_of_period {
            return Ok(if on.immediate {
                Self::Immediate
            } else {
                Self::EndOfPeriod
            });
        }
        match text(value)? {
            "immediate" if on.immediate => Ok(Self::Immediate),
            "end-of-period" if on.end_of_period => Ok(Self::EndOfPeriod),
            "immediate" => {
                violation("must be `end-of-period`: this provider does not offer `immediate`")
            }
            "end-of-period" => {
                violation("must be `immediate`: this provider does not offer `end-of-period`")
            }
            _ => violation("must be `immediate` or `end-of-period`"),
        }
    }

    #[cfg(feature = "openapi")]
    fn is_required(on: Schedules) -> bool {
        on.immediate == on.end_of_period
    }

    #[cfg(feature = "openapi")]
    fn schema(on: Schedules, _: &mut SchemaGenerator) -> Value {
        let words = [
            (Self::Immediate, on.immediate, "At once."),
            (
                Self::EndOfPeriod,
                on.end_of_period,
                "At the end of the current period.",
            ),
        ];
        let mut forms: Vec<_> = words
            .iter()
            .filter(|(_, on, _)| *on)
            .map(|(word, _, meaning)| json!({ "description": meaning, "const": word }))
            .collect();
        if !Self::is_required(on) {
            forms.push(json!({ "type": "null" }));
        }
        json!({ "oneOf": forms })
    }
}

impl Field for OfferDuration {
    const KIND: FieldKind = FieldKind::Duration;
    type Rule = Durations;
    const OPEN: Durations = Durations {
        period: true,
        date: true,
    };

    fn read(value: Option<&Json<'_>>, on: Durations) -> Result<Self, FieldViolation> {
        let Some(value) = value else {
            return violation("is required");
        };
        let of_type = |rule| {
            Err(FieldViolation {
                inner: KIND[0].into(),
                rule,
            })
        };
        match Self::read(value) {
            Ok(Self::Period { .. }) if !on.period => {
                of_type("must be `date`: this provider does not offer `period`")
            }
            Ok(Self::Date(_)) if !on.date => {
                of_type("must be `period`: this provider does not offer `date`")
            }
            Ok(duration) => Ok(duration),
            Err(violation) => Err(FieldViolation {
                inner: violation.field,
                rule: violation.rule,
            }),
        }
    }

    #[cfg(feature = "openapi")]
    fn schema(on: Durations, generator: &mut SchemaGenerator) -> Value {
        duration::schema::accepted(on.period, on.date, generator).to_value()
    }
}

/// An absent flag is not the same as `false`, and `false` is always accepted. Strings are too
/// (**assumed**).
impl Field for Option<bool> {
    const KIND: FieldKind = FieldKind::Flag;
    type Rule = bool;
    const OPEN: bool = true;

    fn read(value: Option<&Json<'_>>, on: bool) -> Result<Self, FieldViolation> {
        let flag = match value {
            None => return Ok(None),
            Some(Json::Bool(flag)) => *flag,
            Some(Json::String(text)) if text == "true" => true,
            Some(Json::String(text)) if text == "false" => false,
            Some(_) => return violation("must be true or false"),
        };
        if flag && !on {
            return violation("must be false or absent: this provider does not offer it");
        }
        Ok(Some(flag))
    }

    #[cfg(feature = "openapi")]
    fn is_required(_: bool) -> bool {
        false
    }

    #[cfg(feature = "openapi")]
    fn schema(on: bool, _: &mut SchemaGenerator) -> Value {
        if on {
            json!({ "enum": [true, false, "true", "false", null] })
        } else {
            json!({ "enum": [false, "false", null] })
        }
    }
}
