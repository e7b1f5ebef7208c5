//! Incorrect functions: responses that break the protocol, errors and panics. Churnkey gets a
//! status, and the cause is logged.

use std::fmt;
use std::time::{Duration, Instant};

use churnkey::model::{
    Address, CouponDuration, CycleUnit, Discount, FixedAmount, PausePeriod, Percent, Tier, TierMode,
};
use churnkey::{
    Amount, BillingCycle, Cancel, Coupon, Currency, Customer, CustomerId, Error, IntoError, Page,
    Price, PriceId, Product, ProductFamily, Result, ResultExt as _, Subscription, SubscriptionId,
    SubscriptionItem, SubscriptionPeriod, SubscriptionStatus,
};
use serde_json::json;

use crate::support::{Call, Host, Peer, Reply, at, log_of};

/// A provider that returns scripted responses.
macro_rules! scripted {
    ($name:ident: prices $prices:literal, products $products:literal) => {
        mod $name {
            use churnkey::*;

            #[derive(churnkey::Integration)]
            #[churnkey(name = "Scripted", modes(shared))]
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

use standalone::Billing;

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

fn with_status(status: SubscriptionStatus) -> Subscription {
    changed(|subscription| subscription.status = status)
}

fn with_item(id: &str, price: Price) -> Subscription {
    changed(|subscription| subscription.items = vec![SubscriptionItem::new(id, price, 1)])
}

fn subscription_of_another_customer() -> Subscription {
    changed(|subscription| subscription.customer_id = SECRET.into())
}

/// A period that ends before it begins.
fn reversed_period() -> SubscriptionPeriod {
    SubscriptionPeriod::new(at("2026-02-01T00:00:00Z"), at("2026-01-01T00:00:00Z"))
}

fn coupon(id: &str, duration: CouponDuration) -> Coupon {
    Coupon::new(id, duration, FixedAmount::new(Currency::USD).flat(1)).code(SECRET)
}

#[test]
fn customer_that_breaks_a_rule_is_an_opaque_500() {
    type Script = fn() -> Result<Option<Customer>>;
    let table: [(Script, &str); 6] = [
        (
            || Ok(Some(Customer::new("").name(SECRET))),
            "invalid customer: id must not be empty",
        ),
        (
            || Ok(Some(Customer::new("c").last_name(SECRET))),
            "invalid customer: lastName needs name",
        ),
        (
            || Ok(Some(Customer::new("c").email(""))),
            "invalid customer: email must not be empty",
        ),
        (
            || {
                Ok(Some(
                    Customer::new("c")
                        .address(Address::new())
                        .address(Address::new().country(SECRET)),
                ))
            },
            "invalid customer: addresses[1].country must be an ISO 3166-1 alpha-2 code in upper case",
        ),
        (
            || {
                Ok(Some(
                    Customer::new("c").discount(coupon("", CouponDuration::Once)),
                ))
            },
            "invalid customer: discounts[0].coupon.id must not be empty",
        ),
        (
            || {
                let discount = Discount::new(coupon("x", CouponDuration::Once));
                let (start, end) = (reversed_period().start, reversed_period().end);
                Ok(Some(
                    Customer::new("c").discount(discount.start(start).end(end)),
                ))
            },
            "invalid customer: discounts[0].end must not be before start",
        ),
    ];
    for (index, (customer, cause)) in table.into_iter().enumerate() {
        let host = Host::serving::<Billing>(Billing {
            customer,
            ..Billing::new()
        });
        let id = format!("customer-{index}");
        fails_because(&get(host, "/customers/c", &id), &id, cause);
    }
}

#[test]
fn price_that_breaks_a_rule_is_an_opaque_500() {
    type Script = fn() -> Result<Option<Price>>;
    let table: [(Script, &str); 7] = [
        (
            || Ok(Some(price(""))),
            "invalid price: id must not be empty",
        ),
        (
            || {
                Ok(Some(Price::standalone(
                    "p",
                    BillingCycle::every(0, CycleUnit::Month),
                    Amount::fixed(Currency::USD, 1),
                )))
            },
            "invalid price: duration.amount must be a whole number from 1",
        ),
        (
            || Ok(Some(tiered([]))),
            "invalid price: amount.tiers must not be empty",
        ),
        (
            || Ok(Some(tiered([Tier::up_to(1)]))),
            "invalid price: amount.tiers[0].upTo must be absent from the last tier",
        ),
        (
            || Ok(Some(tiered([Tier::rest(), Tier::rest()]))),
            "invalid price: amount.tiers[0].upTo must be set on every tier but the last",
        ),
        (
            || Ok(Some(tiered([Tier::up_to(5), Tier::up_to(5), Tier::rest()]))),
            "invalid price: amount.tiers[1].upTo must be above the previous tier",
        ),
        (
            || {
                Ok(Some(Price::of_product(
                    "p",
                    "x",
                    BillingCycle::monthly(),
                    Amount::fixed(Currency::USD, 1),
                )))
            },
            "invalid price: type must be `standalone`, as the prices controller declares",
        ),
    ];
    for (index, (price, cause)) in table.into_iter().enumerate() {
        let host = Host::serving::<Billing>(Billing {
            price,
            ..Billing::new()
        });
        let id = format!("price-{index}");
        fails_because(&get(host, "/prices/p", &id), &id, cause);
    }
}

#[test]
fn subscription_that_breaks_a_rule_is_an_opaque_500() {
    type Script = fn() -> Result<Option<Subscription>>;
    let table: [(Script, &str); 9] = [
        (
            || Ok(Some(changed(|subscription| subscription.id = "".into()))),
            "id must not be empty",
        ),
        (
            || {
                Ok(Some(with_status(SubscriptionStatus::paused(
                    PausePeriod::new(reversed_period().start).end(reversed_period().end),
                ))))
            },
            "status.pause.end must not be before start",
        ),
        (
            || {
                Ok(Some(with_status(
                    SubscriptionStatus::unpaid().current_period(reversed_period()),
                )))
            },
            "status.currentPeriod.end must not be before start",
        ),
        (
            || {
                Ok(Some(with_status(SubscriptionStatus::trial(
                    reversed_period(),
                ))))
            },
            "status.trial.end must not be before start",
        ),
        (
            || {
                Ok(Some(changed(|subscription| {
                    subscription.duration = BillingCycle::every(0, CycleUnit::Year)
                })))
            },
            "duration.amount must be a whole number from 1",
        ),
        (
            || Ok(Some(with_item("", price("p")))),
            "items[0].id must not be empty",
        ),
        (
            || Ok(Some(with_item("i", tiered([])))),
            "items[0].price.amount.tiers must not be empty",
        ),
        (
            || {
                let price = Price::of_product(
                    "p",
                    "x",
                    BillingCycle::monthly(),
                    Amount::fixed(Currency::USD, 1),
                );
                Ok(Some(with_item("i", price)))
            },
            "items[0].price.type must be `standalone`, as the prices controller declares",
        ),
        (
            || {
                Ok(Some(subscription().discount(coupon(
                    "x",
                    CouponDuration::CycleAmount { cycles: 0 },
                ))))
            },
            "discounts[0].coupon.duration.cycles must be a whole number from 1",
        ),
    ];
    for (index, (subscription, cause)) in table.into_iter().enumerate() {
        let host = Host::serving::<Billing>(Billing {
            subscription,
            ..Billing::new()
        });
        let id = format!("subscription-{index}");
        let cause = format!("invalid subscription: {cause}");
        fails_because(&get(host, "/customers/c/subscriptions/s", &id), &id, &cause);
    }
}

#[test]
fn coupon_product_and_family_rules_are_checked() {
    let host = |billing| Host::serving::<Billing>(billing);
    let coupons: [fn() -> Result<Option<Coupon>>; 2] = [
        || Ok(Some(coupon("", CouponDuration::Forever))),
        || {
            Ok(Some(coupon(
                "x",
                CouponDuration::Recurring {
                    amount: 0,
                    unit: CycleUnit::Month,
                },
            )))
        },
    ];
    let causes = [
        "id must not be empty",
        "duration.amount must be a whole number from 1",
    ];
    for (coupon, cause) in coupons.into_iter().zip(causes) {
        let reply = get(
            host(Billing {
                coupon,
                ..Billing::new()
            }),
            "/coupons/x",
            cause_id(cause),
        );
        fails_because(&reply, cause_id(cause), &format!("invalid coupon: {cause}"));
    }
    let product = || Ok(Some(Product::standalone("x", "").description(SECRET)));
    let reply = get(
        host(Billing {
            product,
            ..Billing::new()
        }),
        "/products/x",
        "product-name",
    );
    fails_because(
        &reply,
        "product-name",
        "invalid product: name must not be empty",
    );
    let product = || Ok(Some(Product::in_family("x", "f", SECRET)));
    let reply = get(
        host(Billing {
            product,
            ..Billing::new()
        }),
        "/products/x",
        "product-type",
    );
    let cause = "invalid product: type must be `standalone`, as the products controller declares";
    fails_because(&reply, "product-type", cause);
    let family = || Ok(Some(ProductFamily::new("", SECRET)));
    let reply = get(
        host(Billing {
            family,
            ..Billing::new()
        }),
        "/families/x",
        "family-id",
    );
    fails_because(&reply, "family-id", "invalid family: id must not be empty");
}

fn cause_id(cause: &str) -> &'static str {
    if cause.starts_with("id") {
        "coupon-id"
    } else {
        "coupon-duration"
    }
}

#[test]
fn standalone_items_are_rejected_where_linked_are_declared() {
    let host = Host::serving::<linked::Billing>(linked::Billing {
        price: || Ok(Some(price("p"))),
        product: || Ok(Some(Product::standalone("x", SECRET))),
        subscription: || Ok(Some(subscription())),
        ..linked::Billing::new()
    });
    let table = [
        (
            "/prices/p",
            "invalid price: type must be `product`, as the prices controller declares",
        ),
        (
            "/products/x",
            "invalid product: type must be `family`, as the products controller declares",
        ),
        (
            "/customers/c/subscriptions/s",
            "invalid subscription: items[0].price.type must be `product`, as the prices controller declares",
        ),
    ];
    for (path, cause) in table {
        let id = format!("linked{path}");
        fails_because(&get(host, path, &id), &id, cause);
    }
    let host = Host::serving::<linked::Billing>(linked::Billing {
        price: || {
            Ok(Some(Price::of_product(
                "p",
                "",
                BillingCycle::monthly(),
                Amount::fixed(Currency::USD, 1),
            )))
        },
        product: || Ok(Some(Product::in_family("x", "", SECRET))),
        ..linked::Billing::new()
    });
    let reply = get(host, "/prices/p", "linked-product-id");
    fails_because(
        &reply,
        "linked-product-id",
        "invalid price: productId must not be empty",
    );
    let reply = get(host, "/products/x", "linked-family-id");
    fails_because(
        &reply,
        "linked-family-id",
        "invalid product: familyId must not be empty",
    );
}

#[test]
fn log_has_the_number_of_broken_rules() {
    let host = Host::serving::<Billing>(Billing {
        customer: || Ok(Some(Customer::new("").last_name(SECRET))),
        ..Billing::new()
    });
    let reply = get(host, "/customers/c", "two-faults");
    let cause = "invalid customer: id must not be empty (and 1 more)";
    fails_because(&reply, "two-faults", cause);
}

#[test]
fn page_that_breaks_a_rule_is_an_opaque_500() {
    type Script = fn(churnkey::PageRequest) -> Result<Page<Price>>;
    let table: [(Script, &str); 7] = [
        (
            |_| Ok(Page::last(vec![price("a"), price(""), price("c")])),
            "invalid price: data[1].id must not be empty",
        ),
        (
            |_| Ok(Page::last(vec![tiered([])])),
            "invalid price: data[0].amount.tiers must not be empty",
        ),
        (
            |page| Ok(Page::last((0..=page.limit()).map(|_| price("a")).collect())),
            "invalid page: data must not hold more items than `PageRequest::limit`",
        ),
        (
            |_| Ok(Page::with_next(vec![price("a")], "")),
            "invalid page: next must not be empty",
        ),
        (
            |_| Ok(Page::with_next(vec![price("a")], "x".repeat(1025))),
            "invalid page: next must be at most 1024 bytes long",
        ),
        (
            |_| Ok(Page::with_next(vec![price("a")], "7")),
            "invalid page: next must not be the cursor of the same page, which would never end",
        ),
        (
            |_| Ok(Page::with_next(vec![price("a")], 7)),
            "invalid page: next must not be the cursor of the same page, which would never end",
        ),
    ];
    for (index, (prices, cause)) in table.into_iter().enumerate() {
        let host = Host::serving::<Billing>(Billing {
            prices,
            ..Billing::new()
        });
        let id = format!("page-{index}");
        fails_because(&get(host, "/prices?limit=5&cursor=7", &id), &id, cause);
    }
}

#[test]
fn page_at_its_limits_is_valid() {
    let host = Host::serving::<Billing>(Billing {
        prices: |page| {
            let data = (0..page.limit()).map(|_| price("a")).collect();
            Ok(Page::with_next(data, "x".repeat(1024)))
        },
        ..Billing::new()
    });
    let page = get(host, "/prices?limit=5&cursor=7", "page-fine").document();
    assert_eq!(page["data"].as_array().unwrap().len(), 5);
    assert_eq!(page["next"], "x".repeat(1024));
}

#[test]
fn page_with_a_foreign_subscription_is_an_opaque_500() {
    let host = Host::serving::<Billing>(Billing {
        subscriptions: || {
            Ok(Page::last(vec![
                subscription(),
                subscription_of_another_customer(),
            ]))
        },
        ..Billing::new()
    });
    let reply = get(host, "/customers/c/subscriptions", "foreign-row");
    let cause = "invalid subscription: data[1].customerId must be the customer that was asked for";
    fails_because(&reply, "foreign-row", cause);
}

#[test]
fn foreign_subscription_is_a_404_and_a_warning() {
    let host = Host::serving::<Billing>(Billing {
        subscription: || Ok(Some(subscription_of_another_customer())),
        ..Billing::new()
    });
    let reply = get(host, "/customers/c/subscriptions/s", "foreign");
    assert_eq!(reply.error(404), "there is no such subscription");
    let log = log_of("foreign");
    assert!(log[0].contains("WARN"), "{log:?}");
    assert!(
        log[0].contains("the function answered with a subscription of another customer"),
        "{log:?}"
    );
    assert!(!log[0].contains(SECRET), "{log:?}");
}

// Panics

#[test]
fn panic_is_one_500_and_the_connection_continues() {
    let host = Host::serving::<Billing>(Billing {
        customer: || panic!("{SECRET}"),
        price: || std::panic::panic_any(7),
        cancel: || panic!("{SECRET}"),
        ..Billing::new()
    });
    let mut connection = Peer::open(host.address());
    let calls = [
        host.call("GET", "/churnkey/customers/c"),
        host.call("GET", "/churnkey/prices/p"),
        host.call("POST", "/churnkey/actions/subscription/cancel")
            .json(json!({ "customerId": "c", "subscriptionId": "s", "scheduledAt": "immediate" })),
    ];
    for (index, call) in calls.into_iter().enumerate() {
        let id = format!("panic-{index}");
        let call = call.header("X-Request-Id", &id);
        let reply = call.send_on(&mut connection);
        fails_because(&reply, &id, "the function panicked");
        let after = host
            .call("GET", "/churnkey/families/none")
            .send_on(&mut connection);
        assert_eq!(after.error(404), "there is no such family");
    }
}

// Errors

#[test]
fn standard_error_is_logged_with_its_sources() {
    let host = Host::serving::<Billing>(Billing {
        customer: || {
            "many".parse::<u32>().or_internal()?;
            Ok(None)
        },
        cancel: || Err(Error::internal(Outer(Inner))),
        ..Billing::new()
    });
    let reply = get(host, "/customers/c", "std-error");
    fails_because(&reply, "std-error", "cause=invalid digit found in string");
    let reply = cancel(host, "std-error-chain");
    fails_because(
        &reply,
        "std-error-chain",
        "cause=the query failed: the pool is empty",
    );
}

#[test]
fn failure_after_a_disconnect_is_logged() {
    let host = Host::serving::<Billing>(Billing {
        cancel: || Err(Error::internal(Outer(Inner))),
        delay: Duration::from_millis(300),
        ..Billing::new()
    });
    let mut caller = Peer::open(host.address());
    caller.send(cancel_call(host, "hung-up").bytes());
    std::thread::sleep(Duration::from_millis(100));
    drop(caller);
    let deadline = Instant::now() + Duration::from_secs(10);
    while log_of("hung-up").is_empty() {
        assert!(Instant::now() < deadline, "it is not logged");
        std::thread::sleep(Duration::from_millis(10));
    }
    let log = log_of("hung-up");
    assert!(log[0].contains("status=500"), "{log:?}");
    assert!(
        log[0].contains("cause=the query failed: the pool is empty"),
        "{log:?}"
    );
}

#[derive(Debug)]
struct Inner;

impl fmt::Display for Inner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the pool is empty")
    }
}

