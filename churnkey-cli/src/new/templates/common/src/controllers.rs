//! The data that Churnkey reads. Each function serves one operation.

use churnkey::{
    Customer, CustomerId, Email, Error, Mode, Page, PageRequest, Price, PriceId, Result,
    Subscription, SubscriptionId,
};

use crate::Billing;

#[churnkey::controller(customers, retrieve)]
pub async fn customer(ctx: &Billing, id: CustomerId, mode: Mode) -> Result<Option<Customer>> {
    ctx.books(mode).customer(id).await
}

#[churnkey::controller(customers, list)]
pub async fn customers(ctx: &Billing, page: PageRequest, mode: Mode) -> Result<Page<Customer>> {
    ctx.books(mode).customers(page).await
}

#[churnkey::controller(customers, find_by_email)]
pub async fn by_email(ctx: &Billing, email: Email, mode: Mode) -> Result<Option<Customer>> {
    ctx.books(mode).customer_by_email(email).await
}

#[churnkey::controller(prices, retrieve)]
pub async fn price(ctx: &Billing, id: PriceId, mode: Mode) -> Result<Option<Price>> {
    ctx.books(mode).price(id).await
}

#[churnkey::controller(prices, list)]
pub async fn prices(ctx: &Billing, page: PageRequest, mode: Mode) -> Result<Page<Price>> {
    ctx.books(mode).prices(page).await
}

/// Finds a subscription of this customer. A subscription of another customer is not found.
#[churnkey::controller(subscriptions, retrieve)]
pub async fn subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
    mode: Mode,
) -> Result<Option<Subscription>> {
    let found = ctx.books(mode).subscription(customer, id).await?;
    Ok(found.map(|subscription| subscription.model(ctx.clock.now())))
}

/// Lists the subscriptions of a customer. An unknown customer gets a 404, and a customer without
/// subscriptions an empty list.
#[churnkey::controller(subscriptions, list)]
pub async fn subscriptions(
    ctx: &Billing,
    customer: CustomerId,
    page: PageRequest,
    mode: Mode,
) -> Result<Page<Subscription>> {
    let books = ctx.books(mode);
    if books.customer(customer.clone()).await?.is_none() {
        return Err(Error::not_found("there is no such customer"));
    }
    let page = books.subscriptions(customer, page).await?;
    let now = ctx.clock.now();
    Ok(page.map(|subscription| subscription.model(now)))
}
