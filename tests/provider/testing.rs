//! The client of `churnkey::testing`, which calls a router without a socket.

use std::sync::Arc;

use churnkey::axum::http::StatusCode;
use churnkey::testing::Client;
use churnkey::{Cancel, Customer, Integration as _, Mode, Schedule};
use serde_json::{Value, json};

use crate::support::{Billing, TOKEN, Write};

#[tokio::test]
async fn a_test_client_reads_models_and_acts() {
    let billing = Arc::new(Billing::new());
    let client = Client::new(Billing::router(Arc::clone(&billing), TOKEN), TOKEN);
    let customer: Customer = client.get("/customers/cus_1").await.json().unwrap();
    assert_eq!(customer.id, "cus_1");
    let cancel = Cancel::new("cus_1", "sub_1", Schedule::EndOfPeriod).unpause(true);
    let reply = client
        .mode(Mode::Live)
        .act("/subscription/cancel", &cancel)
        .await;
    assert_eq!((reply.status(), reply.body()), (StatusCode::OK, &b""[..]));
    assert_eq!(billing.writes(), [Write::Cancel(cancel)]);
}

#[tokio::test]
async fn a_test_client_sees_refusals() {
    let client = Client::new(Billing::router(Billing::new(), TOKEN), "another");
    let reply = client.get("/customers/cus_1").await;
    assert_eq!(reply.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        reply.json::<Value>().unwrap(),
        json!({ "code": 401, "message": "Unauthorized" })
    );
    let error = reply.json::<Customer>().unwrap_err();
    assert!(format!("{error:?}").contains("Unauthorized"), "{error:?}");
    assert_eq!(
        client.get("/customers/a b").await.status(),
        StatusCode::BAD_REQUEST
    );
}