impl std::error::Error for Inner {}

#[derive(Debug)]
struct Outer(Inner);

impl fmt::Display for Outer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the query failed")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn error_has_status_message_and_cause() {
    let host = Host::serving::<Billing>(Billing {
        cancel: || Err(Error::conflict("the subscription has ended").with_cause("row 7 is frozen")),
        customer: || Err(Error::bad_request("`id` must be a number")),
        price: || Err(Error::unavailable(Duration::from_millis(1500)).with_cause("no connection")),
        coupon: || Err(Error::new(churnkey::http::StatusCode::OK, "not a failure")),
        ..Billing::new()
    });
    let conflict = cancel(host, "conflict");
    assert_eq!(conflict.error(409), "the subscription has ended");
    assert!(log_of("conflict")[0].contains("cause=row 7 is frozen"));
    assert_eq!(
        get(host, "/customers/c", "bad").error(400),
        "`id` must be a number"
    );
    let away = get(host, "/prices/p", "away");
    assert_eq!(away.error(503), "Service Unavailable");
    assert_eq!(away.header("retry-after"), Some("2"));
    assert!(log_of("away")[0].contains("cause=no connection"));
    assert_eq!(get(host, "/coupons/x", "ok").error(500), "not a failure");
}

/// An error type of the user that chooses its response.
#[derive(Debug)]
enum BillingError {
    Locked,
    Busy,
    Database(Inner),
}

