//! Models that break a rule of the protocol.

use churnkey::model::{
    Address, CouponDuration, CycleUnit, Discount, FixedAmount, PausePeriod, Tier,
};
use churnkey::{
    Amount, BillingCycle, Coupon, Currency, Customer, Price, Product, ProductFamily, Result,
    Subscription, SubscriptionItem, SubscriptionPeriod, SubscriptionStatus,
};

use super::standalone::Billing;
use super::{SECRET, changed, fails_because, get, linked, price, subscription, tiered};
use crate::support::{Host, at};

fn with_status(status: SubscriptionStatus) -> Subscription {
    changed(|subscription| subscription.status = status)
}

fn with_item(id: &str, price: Price) -> Subscription {
    changed(|subscription| subscription.items = vec![SubscriptionItem::new(id, price, 1)])
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
