use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::Request;
use churnkey::{Integration as _, Timestamp};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use tower::ServiceExt as _;

use crate::acme::{Acme, Clock};
use crate::client::{Client, Mode, id_of, subscriptions_of};
use crate::process::Process;
use crate::server::Server;

/// The list of the company on SQLite, whole.
async fn walk(router: &Router, mode: Mode, path: &str) -> Vec<Value> {
    let mut rows = Vec::new();
    let mut next = String::new();
    loop {
        let request = Request::get(format!("/churnkey{path}?limit=100{next}"))
            .header("Authorization", "Bearer token")
            .header("X-Churnkey-Mode", mode.word())
            .body(Body::empty())
            .unwrap();
        let response = router.clone().oneshot(request).await.unwrap();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let page: Value = serde_json::from_slice(&body).unwrap();
        rows.extend(page["data"].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(cursor) => next = format!("&cursor={cursor}"),
            None => return rows,
        }
    }
}

#[test]
fn it_shows_what_acme_shows_document_by_document() {
    let database = Server::shared().company();
    database.stop_the_clock();
    let session = database.session();
    let millis = |moment: &str| {
        session.number(&format!(
            "SELECT (extract(epoch FROM {moment}) * 1000)::bigint"
        ))
    };
    let now = millis("company_time()");
    let founded = millis(
        "(SELECT expires_at + interval '30 days' FROM coupons WHERE mode = 'live' AND id = 'coupon_expired')",
    );
    // Founded at the same moment and looked at at the same moment.
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("acme.db");
    let at = |millis| Clock::new(move || Timestamp::from_unix_millis(millis).unwrap());
    let runtime = Runtime::new().unwrap();
    // Where its connections are closed.
    let _entered = runtime.enter();
    drop(runtime.block_on(Acme::open(&file, at(founded))).unwrap());
    let acme = runtime.block_on(Acme::open(&file, at(now))).unwrap();
    let acme = Acme::router(acme, "token");
    let process = Process::on(&database);

    let mut documents = 0;
    for mode in Mode::BOTH {
        let mut client = Client::new(&process, mode);
        let mut lists: Vec<String> = [
            "/customers",
            "/prices",
            "/products",
            "/families",
            "/coupons",
        ]
        .map(str::to_owned)
        .into();
        let customers = runtime.block_on(walk(&acme, mode, "/customers"));
        lists.extend(
            customers
                .iter()
                .map(|customer| subscriptions_of(&id_of(customer))),
        );
        for list in lists {
            let expected = runtime.block_on(walk(&acme, mode, &list));
            let found = client.walk(&list, Some(100));
            assert_eq!(found.len(), expected.len(), "{list}");
            for (found, expected) in found.iter().zip(&expected) {
                assert_eq!(found, expected, "{list}");
            }
            documents += expected.len();
        }
    }
    assert!(documents > 2000, "only {documents} documents were compared");
}

#[test]
fn an_id_that_no_column_can_hold_is_one_that_nobody_has() {
    let process = Process::start();
    let mut client = Client::new(&process, Mode::Test);
    let subscription = "/customers/cus_test_0010/subscriptions";
    for path in [
        "/customers/%00",
        "/prices/a%00b",
        "/customers/email/%00@example.com",
        &format!("{subscription}/%00"),
        "/customers/%00/subscriptions",
    ] {
        assert_eq!(client.get(path).status, 404, "{path}");
    }
    let ids = json!({ "customerId": "cus_test_0010", "subscriptionId": "sub_test_0010_1" });
    for (path, field) in [
        ("/actions/subscription/apply-coupon", "id"),
        ("/actions/subscription/change-price", "id"),
        ("/actions/subscription/change-price", "subscriptionId"),
        ("/actions/customer/cancel", "customerId"),
    ] {
        let mut body = ids.clone();
        body["scheduledAt"] = json!("immediate");
        body["id"] = json!("price_desk_annual_usd");
        body[field] = json!("a\0b");
        let response = client.post(path, &body);
        assert_eq!(response.status, 404, "{path} {field}: {}", response.text());
    }
}
