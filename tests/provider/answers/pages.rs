//! Pages that break a rule of the protocol, and subscriptions of another customer.

use churnkey::{Page, Price, Result};

use super::standalone::Billing;
use super::{
    SECRET, fails_because, get, price, subscription, subscription_of_another_customer, tiered,
};
use crate::support::{Host, log_of};

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
