//! The access to the data, which is in memory and lost when the process ends. Replace each use of
//! the lists with a call to your billing system; the rest of the provider does not change.

use std::sync::{Mutex, MutexGuard, PoisonError};

use churnkey::{
    Customer, CustomerId, Email, Error, Page, PageRequest, Price, PriceId, Result, SubscriptionId,
    Timestamp,
};

use crate::Subscription;

/// The data of one mode. Each list is sorted by id, because pages are in this order.
#[derive(Default)]
pub(crate) struct Books {
    pub(crate) customers: Vec<Customer>,
    pub(crate) prices: Vec<Price>,
    pub(crate) subscriptions: Mutex<Vec<Subscription>>,
}

impl Books {
    pub(crate) async fn customer(&self, id: CustomerId) -> Result<Option<Customer>> {
        let mut customers = self.customers.iter();
        Ok(customers.find(|customer| customer.id == id).cloned())
    }

    pub(crate) async fn customer_by_email(&self, email: Email) -> Result<Option<Customer>> {
        let same = |one: &Email| one.as_str().eq_ignore_ascii_case(email.as_str());
        let mut customers = self.customers.iter();
        Ok(customers
            .find(|customer| customer.email.as_ref().is_some_and(same))
            .cloned())
    }

    pub(crate) async fn customers(&self, page: PageRequest) -> Result<Page<Customer>> {
        let after: Option<CustomerId> = page.after()?;
        let customers = self.customers.iter();
        let customers = customers.filter(|one| after.as_ref().is_none_or(|after| one.id > *after));
        page.keyset(customers.cloned().collect(), |customer| customer.id.clone())
    }

    pub(crate) async fn price(&self, id: PriceId) -> Result<Option<Price>> {
        Ok(self.prices.iter().find(|price| price.id == id).cloned())
    }

    pub(crate) async fn prices(&self, page: PageRequest) -> Result<Page<Price>> {
        let after: Option<PriceId> = page.after()?;
        let prices = self.prices.iter();
        let prices = prices.filter(|one| after.as_ref().is_none_or(|after| one.id > *after));
        page.keyset(prices.cloned().collect(), |price| price.id.clone())
    }

    pub(crate) async fn subscription(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        let subscriptions = self.locked();
        let mut subscriptions = subscriptions.iter();
        Ok(subscriptions
            .find(|one| one.id == id && one.customer_id == customer)
            .cloned())
    }

    pub(crate) async fn subscriptions(
        &self,
        customer: CustomerId,
        page: PageRequest,
    ) -> Result<Page<Subscription>> {
        let after: Option<SubscriptionId> = page.after()?;
        let subscriptions = self.locked();
        let subscriptions = subscriptions.iter().filter(|one| {
            one.customer_id == customer && after.as_ref().is_none_or(|after| one.id > *after)
        });
        page.keyset(subscriptions.cloned().collect(), |one| one.id.clone())
    }

    /// Reads and changes a customer's subscription under the lock. An error changes nothing.
    pub(crate) async fn change(
        &self,
        customer: CustomerId,
        id: SubscriptionId,
        change: impl FnOnce(&mut Subscription, Timestamp) -> Result<()>,
    ) -> Result<()> {
        let mut subscriptions = self.locked();
        let kept = subscriptions
            .iter_mut()
            .find(|one| one.id == id && one.customer_id == customer)
            .ok_or_else(|| Error::not_found("there is no such subscription"))?;
        let mut changed = kept.clone();
        change(&mut changed, Timestamp::now())?;
        *kept = changed;
        Ok(())
    }

    fn locked(&self) -> MutexGuard<'_, Vec<Subscription>> {
        self.subscriptions
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
