use churnkey::{
    Customer, CustomerId, Page, PageRequest, Price, PriceId, Result, Subscription, SubscriptionId,
};

#[derive(churnkey::Integration)]
#[churnkey(name = "Few", modes(shared))]
pub(super) struct Billing(pub(super) Customer);

#[churnkey::controller(customers, retrieve)]
async fn customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    Ok((id == ctx.0.id).then(|| ctx.0.clone()))
}

#[churnkey::controller(prices, retrieve)]
async fn price(_ctx: &Billing, _id: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices, list)]
async fn prices(_ctx: &Billing, _page: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    _ctx: &Billing,
    _customer: CustomerId,
    _id: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}
