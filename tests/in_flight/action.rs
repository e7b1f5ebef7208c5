//! Actions as the tests speak of them, and as they are written on the wire.

use churnkey::Mode;
use serde_json::{Map, Value, json};

pub(crate) type Name = &'static str;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Action {
    pub(crate) mode: Mode,
    pub(crate) customer: Name,
    pub(crate) what: What,
}

/// What an action changes: of one subscription, where it names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    Cancel(Name),
    CancelAll,
    /// For so many months.
    Pause(Name, u32),
    PauseAll(u32),
    ApplyCoupon(Name, Name),
    ChangePrice(Name, Name),
    /// By so many days.
    ExtendTrial(Name, u32),
}

impl Action {
    pub(crate) fn live(customer: Name, what: What) -> Self {
        Self {
            mode: Mode::Live,
            customer,
            what,
        }
    }

    pub(crate) fn test(customer: Name, what: What) -> Self {
        Self {
            mode: Mode::Test,
            customer,
            what,
        }
    }

    pub(crate) fn subscription(self) -> Option<Name> {
        match self.what {
            What::CancelAll | What::PauseAll(_) => None,
            What::Cancel(subscription)
            | What::Pause(subscription, _)
            | What::ApplyCoupon(subscription, _)
            | What::ChangePrice(subscription, _)
            | What::ExtendTrial(subscription, _) => Some(subscription),
        }
    }

    pub(crate) fn path(self) -> &'static str {
        match self.what {
            What::Cancel(_) => "/churnkey/actions/subscription/cancel",
            What::CancelAll => "/churnkey/actions/customer/cancel",
            What::Pause(..) => "/churnkey/actions/subscription/pause",
            What::PauseAll(_) => "/churnkey/actions/customer/pause",
            What::ApplyCoupon(..) => "/churnkey/actions/subscription/apply-coupon",
            What::ChangePrice(..) => "/churnkey/actions/subscription/change-price",
            What::ExtendTrial(..) => "/churnkey/actions/subscription/extend-trial",
        }
    }

    /// The body as Churnkey writes it.
    pub(crate) fn body(self) -> Map<String, Value> {
        let span = |amount, unit| json!({ "type": "period", "amount": amount, "unit": unit });
        let fields = match self.what {
            What::Cancel(_) | What::CancelAll => json!({ "scheduledAt": "immediate" }),
            What::Pause(_, months) | What::PauseAll(months) => {
                json!({ "startAt": "immediate", "duration": span(months, "month"), "allowAnnual": true })
            }
            What::ApplyCoupon(_, coupon) => json!({ "id": coupon }),
            What::ChangePrice(_, price) => json!({ "id": price, "scheduledAt": "immediate" }),
            What::ExtendTrial(_, days) => json!({ "duration": span(days, "day") }),
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

    /// One of the texts that ask for it.
    pub(crate) fn spelled(self, spelling: u8) -> String {
        let mut fields: Vec<_> = self.body().into_iter().collect();
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
