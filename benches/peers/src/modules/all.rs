use churnkey::{
    ApplyCoupon, Cancel, CancelAll, ChangePrice, Coupon, CouponId, Customer, CustomerId, Email,
    ExtendTrial, FamilyId, Page, PageRequest, Pause, PauseAll, Phone, Price, PriceId, Product,
    ProductFamily, ProductId, Result, Subscription, SubscriptionId,
};

#[derive(churnkey::Integration)]
#[churnkey(
    name = "All",
    modes(shared),
    expect(
        cancel,
        cancel_all,
        pause,
        pause_all,
        apply_coupon,
        change_price,
        extend_trial,
        coupons,
        products,
        families
    )
)]
pub(super) struct Billing(pub(super) Customer);

#[churnkey::controller(customers, retrieve)]
async fn customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    Ok((id == ctx.0.id).then(|| ctx.0.clone()))
}

#[churnkey::controller(customers, list)]
async fn customers(ctx: &Billing, _page: PageRequest) -> Result<Page<Customer>> {
    Ok(Page::last(vec![ctx.0.clone()]))
}

#[churnkey::controller(customers, find_by_email)]
async fn customer_by_email(_ctx: &Billing, _email: Email) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(customers, find_by_phone)]
async fn customer_by_phone(_ctx: &Billing, _phone: Phone) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(prices, retrieve, type = "product")]
async fn price(_ctx: &Billing, _id: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices, list)]
async fn prices(_ctx: &Billing, _page: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(products, retrieve, type = "family")]
async fn product(_ctx: &Billing, _id: ProductId) -> Result<Option<Product>> {
    Ok(None)
}

#[churnkey::controller(products, list)]
async fn products(_ctx: &Billing, _page: PageRequest) -> Result<Page<Product>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(families, retrieve)]
async fn family(_ctx: &Billing, _id: FamilyId) -> Result<Option<ProductFamily>> {
    Ok(None)
}

#[churnkey::controller(families, list)]
async fn families(_ctx: &Billing, _page: PageRequest) -> Result<Page<ProductFamily>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(coupons, retrieve)]
async fn coupon(_ctx: &Billing, _id: CouponId) -> Result<Option<Coupon>> {
    Ok(None)
}

#[churnkey::controller(coupons, list)]
async fn coupons(_ctx: &Billing, _page: PageRequest) -> Result<Page<Coupon>> {
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

#[churnkey::controller(subscriptions, list)]
async fn subscriptions(
    _ctx: &Billing,
    _customer: CustomerId,
    _page: PageRequest,
) -> Result<Page<Subscription>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::action(cancel)]
async fn cancel(_ctx: &Billing, _request: Cancel) -> Result<()> {
    Ok(())
}

#[churnkey::action(cancel_all)]
async fn cancel_all(_ctx: &Billing, _request: CancelAll) -> Result<()> {
    Ok(())
}

#[churnkey::action(pause)]
async fn pause(_ctx: &Billing, _request: Pause) -> Result<()> {
    Ok(())
}

#[churnkey::action(pause_all)]
async fn pause_all(_ctx: &Billing, _request: PauseAll) -> Result<()> {
    Ok(())
}

#[churnkey::action(apply_coupon)]
async fn apply_coupon(_ctx: &Billing, _request: ApplyCoupon) -> Result<()> {
    Ok(())
}

#[churnkey::action(change_price)]
async fn change_price(_ctx: &Billing, _request: ChangePrice) -> Result<()> {
    Ok(())
}

#[churnkey::action(extend_trial)]
async fn extend_trial(_ctx: &Billing, _request: ExtendTrial) -> Result<()> {
    Ok(())
}