impl IntoError for BillingError {
    fn into_error(self) -> Error {
        match self {
            Self::Locked => Error::conflict("the subscription is being changed"),
            Self::Busy => Error::unavailable(Duration::from_secs(30)),
            Self::Database(cause) => Error::internal(cause),
        }
    }
}

/// The type also implements the standard error trait, which must not make it opaque.
impl fmt::Display for BillingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET)
    }
}

impl std::error::Error for BillingError {}

mod own_errors {
    use churnkey::PageRequest;
    use churnkey::model::Percent;

    use super::*;

    #[derive(churnkey::Integration)]
    #[churnkey(name = "Own errors", modes(shared))]
    pub(super) struct Billing;

    #[churnkey::controller(customers)]
    async fn retrieve_customer(
        _: &Billing,
        id: CustomerId,
    ) -> Result<Option<Customer>, BillingError> {
        match id.as_str() {
            "locked" => Err(BillingError::Locked),
            "busy" => Err(BillingError::Busy),
            "database" => Err(BillingError::Database(Inner)),
            "none" => Ok(None),
            _ => Ok(Some(Customer::new(id))),
        }
    }

    /// A boxed error of any type.
    #[churnkey::controller(customers)]
    async fn list_customers(
        _: &Billing,
        _: PageRequest,
    ) -> Result<Page<Customer>, Box<dyn std::error::Error + Send + Sync>> {
        Err("the box is empty".into())
    }

