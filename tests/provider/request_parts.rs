//! Further arguments of functions, and the places and forms in which functions can be written.

mod actions;

use std::sync::Arc;

use churnkey::axum::Router;
use churnkey::axum::extract::{MatchedPath, Request, State};
use churnkey::axum::http::HeaderName;
use churnkey::axum::middleware::{self, Next};
use churnkey::axum::routing::get;
use churnkey::{
    Customer, CustomerId, Email, Error, Extension, FromRequestContext, Headers, Integration, Mode,
    Page, PageRequest, Parts, Phone, Price, PriceId, Provider, RequestContext, RequestId, Result,
    ResultExt as _, Subscription, SubscriptionId,
};
use serde_json::json;

use crate::support::{Host, Peer, TOKEN, log_of};

/// Has functions in more than one file.
#[derive(Debug, Default, churnkey::Integration)]
#[churnkey(name = "Parts", modes(shared), expect(cancel))]
pub(crate) struct Billing {
    /// The text that is recorded for each customer.
    pub(crate) note: &'static str,
}

/// Inserted by the user's middleware.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tenant(&'static str);

/// Would be inserted by middleware that is not installed.
#[derive(Clone, Debug)]
pub(crate) struct NotInstalled;

/// A request part of the user.
#[derive(Debug, PartialEq)]
struct Region(String);

impl FromRequestContext for Region {
    fn from_request_context(request: &RequestContext) -> Result<Self> {
        let region = request
            .headers()
            .get("x-region")
            .ok_or_else(|| Error::bad_request("the header `X-Region` is required"))?;
        let region = region.to_str().or_internal()?;
        Ok(Self(format!("{region}/{}", request.mode())))
    }
}

/// Several parts at once.
#[churnkey::controller(customers)]
pub(crate) async fn retrieve_customer(
    ctx: &Billing,
    id: CustomerId,
    mode: Mode,
    request_id: RequestId,
    headers: Headers,
    Parts(route): Parts<MatchedPath>,
) -> Result<Option<Customer>> {
    let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    let token = format!("{headers:?}").contains(TOKEN);
    Ok(Some(
        Customer::new(id)
            .metadata_entry("note", ctx.note)
            .metadata_entry("mode", mode.as_str())
            .metadata_entry("request", request_id.to_string())
            .metadata_entry("headers", names.join(" "))
            .metadata_entry("token", token.to_string())
            .metadata_entry("route", route.as_str()),
    ))
}

/// A pattern as an argument.
#[churnkey::controller(customers)]
async fn find_by_email(
    _: &Billing,
    email: Email,
    Extension(Tenant(tenant)): Extension<Tenant>,
) -> Result<Option<Customer>> {
    Ok(Some(Customer::new(tenant).email(email)))
}

#[churnkey::controller(customers)]
async fn find_by_phone(
    _: &Billing,
    _phone: Phone,
    _: Extension<NotInstalled>,
) -> Result<Option<Customer>> {
    Ok(None)
}

/// A type of the user as an argument.
#[churnkey::controller(customers)]
async fn list(_: &Billing, _: PageRequest, Region(region): Region) -> Result<Page<Customer>> {
    Ok(Page::last(vec![Customer::new(region)]))
}

/// Raw identifiers as the name of the function and of its arguments.
#[churnkey::controller(prices, retrieve)]
async fn r#match(r#struct: &Billing, r#type: PriceId) -> Result<Option<Price>> {
    let _ = (r#struct, r#type);
    Ok(None)
}

mod r#mod {
    use super::*;

    #[churnkey::controller(prices)]
    pub(super) async fn r#list(
        _: &super::Billing,
        #[allow(unused_variables, unused_mut)] mut page: PageRequest,
    ) -> churnkey::Result<churnkey::Page<churnkey::Price>> {
        Ok(Page::last(Vec::new()))
    }
}

// `cfg` above and below our attribute. A disabled function does not exist, and its replacement
// does.

#[cfg(not(test))]
#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(_: &Billing) -> Missing {}

#[churnkey::controller(subscriptions)]
#[cfg(not(test))]
async fn retrieve_subscription(
    ctx: &Billing,
    customer: CustomerId,
    id: SubscriptionId,
) -> Result<Option<Missing>> {
}

#[cfg(test)]
#[churnkey::controller(subscriptions)]
#[cfg(not(doctest))]
async fn retrieve_subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[cfg(not(test))]
#[churnkey::controller(subscriptions)]
async fn list_subscriptions(
    _: &Billing,
    _: CustomerId,
    _: PageRequest,
) -> Result<Page<Subscription>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::action(pause)]
#[cfg(not(test))]
async fn pause(_: &Billing, _: churnkey::Pause) -> Result<()> {
    Ok(())
}

