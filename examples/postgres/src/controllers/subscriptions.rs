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
    let Some(stored) = books.subscription(&customer, &id).await? else {
        return Ok(None);
    };
    let key = id.as_str().to_owned();
    let mut discounts = books
        .discounts_of_subscriptions(std::slice::from_ref(&key))
        .await?;
    let discounts = discounts.remove(&key).unwrap_or_default();
    Ok(Some(stored.subscription.model(discounts)))
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
    let ids: Vec<String> = page.data().iter().map(|one| one.id.to_string()).collect();
    let mut discounts = books.discounts_of_subscriptions(&ids).await?;
    Ok(page.map(|subscription| {
        let discounts = discounts.remove(subscription.id.as_str());
        subscription.model(discounts.unwrap_or_default())
    }))
}
