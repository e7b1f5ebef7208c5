use churnkey::{CustomerId, Mode, Page, PageRequest, Result, Subscription, SubscriptionId};

use crate::Acme;

#[churnkey::controller(subscriptions)]
async fn retrieve(
    ctx: &Acme,
    customer: CustomerId,
    id: SubscriptionId,
    mode: Mode,
) -> Result<Option<Subscription>> {
    ctx.ledger(mode)
        .read(move |books| {
            let subscription = books.subscription(&customer, &id)?;
            subscription
                .map(|subscription| subscription.model(books.now()))
                .transpose()
        })
        .await
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
    ctx.ledger(mode)
        .read(move |books| {
            books.require_customer(&customer)?;
            books
                .subscriptions(&customer, &page)?
                .try_map(|subscription| subscription.model(books.now()))
        })
        .await
}
