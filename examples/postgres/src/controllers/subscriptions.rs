use churnkey::{CustomerId, Mode, Page, PageRequest, Result, Subscription, SubscriptionId};

use crate::Acme;

#[churnkey::controller(subscriptions)]
async fn retrieve(
    ctx: &Acme,
    customer: CustomerId,
    id: SubscriptionId,
    mode: Mode,
) -> Result<Option<Subscription>> {
    let mut ledger = ctx.ledger(mode).await?;
    let books = ledger.read().await?;
    let stored = books.subscription(&customer, &id).await?;
    stored
        .map(|stored| stored.subscription.model(books.now()))
        .transpose()
}

/// Lists the subscriptions of a customer. An unknown customer gets a 404, and a customer without
/// subscriptions an empty list.
#[churnkey::controller(subscriptions)]
async fn list(
    ctx: &Acme,
    customer: CustomerId,
    page: PageRequest,
    mode: Mode,
) -> Result<Page<Subscription>> {
    let mut ledger = ctx.ledger(mode).await?;
    let books = ledger.read().await?;
    books.require_customer(&customer).await?;
    let page = books.subscriptions(&customer, &page).await?;
    page.try_map(|subscription| subscription.model(books.now()))
}
