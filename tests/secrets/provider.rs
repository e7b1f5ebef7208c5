//! A provider whose functions log all their arguments and results, as functions do during
//! debugging.

use std::fmt::Debug;

use churnkey::model::{Address, CouponDuration, FixedAmount};
use churnkey::{
    Amount, ApplyCoupon, BillingCycle, Cancel, CancelAll, ChangePrice, Coupon, CouponId, Currency,
    Customer, CustomerId, Email, Error, ExtendTrial, FamilyId, FromRequestContext, Headers, Page,
    PageRequest, Pause, PauseAll, Phone, Price, PriceId, Product, ProductFamily, ProductId,
    RequestContext, Result, ResultExt as _, Subscription, SubscriptionId, SubscriptionItem,
    SubscriptionPeriod, SubscriptionStatus, Timestamp,
};

use crate::sentinels::*;

#[derive(Debug, churnkey::Integration)]
#[churnkey(name = "Talkative", modes(shared), expect(all))]
pub(crate) struct Billing {
    /// The password of the database, which `Debug` of a context would print.
    pub(crate) password: &'static str,
}

/// The behavior of a function, which the header `X-Scene` selects.
struct Scene {
    name: String,
    request: RequestContext,
    headers: Headers,
}

impl FromRequestContext for Scene {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        let name = request.headers().get("x-scene");
        Ok(Self {
            name: name
                .and_then(|name| name.to_str().ok())
                .unwrap_or("good")
                .to_owned(),
            request: request.clone(),
            headers: Headers::from_request_context(request)?,
        })
    }
}

impl Scene {
    /// Runs the scene. `bad` is a result that must not be sent.
    fn run<M: Debug>(&self, input: impl Debug, good: M, bad: M) -> Result<M> {
        tracing::debug!(?input, ?self.request, headers = ?*self.headers, ?good, ?bad, "called");
        println!("{input:?} {:?} {:#?}", self.headers, self.request);
        eprintln!("{good:?} {bad:#?}");
        match self.name.as_str() {
            "good" => Ok(good),
            "bad" => Ok(bad),
            "fails" => Err(std::io::Error::other(CAUSE)).or_internal()?,
            "refuses" => Err(Error::conflict("not in this state").with_cause(CAUSE)),
            "is unavailable" => Err(Error::unavailable(std::time::Duration::from_secs(1))),
            "panics" => panic!("{input:?} {good:?} {:?}", self.request),
            other => unreachable!("there is no scene `{other}`"),
        }
    }

    /// Runs the scene for a model that can be absent.
    fn one<M: Debug>(&self, input: impl Debug, good: M, bad: M) -> Result<Option<M>> {
        if self.name == "none" {
            return Ok(None);
        }
        self.run(input, good, bad).map(Some)
    }

    /// Runs the scene for a page with a successor. The bad page has a row or a cursor that must not
    /// be sent.
    fn page<M: Debug + Clone>(&self, page: &PageRequest, good: M, bad: M) -> Result<Page<M>> {
        match self.name.as_str() {
            "long cursor" => return Ok(Page::with_next(vec![good], CURSOR.repeat(200))),
            "same cursor" => {
                let cursor = page.cursor().unwrap_or_default();
                return Ok(Page::with_next(vec![good], cursor));
            }
            "long page" => return Ok(Page::last(vec![good; page.limit() as usize + 1])),
            _ => {}
        }
        let after: Option<(String, u32)> = page.after()?;
        let number = after.map_or(0, |(_, number)| number + 1);
        let rows = vec![good.clone(); page.limit() as usize + 1];
        let next = page.keyset(rows, |_| (EMAIL, number))?;
        self.run(page, next, Page::last(vec![good, bad]))
    }
}

