//! The actions, each of which is applied once.

use jiff::civil::DateTime;
use serde_json::{Value, json};

use super::action_request::{ActionRequest, Refusal};
use super::dates::{self, written};
use super::{Books, Kind, Provider, Reply};
use crate::broken::fault::ActionFault;

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

    /// Name in ids of findings.
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

    /// Returns true for an action on all subscriptions of a customer.
    pub(crate) fn is_wide(self) -> bool {
        matches!(self, Self::CancelAll | Self::PauseAll)
    }

    /// Key in the manifest.
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
            Err(Refusal(404, _)) if self.fault.has(ActionFault::AcceptsUnknown, action) => {
                Reply::empty()
            }
            Err(Refusal(status, message)) => Reply::error(status, message),
        }
    }

    async fn carry_out(&self, action: Action, body: &[u8]) -> Result<(), Refusal> {
        let request = match ActionRequest::read(action, body) {
            Err(_) if self.fault.has(ActionFault::AcceptsBadBodies, action) => return Ok(()),
            Err(_) if self.fault.has(ActionFault::FailsOnBadBodies, action) => {
                return Err(Refusal(500, "the body could not be decoded"));
            }
            read => read?,
        };
        if !self.fault.has(ActionFault::IgnoresFeatures, action) {
            request.require_features(&self.manifest["actions"][action.module()])?;
        }
        let undone = {
            let mut books = self.books.lock().unwrap();
            let places = self.places(&request, &books)?;
            let undone = self.undone(&request, &books, places)?;
            if self.fault.has(ActionFault::DoesNothing, action) {
                return Ok(());
            }
            let alone = [ActionFault::HasRace, ActionFault::FailsConcurrently]
                .iter()
                .all(|habit| !self.fault.has(*habit, action));
            if alone {
                books.apply(&request, &undone)?;
                self.fault
                    .edit_effect(action, &mut books, &undone, &request.fields);
                return Ok(());
            }
            undone
        };
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let mut books = self.books.lock().unwrap();
        if self.fault.has(ActionFault::FailsConcurrently, action) {
            for place in &undone {
                if request.is_done(&books, &books.subscriptions[*place])? {
                    return Err(Refusal(500, "another request changed the row"));
                }
            }
        }
        books.apply(&request, &undone)
    }

    /// Indexes of the subscriptions of a request.
    fn places(&self, request: &ActionRequest, books: &Books) -> Result<Vec<usize>, Refusal> {
        let ignores_customer = self.fault.has(ActionFault::IgnoresCustomer, request.action);
        if !ignores_customer && books.find(Kind::Customers, &request.customer).is_none() {
            return Err(Refusal(404, "there is no such customer"));
        }
        let subscriptions = books.subscriptions.iter().enumerate();
        let of_order = subscriptions.filter(|(_, subscription)| {
            let by_id = match &request.subscription {
                Some(id) => subscription["id"] == id.as_str(),
                // A request that is impossible for one subscription changes none.
                None => !ignores_customer || subscription["duration"]["unit"] == "month",
            };
            by_id && (ignores_customer || subscription["customerId"] == request.customer.as_str())
        });
        let places: Vec<_> = of_order.map(|(place, _)| place).collect();
        if places.is_empty() && request.subscription.is_some() {
            return Err(Refusal(404, "the customer has no such subscription"));
        }
        Ok(places)
    }

    /// Indexes of the subscriptions that the action has not changed yet.
    fn undone(
        &self,
        request: &ActionRequest,
        books: &Books,
        places: Vec<usize>,
    ) -> Result<Vec<usize>, Refusal> {
        let has = |habit| self.fault.has(habit, request.action);
        let mut undone = Vec::new();
        for place in places {
            let is_done = request.is_done(books, &books.subscriptions[place])?;
            if !is_done || has(ActionFault::RepeatsChange) {
                undone.push(place);
            }
        }
        if undone.is_empty() && has(ActionFault::RefusesRepetition) {
            return Err(Refusal(409, "the change exists already"));
        }
        if undone.is_empty() && has(ActionFault::FailsOnRepetition) {
            return Err(Refusal(500, "the row exists already"));
        }
        Ok(undone)
    }
}

impl Books {
    /// Changes these subscriptions, or none if one of the changes is impossible.
    fn apply(&mut self, request: &ActionRequest, places: &[usize]) -> Result<(), Refusal> {
        let mut changed = Vec::new();
        for place in places {
            let at = self.tick();
            let mut subscription = self.subscriptions[*place].clone();
            self.change(request, &mut subscription, at)?;
            changed.push((*place, subscription));
        }
        for (place, subscription) in changed {
            if request.duration.is_some() {
                let id = subscription["id"].as_str().unwrap_or_default().to_owned();
                let what = (request.action.module(), id);
                self.done.insert(what, request.fields["duration"].clone());
            }
            self.subscriptions[place] = subscription;
        }
        Ok(())
    }

    fn change(
        &self,
        request: &ActionRequest,
        subscription: &mut Value,
        at: DateTime,
    ) -> Result<(), Refusal> {
        let later = request.at.as_deref() == Some("end-of-period");
        let start = match later {
            true => dates::read(&subscription["status"]["currentPeriod"]["end"]).unwrap_or(at),
            false => at,
        };
        match request.action {
            // The document does not show a change at the end of the period.
            Action::Cancel | Action::CancelAll | Action::ChangePrice if later => {}
            Action::Cancel | Action::CancelAll => {
                let status = &mut subscription["status"];
                status["name"] = json!("canceled");
                status["canceledAt"] = json!(written(at));
                status.as_object_mut().unwrap().remove("pause");
            }
            Action::Pause | Action::PauseAll => {
                let end = request.end(start)?;
                if !later {
                    let status = &mut subscription["status"];
                    status["name"] = json!("paused");
                    status["pause"] = json!({ "start": written(start), "end": written(end) });
                }
            }
            Action::ApplyCoupon => {
                let coupon = request.object.as_deref().unwrap_or_default();
                let coupon = self.find(Kind::Coupons, coupon).cloned();
                let discounts = &mut subscription["discounts"];
                if discounts.is_null() {
                    *discounts = json!([]);
                }
                let discount = json!({ "coupon": coupon, "start": written(at) });
                discounts.as_array_mut().unwrap().push(discount);
            }
            Action::ChangePrice => {
                let price = request.object.as_deref().unwrap_or_default();
                let price = self.find(Kind::Prices, price).cloned().unwrap_or_default();
                subscription["duration"] = price["duration"].clone();
                let mut item = subscription["items"][0].clone();
                item["price"] = price;
                let items = subscription["items"].as_array_mut().unwrap();
                // A repeated change adds a second item. Only a faulty provider reaches this.
                match items[0] == item {
                    true => items.push(item),
                    false => items[0] = item,
                }
            }
            Action::ExtendTrial => {
                let status = &mut subscription["status"];
                let end = dates::read(&status["trial"]["end"])
                    .ok_or(Refusal(409, "the subscription has no trial"))?;
                let end = json!(written(request.end(end)?));
                status["trial"]["end"] = end.clone();
                status["currentPeriod"]["end"] = end;
            }
        }
        Ok(())
    }
}