const _: () = {
    assert!(Billing::MANIFEST.actions.cancel.is_some());
    assert!(Billing::MANIFEST.actions.change_price.is_some());
    assert!(Billing::MANIFEST.actions.extend_trial.is_some());
    assert!(Billing::MANIFEST.actions.pause.is_none());
};

fn router() -> Router {
    Billing::router(Billing { note: "kept" }, TOKEN).layer(Extension(Tenant("acme")))
}

#[test]
fn function_gets_mode_request_id_and_headers() {
    let host = Host::of(router());
    let note = |mode: &[&str]| {
        let mut call = host
            .call("GET", "/churnkey/customers/cus_1")
            .header("X-Request-Id", "req_1");
        for mode in mode {
            call = call.header("X-Churnkey-Mode", mode);
        }
        call.send().document()["metadata"].clone()
    };
    let expected = |mode: &str, headers: &str| json!({ "note": "kept", "mode": mode, "request": "req_1", "headers": headers, "token": "false", "route": "/churnkey/customers/{customerId}" });
    assert_eq!(note(&[]), expected("live", "host x-request-id"));
    assert_eq!(
        note(&["live"]),
        expected("live", "host x-churnkey-mode x-request-id")
    );
    assert_eq!(
        note(&["test"]),
        expected("test", "host x-churnkey-mode x-request-id")
    );
}

#[test]
fn generated_request_id_is_sent_back_and_logged() {
    let host = Host::of(router());
    let reply = host.get("/customers/cus_1");
    let id = reply.header("x-request-id").unwrap().to_owned();
    assert_eq!(reply.document()["metadata"]["request"], json!(id));
    let log = log_of(&id);
    assert_eq!(log.len(), 1);
    for part in [
        "module=\"customers\"",
        "operation=\"retrieve\"",
        "mode=\"live\"",
        "status=200",
    ] {
        assert!(log[0].contains(part), "{}", log[0]);
    }
    assert!(
        !log[0].contains("cus_1") && !log[0].contains(TOKEN),
        "{}",
        log[0]
    );
}

#[test]
fn extension_comes_from_the_users_layer() {
    let host = Host::of(router());
    let found = host.get("/customers/email/a@b.test").document();
    assert_eq!(found, json!({ "id": "acme", "email": "a@b.test" }));

    let by_middleware = middleware::from_fn(|mut request: Request, next: Next| async {
        request.extensions_mut().insert(Tenant("by hand"));
        next.run(request).await
    });
    let host = Host::of(Billing::router(Billing::default(), TOKEN).layer(by_middleware));
    let found = host.get("/customers/email/a@b.test").document();
    assert_eq!(found["id"], "by hand");
}

#[test]
fn layer_sees_the_path_template() {
    let traced = middleware::from_fn(
        |route: Option<MatchedPath>, request: Request, next: Next| async {
            let mut response = next.run(request).await;
            let route = route.and_then(|route| route.as_str().parse().ok());
            response
                .headers_mut()
                .extend(route.map(|route| (ROUTE, route)));
            response
        },
    );
    let host = Host::of(router().layer(traced));
    for (path, template) in [
        (
            "/customers/email/a@b.test",
            "/churnkey/customers/email/{email}",
        ),
        ("/features", "/churnkey/features"),
        ("/nothing/here", "/churnkey/{*path}"),
    ] {
        assert_eq!(host.get(path).header("x-route"), Some(template), "{path}");
    }
}

const ROUTE: HeaderName = HeaderName::from_static("x-route");

#[test]
fn missing_extension_is_an_opaque_500_naming_its_type() {
    let host = Host::of(router());
    let reply = host
        .call("GET", "/churnkey/customers/phone/+1")
        .header("X-Request-Id", "forgotten")
        .send();
    assert_eq!(reply.error(500), "Internal Server Error");
    let log = log_of("forgotten");
    assert!(
        log[0].contains("provider::request_parts::NotInstalled"),
        "{log:?}"
    );
    assert!(log[0].contains("layer(axum::Extension(..))"), "{log:?}");
}

#[test]
fn user_type_is_extracted_or_rejects_the_request() {
    let host = Host::of(router());
    let list = |region: &[u8]| {
        host.call("GET", "/churnkey/customers")
            .header("X-Region", region)
            .header("X-Churnkey-Mode", "test")
            .send()
    };
    assert_eq!(
        list(b"eu").document(),
        json!({ "data": [{ "id": "eu/test" }] })
    );
    assert_eq!(list(b"\xff").error(500), "Internal Server Error");
    let without = host.get("/customers");
    assert_eq!(without.error(400), "the header `X-Region` is required");
}

