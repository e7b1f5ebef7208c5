//! The access to the data, which is in memory and lost when the process ends. Replace each use of
//! the maps with a call to your billing system; the rest of the provider does not change.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use churnkey::{
    Customer, CustomerId, Email, Error, Page, PageRequest, Price, PriceId, Result, SubscriptionId,
};

use crate::Subscription;
use crate::email::folded;

/// The data of one mode. Maps are in the order of their ids, as pages are.
#[derive(Default)]
pub(crate) struct Books {
    prices: BTreeMap<PriceId, Price>,
    accounts: Mutex<Accounts>,
}

#[derive(Default)]
struct Accounts {
    customers: BTreeMap<CustomerId, Customer>,
    subscriptions: BTreeMap<SubscriptionId, Subscription>,
}

impl Books {
    pub(crate) fn with_prices(prices: impl IntoIterator<Item = Price>) -> Self {
        let prices = prices.into_iter();
        Self {
            prices: prices.map(|price| (price.id.clone(), price)).collect(),
            accounts: Mutex::default(),
        }
    }

    pub(crate) fn insert_customer(&self, customer: Customer) {
        let mut accounts = self.locked();
        let entry = accounts.customers.entry(customer.id.clone());
        entry.or_insert(customer);
    }

    pub(crate) fn insert_subscription(&self, subscription: Subscription) {
        let id = subscription.id.clone();
        self.locked().subscriptions.insert(id, subscription);
    }

    pub(crate) async fn add(&self, customer: Customer, subscription: Subscription) -> Result<()> {
        self.insert_customer(customer);
        self.insert_subscription(subscription);
        Ok(())
    }

    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        Ok(self.locked().customers.get(&id).cloned())
    }

    pub(crate) async fn customer_by_email(&self, email: Email) -> Result<Option<Customer>> {
        let email = folded(email.as_str());
        let is_same = |one: &Email| folded(one.as_str()) == email;
        let accounts = self.locked();
        let mut customers = accounts.customers.values();
        let found = customers.find(|customer| customer.email.as_ref().is_some_and(is_same));
        Ok(found.cloned())
    }

    pub(crate) async fn customers(&self, page: PageRequest) -> Result<Page<Customer>> {
        let after: Option<CustomerId> = page.after()?;
        let accounts = self.locked();
        let customers = accounts.customers.values();
        let customers = customers.filter(|one| after.as_ref().is_none_or(|after| one.id > *after));
        page.keyset(customers.cloned().collect(), |customer| customer.id.clone())
    }

    pub(crate) async fn price(&self, id: PriceId) -> Result<Option<Price>> {
        Ok(self.prices.get(&id).cloned())
    }

    pub(crate) async fn prices(&self, page: PageRequest) -> Result<Page<Price>> {
        let after: Option<PriceId> = page.after()?;
        let prices = self.prices.values();
        let prices = prices.filter(|one| after.as_ref().is_none_or(|after| one.id > *after));
        page.keyset(prices.cloned().collect(), |price| price.id.clone())
    }

    pub(crate) async fn subscription(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        let accounts = self.locked();
        let found = accounts.subscriptions.get(&id);
        Ok(found.filter(|one| one.customer_id == customer).cloned())
    }

    pub(crate) async fn subscriptions(
        &self,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let after: Option<SubscriptionId> = page.after()?;
        let accounts = self.locked();
        let subscriptions = accounts.subscriptions.values().filter(|one| {
            one.customer_id == customer && after.as_ref().is_none_or(|after| one.id > *after)
        });
        page.keyset(subscriptions.cloned().collect(), |one| one.id.clone())
    }

    /// Reads and changes a customer's subscription under the lock. An error changes nothing.
    pub(crate) async fn change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription) -> Result<()>,
    ) -> Result<()> {
        let mut accounts = self.locked();
        let kept = accounts
            .subscriptions
            .get_mut(&id)
            .filter(|one| one.customer_id == customer)
            .ok_or_else(|| Error::not_found("there is no such subscription"))?;
        let mut changed = kept.clone();
        change(&mut changed)?;
        *kept = changed;
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, Accounts> {
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
