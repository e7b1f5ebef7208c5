//! The database of the provider under test: transactions that happen whole or not at all, and a journal of them.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use churnkey::{Error, Mode, Result};

use crate::action::{Action, Name, What};

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
    /// Each was asked for once.
    extensions: Vec<u32>,
    trial_days: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Status {
    Running,
    Paused(u32),
    Canceled,
}

/// What a transaction came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Applied,
    /// It was as asked already.
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

/// All subscriptions, test and live apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Books(BTreeMap<(Name, Name), Subscription>);

impl Books {
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

    /// Does an action so that it may come twice: what is as asked stays, and what adds is added once.
    pub(crate) fn apply(&mut self, action: Action) -> Outcome {
        let theirs = self.0.iter_mut().filter(|((mode, id), subscription)| {
            *mode == action.mode.as_str()
                && subscription.customer == action.customer
                && action.subscription().is_none_or(|named| named == *id)
        });
        let outcomes: Vec<_> = theirs
            .map(|(_, subscription)| subscription.apply(action.what))
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
    fn apply(&mut self, what: What) -> Outcome {
        if self.is_done(what) {
            return Repeated;
        }
        if self.status == Status::Canceled {
            return Outcome::Canceled;
        }
        match what {
            What::Cancel(_) | What::CancelAll => self.status = Status::Canceled,
            What::Pause(_, months) | What::PauseAll(months) => {
                self.status = Status::Paused(months);
            }
            What::ApplyCoupon(_, coupon) => self.coupons.push(coupon),
            What::ChangePrice(_, price) => self.price = price,
            What::ExtendTrial(_, days) => {
                self.extensions.push(days);
                self.trial_days += days;
            }
        }
        Applied
    }

    fn is_done(&self, what: What) -> bool {
        match what {
            What::Cancel(_) | What::CancelAll => self.status == Status::Canceled,
            What::Pause(_, months) | What::PauseAll(months) => {
                self.status == Status::Paused(months)
            }
            What::ApplyCoupon(_, coupon) => self.coupons.contains(&coupon),
            What::ChangePrice(_, price) => self.price == price,
            What::ExtendTrial(_, days) => self.extensions.contains(&days),
        }
    }
}

/// Survives the process that writes to it.
pub(crate) struct Database(Mutex<(Books, Vec<(Action, Outcome)>)>);

impl Database {
    pub(crate) fn new() -> Self {
        Self(Mutex::new((Books::new(), Vec::new())))
    }

    pub(crate) fn transaction(&self, action: Action) -> Outcome {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (books, journal) = &mut *guard;
        let outcome = books.apply(action);
        journal.push((action, outcome));
        outcome
    }

    pub(crate) fn books(&self) -> Books {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .0
            .clone()
    }

    /// Every transaction, in order.
    pub(crate) fn journal(&self) -> Vec<(Action, Outcome)> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .clone()
    }
}
