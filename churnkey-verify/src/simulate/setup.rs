//! The parts that all sequences of a simulation share.

use std::sync::{Arc, Mutex, PoisonError};

use churnkey_runtime::{CustomerId, PriceId, Subscription, SubscriptionId, Timestamp};
use futures_util::future::BoxFuture;

use super::generate::Catalog;
use super::provider::Provider;
use crate::billing::{Company, EntryKind};

/// A subscription that the provider must add, in test mode, before the simulation can change it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NewSubscription {
    /// The owner.
    pub customer: CustomerId,
    /// True if the owner has no subscription yet, and must be added too.
    pub is_new_customer: bool,
    /// The id of the new subscription.
    pub subscription: SubscriptionId,
    /// The price.
    pub price: PriceId,
    /// The quantity.
    pub quantity: u64,
    /// The end of the trial, if there is one.
    pub trial_end: Option<Timestamp>,
    /// True if the first charge has failed.
    pub unpaid: bool,
    /// The start of the subscription.
    pub now: Timestamp,
}

/// A credit or a charge for the rest of a period, as the provider has recorded it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LedgerLine {
    /// The kind of the line. Charges of whole periods are not compared.
    pub kind: EntryKind,
    /// The sum in minor units, at least 0.
    pub amount: i64,
}

pub(super) type Arrive =
    Arc<dyn Fn(NewSubscription) -> BoxFuture<'static, Result<(), String>> + Send + Sync>;
pub(super) type Clock = Arc<dyn Fn(Timestamp) + Send + Sync>;
pub(super) type Ledger = Arc<
    dyn Fn(CustomerId, SubscriptionId) -> BoxFuture<'static, Result<Vec<LedgerLine>, String>>
        + Send
        + Sync,
>;

/// The origin of the subscriptions of a sequence.
pub(super) enum Source {
    /// New ones, added by the caller.
    New(Arrive),
    /// Those that the provider has, each for one sequence.
    Existing(Mutex<Vec<Subscription>>),
}

impl Source {
    /// Takes an existing subscription of the same kind, if there is one left.
    pub(super) fn take(&self, price: &PriceId, is_trial: bool) -> Option<Subscription> {
        let Self::Existing(left) = self else {
            return None;
        };
        let mut left = left.lock().unwrap_or_else(PoisonError::into_inner);
        let found = left
            .iter()
            .position(|one| kind(one) == (Some(price), is_trial));
        found.map(|found| left.swap_remove(found))
    }

    /// The prices of the existing subscriptions that are left, and true for those in a trial.
    pub(super) fn kinds(&self) -> Vec<(PriceId, bool)> {
        let Self::Existing(left) = self else {
            return Vec::new();
        };
        let left = left.lock().unwrap_or_else(PoisonError::into_inner);
        let kinds = left.iter().map(kind);
        kinds
            .filter_map(|(price, is_trial)| Some((price?.clone(), is_trial)))
            .collect()
    }
}

fn kind(subscription: &Subscription) -> (Option<&PriceId>, bool) {
    let price = subscription.items.first().map(|item| &item.price.id);
    (price, subscription.status.name() == "trial")
}

/// Everything that all sequences share.
pub(super) struct Setup {
    pub(super) provider: Provider,
    pub(super) catalog: Catalog,
    pub(super) months: u32,
    pub(super) strict: bool,
    pub(super) source: Source,
    /// The time of the first sequence with existing subscriptions.
    pub(super) begun: Timestamp,
    /// True if the simulation decides on the time. Otherwise it is the present.
    pub(super) moves_clock: bool,
    /// The difference between two moments in milliseconds that counts as none.
    pub(super) slack: i64,
    pub(super) clock: Option<Clock>,
    pub(super) ledger: Option<Ledger>,
}

impl Setup {
    /// The model without customers.
    pub(super) fn company(&self, now: Timestamp) -> Company {
        let mut company = Company::new(now);
        for price in &self.catalog.prices {
            company.add_price(price.clone());
        }
        company
    }
}

/// Prefixes of ids: each attempt has customers of its own.
pub(super) struct Attempts {
    run: String,
    count: u64,
}

impl Attempts {
    /// The run is a part of the ids, so that it can be repeated with a provider that keeps its
    /// data.
    pub(super) fn new(seed: u64) -> Self {
        let now = Timestamp::now().unix_millis();
        Self {
            run: format!("sim_{seed}_{now:x}"),
            count: 0,
        }
    }

    pub(super) fn prefix(&mut self) -> String {
        self.count += 1;
        format!("{}_{}", self.run, self.count)
    }
}
