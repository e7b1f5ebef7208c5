//! Test and live mode: the functions choose the data, or the derive declares the modes.

use churnkey::testing::{Client, Received};
use churnkey::{
    Cancel, Customer, CustomerId, FromRequestContext, Integration, Mode, Modes, Page, PageRequest,
    Price, PriceId, RequestContext, Result, Schedule, Subscription, SubscriptionId,
};
use serde_json::{Value, json};

use crate::support::{Host, TOKEN};

test_support::integration!(test_only, modes(test): prices, cancel);
test_support::integration!(live_only, modes(live): prices, cancel);
test_support::integration!(shared: prices, cancel);

/// Has a function for each way to take the mode. Its catalog is the same in both modes.
#[derive(churnkey::Integration)]
#[churnkey(name = "Separate")]
struct Separate;

/// The customers of one mode.
struct Customers(&'static str);

impl FromRequestContext for Customers {
    const READS_MODE: bool = true;

    fn from_request_context(request: &RequestContext) -> Result<Self> {
        Ok(Self(request.mode().as_str()))
    }
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Separate, id: CustomerId, customers: Customers) -> Result<Customer> {
    Ok(Customer::new(id).name(customers.0))
}

#[churnkey::controller(prices)]
async fn retrieve_price(_: &Separate, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices)]
async fn list_prices(_: &Separate, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions)]
async fn retrieve_subscription(
    _: &Separate,
    _: CustomerId,
    _: SubscriptionId,
    #[cfg(test)] _: Mode,
    #[cfg(not(test))] _: NotThere,
) -> Result<Option<Subscription>> {
    Ok(None)
}

fn client<T: Integration>(context: T, mode: Mode) -> Client {
    Client::new(T::router(context, TOKEN), TOKEN).mode(mode)
}

async fn cancel(client: &Client) -> Received {
    let request = Cancel::new("cus_1", "sub_1", Schedule::Immediate);
    client.act("/subscription/cancel", &request).await
}

#[test]
fn declared_modes_are_a_constant() {
    assert_eq!(Separate::MODES, Modes::Separate);
    assert_eq!(test_only::Billing::MODES, Modes::Only(Mode::Test));
    assert_eq!(live_only::Billing::MODES, Modes::Only(Mode::Live));
    assert_eq!(shared::Billing::MODES, Modes::Shared);
    assert!(live_only::Billing::MODES.serves(Mode::Live));
    assert!(!live_only::Billing::MODES.serves(Mode::Test));
    assert!(Separate::MODES.serves(Mode::Test) && Modes::Shared.serves(Mode::Live));
}

#[tokio::test]
async fn a_mode_that_is_not_served_is_a_400() {
    let billing = std::sync::Arc::new(test_only::Billing::default());
    let router = test_only::Billing::router(billing.clone(), TOKEN);
    let client = Client::new(router, TOKEN);
    let live = client.clone().mode(Mode::Live);
    let message = "this provider serves test mode only: the header `X-Churnkey-Mode` must be \
                   `test`, and a request without the header is in live mode";
    for reply in [
        cancel(&live).await,
        live.get("/customers/cus_1").await,
        live.get("/prices").await,
    ] {
        assert_eq!(
            reply.json::<Value>().unwrap(),
            json!({ "code": 400, "message": message })
        );
    }
    assert_eq!(billing.calls(), 0);
    assert_eq!(cancel(&client).await.status(), 200);
    assert_eq!(billing.calls(), 1);

    let live = self::client(live_only::Billing::default(), Mode::Live);
    assert_eq!(cancel(&live).await.status(), 200);
    assert_eq!(
        cancel(&live.mode(Mode::Test))
            .await
            .json::<Value>()
            .unwrap(),
        json!({
            "code": 400,
            "message": "this provider serves live mode only: the header `X-Churnkey-Mode` must be \
                        `live` or absent",
        })
    );
}

#[test]
fn an_absent_header_is_live_mode() {
    let test_only = Host::serving(test_only::Billing::default());
    let request = test_only.call("GET", "/churnkey/customers/cus_1");
    assert_eq!(request.without("X-Churnkey-Mode").send().status, 400);
    let live_only = Host::serving(live_only::Billing::default());
    let request = live_only.call("GET", "/churnkey/customers/cus_1");
    assert_eq!(request.without("X-Churnkey-Mode").send().status, 200);
}

#[tokio::test]
async fn the_manifest_is_served_in_both_modes() {
    for mode in [Mode::Test, Mode::Live] {
        for client in [
            client(test_only::Billing::default(), mode),
            client(live_only::Billing::default(), mode),
        ] {
            assert_eq!(client.get("/features").await.status(), 200);
        }
    }
}

#[tokio::test]
async fn shared_data_is_served_in_both_modes() {
    for mode in [Mode::Test, Mode::Live] {
        let client = client(shared::Billing::default(), mode);
        assert_eq!(cancel(&client).await.status(), 200);
    }
}

#[tokio::test]
async fn an_extractor_of_the_user_reads_the_mode() {
    for mode in [Mode::Test, Mode::Live] {
        let reply = client(Separate, mode).get("/customers/cus_1").await;
        let customer: Customer = reply.json().unwrap();
        assert_eq!(customer.name.as_deref(), Some(mode.as_str()));
    }
}
