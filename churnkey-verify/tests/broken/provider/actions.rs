//! Actions: what is asked for is checked as a whole, and then done once.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::dates::{self, Duration, written};
use super::{Books, Kind, Provider, Reply};
use crate::fault::Habit;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Action {
    Cancel,
    CancelAll,
    Pause,
    PauseAll,
    ApplyCoupon,
    ChangePrice,
    ExtendTrial,
}

impl Action {
    pub(crate) const ALL: [Self; 7] = [
        Self::Cancel,
        Self::CancelAll,
        Self::Pause,
        Self::PauseAll,
        Self::ApplyCoupon,
        Self::ChangePrice,
        Self::ExtendTrial,
    ];

    /// The name in ids of findings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Cancel => "cancel",
            Self::CancelAll => "cancel-all",
            Self::Pause => "pause",
            Self::PauseAll => "pause-all",
            Self::ApplyCoupon => "apply-coupon",
            Self::ChangePrice => "change-price",
            Self::ExtendTrial => "extend-trial",
        }
    }

    pub(super) fn at(whose: &str, what: &str) -> Option<Self> {
        match (whose, what) {
            ("subscription", "cancel") => Some(Self::Cancel),
            ("customer", "cancel") => Some(Self::CancelAll),
            ("subscription", "pause") => Some(Self::Pause),
            ("customer", "pause") => Some(Self::PauseAll),
            ("subscription", "apply-coupon") => Some(Self::ApplyCoupon),
            ("subscription", "change-price") => Some(Self::ChangePrice),
            ("subscription", "extend-trial") => Some(Self::ExtendTrial),
            _ => None,
        }
    }

    /// Whether it is about all subscriptions of a customer.
    pub(crate) fn is_wide(self) -> bool {
        matches!(self, Self::CancelAll | Self::PauseAll)
    }

    /// What the manifest calls it.
    fn module(self) -> &'static str {
        match self {
            Self::Cancel | Self::CancelAll => "cancel",
            Self::Pause | Self::PauseAll => "pause",
            Self::ApplyCoupon => "applyCoupon",
            Self::ChangePrice => "changePrice",
            Self::ExtendTrial => "extendTrial",
        }
    }
}

