//! The span of middleware around an action, which runs in a task of its own.

use std::time::Duration;

use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::axum::extract::Request;
use churnkey::axum::middleware::{self, Next};
use churnkey::{
    Cancel, Customer, CustomerId, Integration as _, Page, PageRequest, Price, PriceId, Result,
    Subscription, SubscriptionId,
};
use serde_json::json;
use tower::ServiceExt as _;
use tracing::Instrument as _;

use crate::{Log, request};

#[derive(churnkey::Integration)]
#[churnkey(name = "Context", modes(shared), expect(cancel))]
struct Billing;

#[churnkey::action(cancel)]
async fn cancel(_: &Billing, _: Cancel) -> Result<()> {
    tracing::error!("before the wait");
    // The rest runs in the task of the action.
    tokio::time::sleep(Duration::from_millis(20)).await;
    tracing::error!("after the wait");
    Ok(())
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Billing, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn retrieve_price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn list_prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

/// Cancels inside of the span of a middleware. The caller of `hangs_up` leaves during the action.
async fn spans_of_the_function(level: tracing::Level, hangs_up: bool) -> Vec<serde_json::Value> {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(level)
        .with_writer(move || writer.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let add_span = |request: Request, next: Next| {
        let span = tracing::error_span!("middleware", tenant = "one");
        next.run(request).instrument(span)
    };
    let router: Router = Billing::router(Billing, "token");
    let router = router.layer(middleware::from_fn(add_span));
    let body = json!({ "customerId": "c", "subscriptionId": "s", "scheduledAt": "immediate" });
    let request = request("/actions/subscription/cancel").method("POST");
    let request = request.body(Body::from(body.to_string())).unwrap();
    let answer = router.oneshot(request);
    if hangs_up {
        let cut = tokio::time::timeout(Duration::from_millis(1), answer).await;
        assert!(cut.is_err());
        tokio::time::sleep(Duration::from_millis(100)).await;
    } else {
        assert_eq!(answer.await.unwrap().status(), 200);
    }
    let lines = log.lines().into_iter();
    let of_the_function = lines.filter(|line| {
        let message = line["fields"]["message"].as_str().unwrap_or_default();
        message.ends_with("the wait")
    });
    of_the_function.map(|line| line["spans"].clone()).collect()
}

#[tokio::test]
async fn span_of_middleware_is_there_through_an_action() {
    for hangs_up in [false, true] {
        // Without the span of the request, which is one of level `INFO`, too.
        for level in [tracing::Level::INFO, tracing::Level::ERROR] {
            let spans = spans_of_the_function(level, hangs_up).await;
            assert_eq!(spans.len(), 2, "{spans:?}");
            for spans in spans {
                assert_eq!(spans[0]["name"], "middleware", "{level} {spans}");
                assert_eq!(spans[0]["tenant"], "one", "{level} {spans}");
            }
        }
    }
}