/// Returns a time that is not a secret.
fn at(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn address() -> Address {
    Address::new()
        .state(STATE)
        .city(CITY)
        .postal_code(POSTAL_CODE)
        .line1(LINE1)
        .line2(LINE2)
}

fn a_customer() -> Customer {
    Customer::new(CUSTOMER_ID)
        .name(NAME)
        .last_name(LAST_NAME)
        .email(EMAIL)
        .phone(PHONE)
        .address(address())
        .discount(a_coupon())
        .metadata_entry(METADATA_KEY, METADATA_VALUE)
}

/// Returns a customer that breaks each validation rule: required fields are empty, and the country
/// is invalid.
fn a_bad_customer() -> Customer {
    let mut customer = a_customer()
        .address(address().country(COUNTRY))
        .discount(a_bad_coupon())
        .email("");
    customer.name = None;
    customer
}

fn a_price() -> Price {
    let amount = Amount::fixed(Currency::USD, 1900);
    Price::of_product(PRICE_ID, PRODUCT_ID, BillingCycle::monthly(), amount)
        .name(PRICE_NAME)
        .description(DESCRIPTION)
}

fn a_bad_price() -> Price {
    let amount = Amount::fixed(Currency::USD, 1900);
    Price::standalone(PRICE_ID, BillingCycle::monthly(), amount)
        .name(PRICE_NAME)
        .description(DESCRIPTION)
}

fn a_subscription() -> Subscription {
    Subscription::new(
        SUBSCRIPTION_ID,
        CUSTOMER_ID,
        SubscriptionStatus::active(),
        at("2026-01-01T00:00:00Z"),
        BillingCycle::monthly(),
        [SubscriptionItem::new(ITEM_ID, a_price(), 2)],
    )
    .discount(a_coupon())
    .metadata_entry(METADATA_KEY, METADATA_VALUE)
}

fn a_bad_subscription() -> Subscription {
    let mut subscription = a_subscription();
    let period = SubscriptionPeriod::new(at("2026-02-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    subscription.status = SubscriptionStatus::active().current_period(period);
    subscription
        .items
        .push(SubscriptionItem::new("", a_bad_price(), 1));
    subscription
}

fn a_coupon() -> Coupon {
    let value = FixedAmount::new(Currency::USD).flat(500);
    Coupon::new(COUPON_ID, CouponDuration::Once, value)
        .code(COUPON_CODE)
        .name(COUPON_NAME)
}

fn a_bad_coupon() -> Coupon {
    let mut coupon = a_coupon();
    coupon.duration = CouponDuration::CycleAmount { cycles: 0 };
    coupon
}

fn a_product() -> Product {
    Product::in_family(PRODUCT_ID, FAMILY_ID, PRODUCT_NAME)
        .description(DESCRIPTION)
        .unit_label(UNIT_LABEL)
}

fn a_bad_product() -> Product {
    Product::standalone(PRODUCT_ID, PRODUCT_NAME).description(DESCRIPTION)
}

fn a_family() -> ProductFamily {
    ProductFamily::new(FAMILY_ID, FAMILY_NAME).description(DESCRIPTION)
}

fn a_bad_family() -> ProductFamily {
    ProductFamily::new(FAMILY_ID, "").description(DESCRIPTION)
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Billing, id: CustomerId, scene: Scene) -> Result<Option<Customer>> {
    scene.one(id, a_customer(), a_bad_customer())
}

#[churnkey::controller(customers)]
async fn list_customers(_: &Billing, page: PageRequest, scene: Scene) -> Result<Page<Customer>> {
    scene.page(&page, a_customer(), a_bad_customer())
}

#[churnkey::controller(customers)]
async fn find_by_email(_: &Billing, email: Email, scene: Scene) -> Result<Option<Customer>> {
    scene.one(email, a_customer(), a_bad_customer())
}

#[churnkey::controller(customers)]
async fn find_by_phone(_: &Billing, phone: Phone, scene: Scene) -> Result<Option<Customer>> {
    scene.one(phone, a_customer(), a_bad_customer())
}

#[churnkey::controller(prices, type = "product")]
async fn retrieve_price(_: &Billing, id: PriceId, scene: Scene) -> Result<Option<Price>> {
    scene.one(id, a_price(), a_bad_price())
}

#[churnkey::controller(prices)]
async fn list_prices(_: &Billing, page: PageRequest, scene: Scene) -> Result<Page<Price>> {
    scene.page(&page, a_price(), a_bad_price())
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
    scene: Scene,
) -> Result<Option<Subscription>> {
    if scene.name == "of another" {
        let mut subscription = a_subscription();
        subscription.customer_id = EMAIL.into();
        return Ok(Some(subscription));
    }
    scene.one((customer, id), a_subscription(), a_bad_subscription())
}

#[churnkey::controller(subscriptions)]
async fn list_subscriptions(
    _: &Billing,
    customer: CustomerId,
    page: PageRequest,
    scene: Scene,
) -> Result<Page<Subscription>> {
    tracing::debug!(?customer);
    scene.page(&page, a_subscription(), a_bad_subscription())
}

#[churnkey::controller(coupons)]
async fn retrieve_coupon(_: &Billing, id: CouponId, scene: Scene) -> Result<Option<Coupon>> {
    scene.one(id, a_coupon(), a_bad_coupon())
}

#[churnkey::controller(coupons)]
async fn list_coupons(_: &Billing, page: PageRequest, scene: Scene) -> Result<Page<Coupon>> {
    scene.page(&page, a_coupon(), a_bad_coupon())
}

#[churnkey::controller(products, type = "family")]
async fn retrieve_product(_: &Billing, id: ProductId, scene: Scene) -> Result<Option<Product>> {
    scene.one(id, a_product(), a_bad_product())
}

#[churnkey::controller(products)]
async fn list_products(_: &Billing, page: PageRequest, scene: Scene) -> Result<Page<Product>> {
    scene.page(&page, a_product(), a_bad_product())
}

#[churnkey::controller(families)]
async fn retrieve_family(_: &Billing, id: FamilyId, scene: Scene) -> Result<Option<ProductFamily>> {
    scene.one(id, a_family(), a_bad_family())
}

#[churnkey::controller(families)]
async fn list_families(
    _: &Billing,
    page: PageRequest,
    scene: Scene,
) -> Result<Page<ProductFamily>> {
    scene.page(&page, a_family(), a_bad_family())
}

#[churnkey::action(cancel)]
async fn cancel(_: &Billing, request: Cancel, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}

#[churnkey::action(cancel_all)]
async fn cancel_all(_: &Billing, request: CancelAll, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}

#[churnkey::action(pause, all)]
async fn pause(_: &Billing, request: Pause, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}

#[churnkey::action(pause_all)]
async fn pause_all(_: &Billing, request: PauseAll, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}

#[churnkey::action(apply_coupon)]
async fn apply_coupon(_: &Billing, request: ApplyCoupon, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}

#[churnkey::action(change_price, all)]
async fn change_price(_: &Billing, request: ChangePrice, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}

#[churnkey::action(extend_trial, all)]
async fn extend_trial(_: &Billing, request: ExtendTrial, scene: Scene) -> Result<()> {
    scene.run(request, (), ())
}