/// Why an action is not carried out.
struct Refusal(u16, &'static str);

impl Provider {
    pub(super) async fn act(&self, action: Action, body: &[u8]) -> Reply {
        match self.carry_out(action, body).await {
            Ok(()) => Reply::empty(),
            Err(Refusal(400, _)) if self.fault.has(Habit::SwallowsBadBodies, action) => {
                Reply::empty()
            }
            Err(Refusal(404, _)) if self.fault.has(Habit::SwallowsWhatIsUnknown, action) => {
                Reply::empty()
            }
            Err(Refusal(status, message)) => Reply::error(status, message),
        }
    }

    async fn carry_out(&self, action: Action, body: &[u8]) -> Result<(), Refusal> {
        let order = Order::read(action, body)?;
        if !self.fault.has(Habit::IgnoresFeatures, action) {
            order.require_features(&self.manifest["actions"][action.module()])?;
        }
        let undone = {
            let mut books = self.books.lock().unwrap();
            let places = self.places(&order, &books)?;
            let undone = self.undone(&order, &books, places)?;
            if self.fault.has(Habit::DoesNothing, action) {
                return Ok(());
            }
            if !self.fault.has(Habit::LetsOthersInBetween, action) {
                return books.apply(&order, &undone);
            }
            undone
        };
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        self.books.lock().unwrap().apply(&order, &undone)
    }

    /// Where in the books the subscriptions are that it is about.
    fn places(&self, order: &Order, books: &Books) -> Result<Vec<usize>, Refusal> {
        let anybodys = self.fault.has(Habit::IgnoresTheCustomer, order.action);
        if !anybodys && books.find(Kind::Customers, &order.customer).is_none() {
            return Err(Refusal(404, "there is no such customer"));
        }
        let subscriptions = books.subscriptions.iter().enumerate();
        let of_order = subscriptions.filter(|(_, subscription)| {
            let by_id = match &order.subscription {
                Some(id) => subscription["id"] == id.as_str(),
                None => true,
            };
            by_id && (anybodys || subscription["customerId"] == order.customer.as_str())
        });
        let places: Vec<_> = of_order.map(|(place, _)| place).collect();
        if places.is_empty() && order.subscription.is_some() {
            return Err(Refusal(404, "the customer has no such subscription"));
        }
        Ok(places)
    }

    /// Those of the subscriptions to which it has not been done yet.
    fn undone(
        &self,
        order: &Order,
        books: &Books,
        places: Vec<usize>,
    ) -> Result<Vec<usize>, Refusal> {
        if self.fault.has(Habit::ForgetsWhatIsDone, order.action) {
            return Ok(places);
        }
        let mut undone = Vec::new();
        for place in places {
            if !order.is_done(books, &books.subscriptions[place])? {
                undone.push(place);
            }
        }
        Ok(undone)
    }
}

/// What an action is asked to do.
struct Order {
    action: Action,
    fields: Value,
    customer: String,
    subscription: Option<String>,
    /// `scheduledAt`, or `startAt` of a pause.
    at: Option<String>,
    duration: Option<Duration>,
    /// The coupon or the price.
    object: Option<String>,
}

impl Order {
    fn read(action: Action, body: &[u8]) -> Result<Self, Refusal> {
        use Action::{ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll};

        let fields: Value = serde_json::from_slice(body).unwrap_or_default();
        if !fields.is_object() {
            return Err(Refusal(400, "the body must be a JSON object"));
        }
        let text = |name: &str| match &fields[name] {
            Value::String(text) if !text.is_empty() => Ok(text.clone()),
            _ => Err(Refusal(400, "a text is missing, empty or of another type")),
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
                    None => return Err(Refusal(400, "`duration` is not one")),
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

    /// Refuses what the manifest switches off.
    fn require_features(&self, features: &Value) -> Result<(), Refusal> {
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
            true => Err(Refusal(400, "this provider does not offer it")),
            false => Ok(()),
        }
    }

    /// Whether it has been done to a subscription. A refusal is for one to which it cannot be done.
    fn is_done(&self, books: &Books, subscription: &Value) -> Result<bool, Refusal> {
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
                    (true, _) => Err(Refusal(409, "the subscription is paused in another way")),
                    (false, _) if annual && !self.flag("allowAnnual") => {
                        Err(Refusal(400, "an annual subscription is not paused"))
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
                (Some(_), true) => Err(Refusal(400, "a trial is extended once")),
            },
        }
    }
}

impl Books {
    /// Does it to these subscriptions, or to none if it cannot be done to one of them.
    fn apply(&mut self, order: &Order, places: &[usize]) -> Result<(), Refusal> {
        let mut changed = Vec::new();
        for place in places {
            let at = self.tick();
            let mut subscription = self.subscriptions[*place].clone();
            self.change(order, &mut subscription, at)?;
            changed.push((*place, subscription));
        }
        for (place, subscription) in changed {
            if order.duration.is_some() {
                let id = subscription["id"].as_str().unwrap_or_default().to_owned();
                let what = (order.action.module(), id);
                self.done.insert(what, order.fields["duration"].clone());
            }
            self.subscriptions[place] = subscription;
        }
        Ok(())
    }

    fn change(&self, order: &Order, subscription: &mut Value, at: DateTime) -> Result<(), Refusal> {
        let later = order.at.as_deref() == Some("end-of-period");
        let start = match later {
            true => dates::read(&subscription["status"]["currentPeriod"]["end"]).unwrap_or(at),
            false => at,
        };
        match order.action {
            // What is going to happen at the end of the period has no place in the document yet.
            Action::Cancel | Action::CancelAll | Action::ChangePrice if later => {}
            Action::Cancel | Action::CancelAll => {
                let status = &mut subscription["status"];
                status["name"] = json!("canceled");
                status["canceledAt"] = json!(written(at));
                status.as_object_mut().unwrap().remove("pause");
            }
            Action::Pause | Action::PauseAll => {
                let end = order.end(start)?;
                if !later {
                    let status = &mut subscription["status"];
                    status["name"] = json!("paused");
                    status["pause"] = json!({ "start": written(start), "end": written(end) });
                }
            }
            Action::ApplyCoupon => {
                let coupon = order.object.as_deref().unwrap_or_default();
                let coupon = self.find(Kind::Coupons, coupon).cloned();
                let discounts = &mut subscription["discounts"];
                if discounts.is_null() {
                    *discounts = json!([]);
                }
                let discount = json!({ "coupon": coupon, "start": written(at) });
                discounts.as_array_mut().unwrap().push(discount);
            }
            Action::ChangePrice => {
                let price = order.object.as_deref().unwrap_or_default();
                let price = self.find(Kind::Prices, price).cloned().unwrap_or_default();
                subscription["duration"] = price["duration"].clone();
                subscription["items"][0]["price"] = price;
            }
            Action::ExtendTrial => {
                let status = &mut subscription["status"];
                let end = dates::read(&status["trial"]["end"])
                    .ok_or(Refusal(409, "the subscription has no trial"))?;
                let end = json!(written(order.end(end)?));
                status["trial"]["end"] = end.clone();
                status["currentPeriod"]["end"] = end;
            }
        }
        Ok(())
    }
}

impl Order {
    fn end(&self, start: DateTime) -> Result<DateTime, Refusal> {
        let end = self
            .duration
            .as_ref()
            .and_then(|duration| duration.end(start));
        end.ok_or(Refusal(400, "`duration` must end after its start"))
    }
}
