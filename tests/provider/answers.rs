//! Incorrect functions: responses that break the protocol, errors and panics. Churnkey gets a
//! status, and the cause is logged.

mod failures;
mod pages;
mod rules;

use churnkey::model::{Tier, TierMode};
use churnkey::{
    Amount, BillingCycle, Currency, Price, Subscription, SubscriptionItem, SubscriptionStatus,
};
use serde_json::json;

use crate::support::{Call, Host, Reply, at, log_of};

/// A provider that returns scripted responses.
macro_rules! scripted {
    ($name:ident: prices $prices:literal, products $products:literal) => {
        mod $name {
            use churnkey::*;

            #[derive(churnkey::Integration)]
            #[churnkey(name = "Scripted", modes(shared), expect())]
            pub(crate) struct Billing {
                pub(crate) customer: fn() -> Result<Option<Customer>>,
                pub(crate) price: fn() -> Result<Option<Price>>,
                pub(crate) prices: fn(PageRequest) -> Result<Page<Price>>,
                pub(crate) subscription: fn() -> Result<Option<Subscription>>,
                pub(crate) subscriptions: fn() -> Result<Page<Subscription>>,
                pub(crate) coupon: fn() -> Result<Option<Coupon>>,
                pub(crate) product: fn() -> Result<Option<Product>>,
                pub(crate) family: fn() -> Result<Option<ProductFamily>>,
                pub(crate) cancel: fn() -> Result<()>,
                /// The duration of a cancellation.
                pub(crate) delay: std::time::Duration,
            }

            impl Billing {
                pub(crate) fn new() -> Self {
                    Self {
                        customer: || Ok(None),
                        price: || Ok(None),
                        prices: |_| Ok(Page::last(Vec::new())),
                        subscription: || Ok(None),
                        subscriptions: || Ok(Page::last(Vec::new())),
                        coupon: || Ok(None),
                        product: || Ok(None),
                        family: || Ok(None),
                        cancel: || Ok(()),
                        delay: std::time::Duration::ZERO,
                    }
                }
            }

            #[churnkey::controller(customers, retrieve)]
            async fn customer(ctx: &Billing, _: CustomerId) -> Result<Option<Customer>> {
                (ctx.customer)()
            }

            #[churnkey::controller(prices, retrieve, type = $prices)]
            async fn price(ctx: &Billing, _: PriceId) -> Result<Option<Price>> {
                (ctx.price)()
            }

            #[churnkey::controller(prices, list)]
            async fn prices(ctx: &Billing, page: PageRequest) -> Result<Page<Price>> {
                (ctx.prices)(page)
            }

            #[churnkey::controller(subscriptions, retrieve)]
            async fn subscription(
                ctx: &Billing,
                _: CustomerId,
                _: SubscriptionId,
            ) -> Result<Option<Subscription>> {
                (ctx.subscription)()
            }

            #[churnkey::controller(subscriptions, list)]
            async fn subscriptions(
                ctx: &Billing,
                _: CustomerId,
                _: PageRequest,
            ) -> Result<Page<Subscription>> {
                (ctx.subscriptions)()
            }

            #[churnkey::controller(coupons, retrieve)]
            async fn coupon(ctx: &Billing, _: CouponId) -> Result<Option<Coupon>> {
                (ctx.coupon)()
            }

            #[churnkey::controller(coupons, list)]
            async fn coupons(_: &Billing, _: PageRequest) -> Result<Page<Coupon>> {
                Ok(Page::last(Vec::new()))
            }

            #[churnkey::controller(products, retrieve)]
            async fn product(ctx: &Billing, _: ProductId) -> Result<Option<Product>> {
                (ctx.product)()
            }

            #[churnkey::controller(products, list, type = $products)]
            async fn products(_: &Billing, _: PageRequest) -> Result<Page<Product>> {
                Ok(Page::last(Vec::new()))
            }

            #[churnkey::controller(families, retrieve)]
            async fn family(ctx: &Billing, _: FamilyId) -> Result<Option<ProductFamily>> {
                (ctx.family)()
            }

            #[churnkey::controller(families, list)]
            async fn families(_: &Billing, _: PageRequest) -> Result<Page<ProductFamily>> {
                Ok(Page::last(Vec::new()))
            }

            #[churnkey::action(cancel)]
            async fn cancel(ctx: &Billing, _: Cancel) -> Result<()> {
                // Panics and errors after the first suspension of the function must be caught as
                // well.
                tokio::time::sleep(ctx.delay).await;
                (ctx.cancel)()
            }
        }
    };
}

scripted!(standalone: prices "standalone", products "standalone");
scripted!(linked: prices "product", products "family");

/// Stands for personal data, which must be neither sent nor logged.
const SECRET: &str = "s3cr3t";

fn get(host: Host, path: &str, id: &str) -> Reply {
    host.call("GET", format!("/churnkey{path}"))
        .header("X-Request-Id", id)
        .send()
}

fn cancel(host: Host, id: &str) -> Reply {
    cancel_call(host, id).send()
}

fn cancel_call(host: Host, id: &str) -> Call {
    host.call("POST", "/churnkey/actions/subscription/cancel")
        .header("X-Request-Id", id)
        .json(json!({ "customerId": "c", "subscriptionId": "s", "scheduledAt": "immediate" }))
}

/// Asserts an opaque 500, and one log line with its cause.
#[track_caller]
fn fails_because(reply: &Reply, id: &str, cause: &str) {
    assert_eq!(reply.error(500), "Internal Server Error");
    assert_eq!(reply.header("x-request-id"), Some(id));
    let log = log_of(id);
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(
        log[0].contains("ERROR") && log[0].contains("status=500"),
        "{}",
        log[0]
    );
    assert!(log[0].contains(cause), "`{cause}` is not in {}", log[0]);
    assert!(!log[0].contains(SECRET), "{}", log[0]);
}

fn price(id: &str) -> Price {
    Price::standalone(
        id,
        BillingCycle::monthly(),
        Amount::fixed(Currency::USD, 1900),
    )
    .name(SECRET)
}

fn tiered(tiers: impl IntoIterator<Item = Tier>) -> Price {
    Price::standalone(
        "p",
        BillingCycle::monthly(),
        Amount::tiered(Currency::USD, TierMode::Total, tiers),
    )
}

fn subscription() -> Subscription {
    Subscription::new(
        "s",
        "c",
        SubscriptionStatus::active(),
        at("2026-01-01T00:00:00Z"),
        BillingCycle::monthly(),
        [SubscriptionItem::new("i", price("p"), 1)],
    )
    .metadata_entry("note", SECRET)
}

fn changed(change: impl FnOnce(&mut Subscription)) -> Subscription {
    let mut subscription = subscription();
    change(&mut subscription);
    subscription
}

fn subscription_of_another_customer() -> Subscription {
    changed(|subscription| subscription.customer_id = SECRET.into())
}
