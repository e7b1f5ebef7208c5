//! A provider in memory that has every module of the protocol and records the arguments of its
//! functions.

use std::sync::{Mutex, PoisonError};

use churnkey::model::{Address, CouponDuration, Discount, FixedAmount, Percent};
use churnkey::{
    Amount, ApplyCoupon, BillingCycle, Cancel, CancelAll, ChangePrice, Coupon, CouponId, Currency,
    Customer, CustomerId, Email, Error, ExtendTrial, FamilyId, Page, PageRequest, Pause, PauseAll,
    Phone, Price, PriceId, Product, ProductFamily, ProductId, Result, Subscription, SubscriptionId,
    SubscriptionItem, SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

/// Has every module, with linked prices and products.
#[derive(churnkey::Integration)]
#[churnkey(name = "Everything", modes(shared), expect(all))]
pub(crate) struct Billing {
    reads: Mutex<Vec<String>>,
    writes: Mutex<Vec<Write>>,
}

/// The arguments of an action.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Write {
    Cancel(Cancel),
    CancelAll(CancelAll),
    Pause(Pause),
    PauseAll(PauseAll),
    ApplyCoupon(ApplyCoupon),
    ChangePrice(ChangePrice),
    ExtendTrial(ExtendTrial),
}

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl Billing {
    pub(crate) fn new() -> Self {
        Self {
            reads: Mutex::default(),
            writes: Mutex::default(),
        }
    }

    /// Returns the arguments of controllers since the last call.
    pub(crate) fn reads(&self) -> Vec<String> {
        std::mem::take(&mut *self.reads.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Returns the arguments of actions since the last call.
    pub(crate) fn writes(&self) -> Vec<Write> {
        std::mem::take(&mut *self.writes.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn read(&self, what: String) {
        self.reads
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what);
    }

    fn write(&self, what: Write) -> Result<()> {
        self.writes
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(what);
        Ok(())
    }
}

fn seeded_customers() -> Vec<Customer> {
    let full = Customer::new("cus_1")
        .name("Ada")
        .last_name("Lovelace")
        .email("a+b@c.test")
        .phone("+33123456789")
        .address(Address::new().country("FR").city("Paris"))
        .discount(Discount::new(seeded_coupon()))
        .currency(Currency::EUR)
        .metadata_entry("tier", "gold");
    vec![full, Customer::new("cus_2"), Customer::new("cus_3")]
}

fn seeded_price() -> Price {
    Price::of_product(
        "pro",
        "suite",
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1900),
    )
    .name("Pro")
    .description("internal")
}

fn seeded_prices() -> Vec<Price> {
    let team = Price::of_product(
        "team",
        "suite",
        BillingCycle::yearly(),
        FixedAmount::new(Currency::JPY).flat(110),
    );
    vec![seeded_price(), team]
}

fn seeded_subscriptions() -> Vec<Subscription> {
    let start = at("2026-01-01T00:00:00Z");
    let items = [SubscriptionItem::new("item_1", seeded_price(), 2)];
    let period = SubscriptionPeriod::new(start, at("2026-02-01T00:00:00Z"));
    let of = |id, customer, cycle| {
        Subscription::new(
            id,
            customer,
            SubscriptionStatus::active().current_period(period),
            start,
            cycle,
            items.clone(),
        )
    };
    vec![
        of("sub_1", "cus_1", BillingCycle::monthly()),
        of("sub_annual", "cus_1", BillingCycle::yearly()),
        of("sub_2", "cus_2", BillingCycle::monthly()),
    ]
}

fn seeded_coupon() -> Coupon {
    Coupon::new(
        "half",
        CouponDuration::Once,
        Percent::new(50.0).unwrap_or_else(|| unreachable!("50 is a percent")),
    )
    .code("HALF")
}

fn seeded_coupons() -> Vec<Coupon> {
    let fixed = FixedAmount::new(Currency::USD).flat(500);
    vec![
        seeded_coupon(),
        Coupon::new("welcome", CouponDuration::Forever, fixed),
    ]
}

fn seeded_products() -> Vec<Product> {
    vec![
        Product::in_family("suite", "apps", "Suite").unit_label("seat"),
        Product::in_family("tools", "apps", "Tools"),
    ]
}

fn seeded_families() -> Vec<ProductFamily> {
    vec![
        ProductFamily::new("apps", "Apps").description("All apps"),
        ProductFamily::new("books", "Books"),
    ]
}

fn page_of<T>(page: &PageRequest, all: Vec<T>, key: fn(&T) -> &str) -> Result<Page<T>> {
    let after: Option<String> = page.after()?;
    let rows = all
        .into_iter()
        .filter(|row| after.as_deref().is_none_or(|after| key(row) > after));
    page.keyset(rows.collect(), |row| key(row).to_owned())
}

#[churnkey::controller(customers)]
async fn retrieve_customer(ctx: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    ctx.read(format!("customer {id}"));
    Ok(seeded_customers()
        .into_iter()
        .find(|customer| customer.id == id))
}

#[churnkey::controller(customers)]
async fn list_customers(ctx: &Billing, page: PageRequest) -> Result<Page<Customer>> {
    ctx.read(format!("customers limit {}", page.limit()));
    page_of(&page, seeded_customers(), |customer| customer.id.as_str())
}

#[churnkey::controller(customers)]
async fn find_customer_by_email(ctx: &Billing, email: Email) -> Result<Option<Customer>> {
    ctx.read(format!("email {}", email.as_str()));
    Ok(seeded_customers()
        .into_iter()
        .find(|customer| customer.email.as_ref() == Some(&email)))
}

#[churnkey::controller(customers)]
async fn find_customer_by_phone(ctx: &Billing, phone: Phone) -> Result<Option<Customer>> {
    ctx.read(format!("phone {}", phone.as_str()));
    Ok(seeded_customers()
        .into_iter()
        .find(|customer| customer.phone.as_ref() == Some(&phone)))
}

#[churnkey::controller(prices, type = "product")]
async fn retrieve_price(ctx: &Billing, id: PriceId) -> Result<Option<Price>> {
    ctx.read(format!("price {id}"));
    Ok(seeded_prices().into_iter().find(|price| price.id == id))
}

#[churnkey::controller(prices)]
async fn list_prices(ctx: &Billing, page: PageRequest) -> Result<Page<Price>> {
    ctx.read(format!("prices limit {}", page.limit()));
    page_of(&page, seeded_prices(), |price| price.id.as_str())
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
) -> Result<Option<Subscription>> {
    ctx.read(format!("subscription {id} of {customer}"));
    // Ignores the customer. The runtime must check it.
    Ok(seeded_subscriptions()
        .into_iter()
        .find(|subscription| subscription.id == id))
}

#[churnkey::controller(subscriptions)]
async fn list_subscriptions(
    ctx: &Billing,
    customer: CustomerId,
    page: PageRequest,
) -> Result<Page<Subscription>> {
    ctx.read(format!(
        "subscriptions of {customer} limit {}",
        page.limit()
    ));
    let mut theirs = seeded_subscriptions();
    theirs.retain(|subscription| subscription.customer_id == customer);
    page_of(&page, theirs, |subscription| subscription.id.as_str())
}

#[churnkey::controller(coupons)]
async fn retrieve_coupon(ctx: &Billing, id: CouponId) -> Result<Option<Coupon>> {
    ctx.read(format!("coupon {id}"));
    Ok(seeded_coupons().into_iter().find(|coupon| coupon.id == id))
}

#[churnkey::controller(coupons)]
async fn list_coupons(ctx: &Billing, page: PageRequest) -> Result<Page<Coupon>> {
    ctx.read(format!("coupons limit {}", page.limit()));
    page_of(&page, seeded_coupons(), |coupon| coupon.id.as_str())
}

#[churnkey::controller(products, type = "family")]
async fn retrieve_product(ctx: &Billing, id: ProductId) -> Result<Option<Product>> {
    ctx.read(format!("product {id}"));
    Ok(seeded_products()
        .into_iter()
        .find(|product| product.id == id))
}

#[churnkey::controller(products)]
async fn list_products(ctx: &Billing, page: PageRequest) -> Result<Page<Product>> {
    ctx.read(format!("products limit {}", page.limit()));
    page_of(&page, seeded_products(), |product| product.id.as_str())
}

#[churnkey::controller(families)]
async fn retrieve_family(ctx: &Billing, id: FamilyId) -> Result<Option<ProductFamily>> {
    ctx.read(format!("family {id}"));
    Ok(seeded_families().into_iter().find(|family| family.id == id))
}

#[churnkey::controller(families)]
async fn list_families(ctx: &Billing, page: PageRequest) -> Result<Page<ProductFamily>> {
    ctx.read(format!("families limit {}", page.limit()));
    page_of(&page, seeded_families(), |family| family.id.as_str())
}

#[churnkey::action(cancel)]
async fn cancel(ctx: &Billing, request: Cancel) -> Result<()> {
    ctx.write(Write::Cancel(request))
}

#[churnkey::action(cancel_all)]
async fn cancel_all(ctx: &Billing, request: CancelAll) -> Result<()> {
    ctx.write(Write::CancelAll(request))
}

#[churnkey::action(pause, all)]
async fn pause(ctx: &Billing, request: Pause) -> Result<()> {
    let subscription = seeded_subscriptions().into_iter().find(|subscription| {
        subscription.id == request.subscription_id
            && subscription.customer_id == request.customer_id
    });
    let subscription =
        subscription.ok_or_else(|| Error::not_found("there is no such subscription"))?;
    request.permit(&subscription.duration)?;
    ctx.write(Write::Pause(request))
}

#[churnkey::action(pause_all)]
async fn pause_all(ctx: &Billing, request: PauseAll) -> Result<()> {
    request.permit(&BillingCycle::monthly())?;
    ctx.write(Write::PauseAll(request))
}

#[churnkey::action(apply_coupon)]
async fn apply_coupon(ctx: &Billing, request: ApplyCoupon) -> Result<()> {
    if request.coupon_id == "gone" {
        return Err(Error::not_found("there is no such coupon"));
    }
    ctx.write(Write::ApplyCoupon(request))
}

#[churnkey::action(change_price, all)]
async fn change_price(ctx: &Billing, request: ChangePrice) -> Result<()> {
    ctx.write(Write::ChangePrice(request))
}

#[churnkey::action(extend_trial, all)]
async fn extend_trial(ctx: &Billing, request: ExtendTrial) -> Result<()> {
    ctx.write(Write::ExtendTrial(request))
}
