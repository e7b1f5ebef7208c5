//! The actions that the tests send, and their HTTP form.

use churnkey::Mode;
use serde_json::{Map, Value, json};

pub(crate) type Name = &'static str;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) mode: Mode,
    pub(crate) customer: Name,
    pub(crate) change: Change,
}

/// The change that an action makes, and its subscription if it names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Change {
    Cancel(Name),
    CancelAll,
    /// Pauses for this number of months.
    Pause(Name, u32),
    PauseAll(u32),
    ApplyCoupon(Name, Name),
    Reprice(Name, Name),
    /// Extends by this number of days.
    ExtendTrial(Name, u32),
}

impl Action {
    pub(crate) fn live(customer: Name, change: Change) -> Self {
        Self {
            mode: Mode::Live,
            customer,
            change,
        }
    }

    pub(crate) fn test(customer: Name, change: Change) -> Self {
        Self {
            mode: Mode::Test,
            customer,
            change,
        }
    }

    pub(crate) fn subscription(self) -> Option<Name> {
        match self.change {
            Change::CancelAll | Change::PauseAll(_) => None,
            Change::Cancel(subscription)
            | Change::Pause(subscription, _)
            | Change::ApplyCoupon(subscription, _)
            | Change::Reprice(subscription, _)
            | Change::ExtendTrial(subscription, _) => Some(subscription),
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self.change {
            Change::Cancel(_) => "/churnkey/actions/subscription/cancel",
            Change::CancelAll => "/churnkey/actions/customer/cancel",
            Change::Pause(..) => "/churnkey/actions/subscription/pause",
            Change::PauseAll(_) => "/churnkey/actions/customer/pause",
            Change::ApplyCoupon(..) => "/churnkey/actions/subscription/apply-coupon",
            Change::Reprice(..) => "/churnkey/actions/subscription/change-price",
            Change::ExtendTrial(..) => "/churnkey/actions/subscription/extend-trial",
        }
    }

    /// Returns the body as Churnkey writes it.
    pub(crate) fn body(self) -> Map<String, Value> {
        let span = |amount, unit| json!({ "type": "period", "amount": amount, "unit": unit });
        let fields = match self.change {
            Change::Cancel(_) | Change::CancelAll => json!({ "scheduledAt": "immediate" }),
            Change::Pause(_, months) | Change::PauseAll(months) => {
                json!({ "startAt": "immediate", "duration": span(months, "month"), "allowAnnual": true })
            }
            Change::ApplyCoupon(_, coupon) => json!({ "id": coupon }),
            Change::Reprice(_, price) => json!({ "id": price, "scheduledAt": "immediate" }),
            Change::ExtendTrial(_, days) => json!({ "duration": span(days, "day") }),
        };
        let mut body = Map::new();
        body.insert("customerId".to_owned(), self.customer.into());
        body.extend(
            self.subscription()
                .map(|id| ("subscriptionId".to_owned(), id.into())),
        );
        if let Value::Object(fields) = fields {
            body.extend(fields);
        }
        body
    }

    /// Returns one of several JSON texts with the meaning of this action.
    pub(crate) fn spelled(self, spelling: u8) -> String {
        let mut body = self.body();
        if let Some(duration) = body.get_mut("duration")
            && spelling.is_multiple_of(2)
        {
            let unit = duration["unit"].as_str().unwrap_or_default();
            let counts = json!({ format!("{unit}s"): duration["amount"], "years": 0 });
            *duration = json!({ "kind": "period", "period": counts });
        }
        let mut fields: Vec<_> = body.into_iter().collect();
        match spelling % 4 {
            0 => {}
            1 => fields.reverse(),
            2 => fields.push(("sentAt".to_owned(), json!({ "spelling": [spelling] }))),
            _ => fields.insert(0, ("unpause".to_owned(), Value::Null)),
        }
        let gap = if spelling % 8 < 4 { "" } else { " \n\t" };
        let fields = fields
            .iter()
            .map(|(name, value)| format!("{gap}{}{gap}:{gap}{value}", json!(name)));
        format!("{{{}{gap}}}", fields.collect::<Vec<_>>().join(","))
    }
}