#[test]
fn functions_in_other_files_and_under_cfg_are_routed() {
    let host = Host::of(router());
    let body =
        json!({ "customerId": "c", "subscriptionId": "s", "id": "p", "scheduledAt": "immediate" });
    host.act("/subscription/cancel", &body).is_done();
    host.act("/subscription/change-price", &body).is_done();
    let extend = json!({ "customerId": "c", "subscriptionId": "s", "duration": { "amount": 1, "unit": "day" } });
    assert_eq!(
        host.act("/subscription/extend-trial", extend).error(409),
        "test and acme"
    );
    assert_eq!(host.get("/prices").document(), json!({ "data": [] }));
    assert_eq!(host.get("/prices/p").error(404), "there is no such price");
    for absent in ["/customers/c/subscriptions", "/actions/subscription/pause"] {
        assert_eq!(host.get(absent).error(404), "there is no such path");
    }
}

#[tokio::test]
async fn annotated_function_can_be_called_directly() {
    let billing = Billing { note: "direct" };
    let email = Email::new("a@b.test");
    let customer = find_by_email(&billing, email.clone(), Extension(Tenant("here"))).await;
    assert_eq!(customer.unwrap(), Some(Customer::new("here").email(email)));
    let prices = r#mod::r#list(&billing, PageRequest::first(1))
        .await
        .unwrap();
    assert_eq!(prices.into_data(), []);
    assert_eq!(r#match(&billing, PriceId::new("p")).await.unwrap(), None);
    let request = churnkey::Cancel::new("c", "s", churnkey::Schedule::Immediate);
    actions::cancel(&billing, request).await.unwrap();
    let region = Region("eu".to_owned());
    let page = list(&billing, PageRequest::first(1), region).await.unwrap();
    assert_eq!(page.data()[0].id, "eu");
}

#[test]
fn router_can_be_nested_under_a_path() {
    let app = Router::new()
        .nest("/api/v1", router())
        .nest("/tenants/{tenant}/{customerId}", router())
        .fallback(|| async { "theirs" });
    let host = Host::of(app);
    for root in ["/api/v1", "/tenants/t/theirs"] {
        let get = |path: &str| host.call("GET", format!("{root}/churnkey{path}")).send();
        assert!(get("/features").document()["controllers"].is_object());
        assert_eq!(get("/customers/a%2Fb").document()["id"], "a/b", "{root}");
        assert_eq!(get("/customers/%zz").status, 400);
        assert_eq!(get("/nothing").error(404), "there is no such path");
        let anonymous = host
            .call("GET", format!("{root}/churnkey/features"))
            .without("Authorization")
            .send();
        assert_eq!(anonymous.error(401), "Unauthorized");
    }
    assert_eq!(
        host.call("GET", "/churnkey/features").send().text(),
        "theirs"
    );
}

#[test]
fn router_can_be_merged_into_another_router() {
    #[derive(Clone)]
    struct AppState(u8);

    let health = |State(state): State<AppState>| async move { state.0.to_string() };
    let billing = Billing { note: "kept" };
    let app = Router::new()
        .route("/health", get(health))
        .route("/churnkeys", get(|| async { "also theirs" }))
        .fallback(|| async { "theirs" })
        .nest("/nested", Provider::new(Billing::default(), TOKEN).router())
        .merge(Billing::router(billing, TOKEN).layer(Extension(Tenant("acme"))))
        .with_state(AppState(7));
    let host = Host::of(app);
    let text = |path: &str| host.call("GET", path).send().text();
    assert_eq!(text("/health"), "7");
    assert_eq!(text("/churnkeys"), "also theirs");
    assert_eq!(text("/elsewhere"), "theirs");
    assert_eq!(host.get("/customers/cus_1").document()["id"], "cus_1");
    assert_eq!(host.get("/elsewhere").error(404), "there is no such path");
    let nested = host.call("GET", "/nested/churnkey/features").send();
    assert!(nested.document()["controllers"].is_object());
}

#[test]
fn context_is_shared_and_outlives_its_routers() {
    let billing = Arc::new(Billing { note: "shared" });
    let one = Host::of(Billing::router(Arc::clone(&billing), TOKEN));
    let other = Host::serving::<Billing>(Arc::clone(&billing));
    for host in [one, other] {
        let note = host.get("/customers/c").document()["metadata"]["note"].clone();
        assert_eq!(note, "shared");
    }
    assert_eq!(billing.note, "shared");
}

#[test]
fn requests_on_one_connection_are_independent() {
    let host = Host::of(router());
    let mut connection = Peer::open(host.address());
    for (mode, region) in [("test", "eu"), ("live", "us"), ("test", "ap")] {
        let call = host
            .call("GET", "/churnkey/customers")
            .header("X-Region", region)
            .header("X-Churnkey-Mode", mode);
        let page = call.send_on(&mut connection).document();
        assert_eq!(page["data"][0]["id"], format!("{region}/{mode}"));
    }
}
