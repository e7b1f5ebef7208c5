//! Requests with the same body whose functions are given different arguments or task-locals.

use std::time::Duration;

use churnkey::axum::Router;
use churnkey::axum::extract::Request;
use churnkey::axum::middleware::{self, Next};
use churnkey::http::request::Parts as RequestParts;
use churnkey::{
    Extension, FromRequestContext, Headers, Mode, Parts, RequestContext, RequestId, Result,
};
use tokio::time::Instant;

use crate::action::{Action, Change};
use crate::harness::{TOKEN, call, request};

/// The time that each function takes, on the paused clock.
const WORK: Duration = Duration::from_secs(1);

tokio::task_local! {
    static LOCAL: String;
}

#[derive(Clone)]
struct Tenant(String);

impl FromRequestContext for Tenant {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(Self(tenant(request.headers())))
    }
}

impl churnkey::axum::extract::FromRequestParts<()> for Tenant {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(
        parts: &mut RequestParts,
        (): &(),
    ) -> Result<Self, Self::Rejection> {
        Ok(Self(tenant(&parts.headers)))
    }
}

/// Holds everything that a request has.
struct Whole(RequestContext);

impl FromRequestContext for Whole {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(Self(request.clone()))
    }
}

/// Depends on the mode only.
struct Books(Mode);

impl FromRequestContext for Books {
    const READS_MODE: bool = true;
    const JOINABLE: bool = true;

    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(Self(request.mode()))
    }
}

fn tenant(headers: &churnkey::http::HeaderMap) -> String {
    headers["x-tenant"].to_str().unwrap().to_owned()
}

/// A provider whose `cancel` takes further arguments, and refuses with the text that it makes of
/// them.
macro_rules! provider {
    ($name:ident($($extra:ident: $kind:ty),*) $text:expr) => {
        mod $name {
            #[allow(unused_imports, reason = "each provider uses some of them")]
            use super::*;
            use churnkey::{
                Cancel, Customer, CustomerId, Error, Page, PageRequest, Price, PriceId,
                Subscription, SubscriptionId,
            };

            #[derive(churnkey::Integration)]
            #[churnkey(name = "Arguments", modes(shared), expect(cancel))]
            pub(super) struct Billing;

            #[churnkey::action(cancel)]
            async fn cancel(_: &Billing, _: Cancel, $($extra: $kind),*) -> Result<()> {
                tokio::time::sleep(WORK).await;
                Err(Error::conflict($text))
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
        }
    };
}

provider!(extension(tenant: Extension<Tenant>) tenant.0.0);
provider!(extractor(tenant: Tenant) tenant.0);
provider!(headers(headers: Headers) tenant(&headers));
provider!(whole(request: Whole) tenant(request.0.headers()));
provider!(axum(tenant: Parts<Tenant>) tenant.0.0);
provider!(request_id(id: RequestId) id.to_string());
provider!(mode_and_extension(mode: Mode, tenant: Extension<Tenant>) {
    let _ = mode;
    tenant.0.0
});
provider!(nothing() "nothing");
provider!(mode(mode: Mode) mode.as_str());
provider!(books(books: Books) books.0.as_str());
provider!(task_local() LOCAL.get());

/// Middleware that adds the tenant of a request as an extension and as a task-local.
async fn add_tenant(mut request: Request, next: Next) -> churnkey::axum::response::Response {
    let tenant = tenant(request.headers());
    request.extensions_mut().insert(Tenant(tenant.clone()));
    LOCAL.scope(tenant, next.run(request)).await
}

/// Sends the same cancellation for two tenants at once. Returns both messages, and the time until
/// both callers have them.
async fn two_tenants(router: Router) -> ([String; 2], Duration) {
    let router = router.layer(middleware::from_fn(add_tenant));
    let send = |tenant: &'static str| {
        let action = Action::live("ada", Change::Cancel("ada-1"));
        let mut request = request(action, action.spelled(0));
        for name in ["x-tenant", "x-request-id"] {
            request.headers_mut().insert(name, tenant.parse().unwrap());
        }
        call(router.clone(), request)
    };
    let began = Instant::now();
    let (first, second) = tokio::join!(send("one"), send("two"));
    let message = |body: String| {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        body["message"].as_str().unwrap().to_owned()
    };
    ([message(first.body), message(second.body)], began.elapsed())
}

/// The router of a provider with the default limits.
macro_rules! router {
    ($name:ident) => {
        <$name::Billing as churnkey::Integration>::router($name::Billing, TOKEN)
    };
}

#[tokio::test(start_paused = true)]
async fn actions_with_different_arguments_run_in_turn() {
    let providers = [
        ("extension", router!(extension)),
        ("own extractor", router!(extractor)),
        ("headers", router!(headers)),
        ("request context", router!(whole)),
        ("axum extractor", router!(axum)),
        ("request id", router!(request_id)),
        ("mode and extension", router!(mode_and_extension)),
    ];
    for (name, router) in providers {
        let (messages, elapsed) = two_tenants(router).await;
        assert_eq!(messages, ["one", "two"], "{name}");
        assert!(elapsed >= WORK * 2, "{name}: {elapsed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn actions_with_equal_arguments_join() {
    let providers = [
        ("nothing", router!(nothing)),
        ("live", router!(mode)),
        ("live", router!(books)),
    ];
    for (message, router) in providers {
        let (messages, elapsed) = two_tenants(router).await;
        assert_eq!(messages, [message, message]);
        assert!(elapsed < WORK * 2, "{message}: {elapsed:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn action_scope_carries_task_locals_and_joins_nothing() {
    let provider = churnkey::Provider::new(task_local::Billing, TOKEN);
    let provider = provider.action_scope(|action| LOCAL.scope(LOCAL.get(), action));
    let (messages, elapsed) = two_tenants(provider.router()).await;
    assert_eq!(messages, ["one", "two"]);
    assert!(elapsed >= WORK * 2, "{elapsed:?}");
}

#[tokio::test(start_paused = true)]
async fn panicking_action_scope_is_a_500() {
    let provider = churnkey::Provider::new(task_local::Billing, TOKEN);
    let router = provider
        .action_scope(|action| LOCAL.scope(LOCAL.get(), action))
        .router();
    let action = Action::live("ada", Change::Cancel("ada-1"));
    for _ in 0..2 {
        let answer = call(router.clone(), request(action, action.spelled(0))).await;
        assert_eq!(answer.status, 500);
    }
}
