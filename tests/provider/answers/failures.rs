//! Functions that return an error or panic.

use std::fmt;
use std::time::{Duration, Instant};

use churnkey::model::Percent;
use churnkey::{
    Cancel, Customer, CustomerId, Error, IntoError, Page, Price, PriceId, Result, ResultExt as _,
    Subscription, SubscriptionId,
};
use serde_json::json;

use super::standalone::Billing;
use super::{SECRET, cancel, cancel_call, fails_because, get, price};
use crate::support::{Host, Peer, log_of};

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

    use super::*;

    #[derive(churnkey::Integration)]
    #[churnkey(name = "Own errors", modes(shared), expect())]
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
        let _ = (&request.customer_id, request.scheduled_at);
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
