//! The database of the provider under test: atomic transactions, and a journal of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use churnkey::{Error, Mode, Result};

use crate::action::{Action, Change, Name};

pub(crate) const CUSTOMERS: [(Name, &[Name]); 3] = [
    ("ada", &["ada-1", "ada-2"]),
    ("bob", &["bob-1"]),
    ("cy", &["cy-1"]),
];
pub(crate) const PRICES: [Name; 3] = ["basic", "pro", "team"];
pub(crate) const COUPONS: [Name; 2] = ["half", "welcome"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscription {
    customer: Name,
    status: Status,
    price: Name,
    /// In the order in which they were applied.
    coupons: Vec<Name>,
    /// Each length is added only once.
    extensions: Vec<u32>,
    trial_days: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Running,
    Paused(u32),
    Canceled,
}

/// The result of a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Applied,
    /// The change had been made before.
    Repeated,
    NotFound,
    Canceled,
}

use Outcome::{Applied, Repeated};

impl Outcome {
    pub(crate) fn status(self) -> u16 {
        match self {
            Applied | Repeated => 200,
            Self::NotFound => 404,
            Self::Canceled => 409,
        }
    }

    pub(crate) fn result(self) -> Result<()> {
        match self {
            Applied | Repeated => Ok(()),
            Self::NotFound => Err(Error::not_found("there is no such subscription")),
            Self::Canceled => Err(Error::conflict("the subscription is canceled")),
        }
    }
}

/// All subscriptions. Test and live ones are separate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Subscriptions(BTreeMap<(Name, Name), Subscription>);

impl Subscriptions {
    pub(crate) fn new() -> Self {
        let of_mode = |mode: Mode| {
            CUSTOMERS
                .into_iter()
                .flat_map(move |(customer, subscriptions)| {
                    subscriptions.iter().map(move |id| {
                        let subscription = Subscription {
                            customer,
                            status: Status::Running,
                            price: PRICES[0],
                            coupons: Vec::new(),
                            extensions: Vec::new(),
                            trial_days: 14,
                        };
                        ((mode.as_str(), *id), subscription)
                    })
                })
        };
        Self(of_mode(Mode::Live).chain(of_mode(Mode::Test)).collect())
    }

    /// Applies an action idempotently: it keeps a value that is already set, and adds a coupon or
    /// an extension only once.
    pub(crate) fn apply(&mut self, action: Action) -> Outcome {
        let matching = self.0.iter_mut().filter(|((mode, id), subscription)| {
            *mode == action.mode.as_str()
                && subscription.customer == action.customer
                && action.subscription().is_none_or(|named| named == *id)
        });
        let outcomes: Vec<_> = matching
            .map(|(_, subscription)| subscription.apply(action.change))
            .collect();
        match (action.subscription(), outcomes[..].first()) {
            (_, None) => Outcome::NotFound,
            (Some(_), Some(outcome)) => *outcome,
            (None, _) if outcomes.contains(&Applied) => Applied,
            (None, _) => Repeated,
        }
    }
}

impl Subscription {
    fn apply(&mut self, change: Change) -> Outcome {
        if self.is_done(change) {
            return Repeated;
        }
        if self.status == Status::Canceled {
            return Outcome::Canceled;
        }
        match change {
            Change::Cancel(_) | Change::CancelAll => self.status = Status::Canceled,
            Change::Pause(_, months) | Change::PauseAll(months) => {
                self.status = Status::Paused(months);
            }
            Change::ApplyCoupon(_, coupon) => self.coupons.push(coupon),
            Change::Reprice(_, price) => self.price = price,
            Change::ExtendTrial(_, days) => {
                self.extensions.push(days);
                self.trial_days += days;
            }
        }
        Applied
    }

    fn is_done(&self, change: Change) -> bool {
        match change {
            Change::Cancel(_) | Change::CancelAll => self.status == Status::Canceled,
            Change::Pause(_, months) | Change::PauseAll(months) => {
                self.status == Status::Paused(months)
            }
            Change::ApplyCoupon(_, coupon) => self.coupons.contains(&coupon),
            Change::Reprice(_, price) => self.price == price,
            Change::ExtendTrial(_, days) => self.extensions.contains(&days),
        }
    }
}

/// Outlives the processes that write to it.
pub(crate) struct Database(Mutex<(Subscriptions, Vec<(Action, Outcome)>)>);

impl Database {
    pub(crate) fn new() -> Self {
        Self(Mutex::new((Subscriptions::new(), Vec::new())))
    }

    pub(crate) fn transaction(&self, action: Action) -> Outcome {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (subscriptions, journal) = &mut *guard;
        let outcome = subscriptions.apply(action);
        journal.push((action, outcome));
        outcome
    }

    pub(crate) fn subscriptions(&self) -> Subscriptions {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }

    /// Returns every transaction, in order.
    pub(crate) fn journal(&self) -> Vec<(Action, Outcome)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }
}