    /// A result that is never absent.
    #[churnkey::controller(prices)]
    async fn retrieve_price(_: &Billing, id: PriceId) -> Result<Price> {
        if id == "broken" {
            Err(Outer(Inner)).or_internal()
        } else {
            Ok(price(id.as_str()))
        }
    }

    #[churnkey::controller(prices)]
    async fn list_prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
        Err(std::io::Error::other("the disk is away")).or_internal()
    }

    /// `?` in a function converts every type with `IntoError`.
    #[churnkey::controller(subscriptions)]
    async fn retrieve_subscription(
        _: &Billing,
        _: CustomerId,
        _: SubscriptionId,
    ) -> Result<Option<Subscription>> {
        Percent::try_from(0.0)?;
        Ok(None)
    }

    #[churnkey::action(cancel)]
    async fn cancel(_: &Billing, request: Cancel) -> Result<(), BillingError> {
        if request.subscription_id == "s" {
            Err(BillingError::Locked)
        } else {
            Ok(())
        }
    }
}

#[test]
fn user_error_type_chooses_its_response() {
    let host = Host::serving::<own_errors::Billing>(own_errors::Billing);
    let locked = get(host, "/customers/locked", "locked");
    assert_eq!(locked.error(409), "the subscription is being changed");
    let busy = get(host, "/customers/busy", "busy");
    assert_eq!(busy.error(503), "Service Unavailable");
    assert_eq!(busy.header("retry-after"), Some("30"));
    fails_because(
        &get(host, "/customers/database", "database"),
        "database",
        "cause=the pool is empty",
    );
    assert_eq!(get(host, "/customers/none", "none").status, 404);
    assert_eq!(
        get(host, "/customers/c", "some").document(),
        json!({ "id": "c" })
    );
    assert_eq!(
        cancel(host, "locked-action").error(409),
        "the subscription is being changed"
    );
}

#[test]
fn standard_error_type_is_an_opaque_500() {
    let host = Host::serving::<own_errors::Billing>(own_errors::Billing);
    assert_eq!(get(host, "/prices/p", "fine").document()["id"], "p");
    let reply = get(host, "/prices/broken", "only-std");
    fails_because(
        &reply,
        "only-std",
        "cause=the query failed: the pool is empty",
    );
    fails_because(&get(host, "/prices", "io"), "io", "cause=the disk is away");
    fails_because(
        &get(host, "/customers", "boxed"),
        "boxed",
        "cause=the box is empty",
    );
    let reply = get(host, "/customers/c/subscriptions/s", "percent");
    fails_because(
        &reply,
        "percent",
        "cause=must be a number over 0 and up to 100",
    );
    assert!(Percent::new(0.0).is_none());
}
