//! Actions: what is asked for is done once.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::dates::{self, written};
use super::order::{Order, Refusal};
use super::{Books, Kind, Provider, Reply};
use crate::broken::fault::Habit;

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
    pub(super) fn module(self) -> &'static str {
        match self {
            Self::Cancel | Self::CancelAll => "cancel",
            Self::Pause | Self::PauseAll => "pause",
            Self::ApplyCoupon => "applyCoupon",
            Self::ChangePrice => "changePrice",
            Self::ExtendTrial => "extendTrial",
        }
    }
}

impl Provider {
    pub(super) async fn act(&self, action: Action, body: &[u8]) -> Reply {
        match self.carry_out(action, body).await {
            Ok(()) => Reply::empty(),
            Err(Refusal(404, _)) if self.fault.has(Habit::SwallowsWhatIsUnknown, action) => {
                Reply::empty()
            }
            Err(Refusal(status, message)) => Reply::error(status, message),
        }
    }

    async fn carry_out(&self, action: Action, body: &[u8]) -> Result<(), Refusal> {
        let order = match Order::read(action, body) {
            Err(_) if self.fault.has(Habit::SwallowsBadBodies, action) => return Ok(()),
            Err(_) if self.fault.has(Habit::FailsOnBadBodies, action) => {
                return Err(Refusal(500, "the body could not be decoded"));
            }
            read => read?,
        };
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
            let alone = [Habit::LetsOthersInBetween, Habit::FailsBesideOthers]
                .iter()
                .all(|habit| !self.fault.has(*habit, action));
            if alone {
                return books.apply(&order, &undone);
            }
            undone
        };
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let mut books = self.books.lock().unwrap();
        if self.fault.has(Habit::FailsBesideOthers, action) {
            for place in &undone {
                if order.is_done(&books, &books.subscriptions[*place])? {
                    return Err(Refusal(500, "the row was changed by somebody else"));
                }
            }
        }
        books.apply(&order, &undone)
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
                // What cannot be done to all is done to nobody.
                None => !anybodys || subscription["duration"]["unit"] == "month",
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
        let has = |habit| self.fault.has(habit, order.action);
        let mut undone = Vec::new();
        for place in places {
            let is_done = order.is_done(books, &books.subscriptions[place])?;
            if !is_done || has(Habit::ForgetsWhatIsDone) {
                undone.push(place);
            }
        }
        if undone.is_empty() && has(Habit::RefusesWhatIsDone) {
            return Err(Refusal(409, "it is done already"));
        }
        if undone.is_empty() && has(Habit::FailsOnWhatIsDone) {
            return Err(Refusal(500, "the row is there already"));
        }
        Ok(undone)
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
                let mut item = subscription["items"][0].clone();
                item["price"] = price;
                let items = subscription["items"].as_array_mut().unwrap();
                // Changed once more, it is there twice: only who does not look gets here.
                match items[0] == item {
                    true => items.push(item),
                    false => items[0] = item,
                }
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
