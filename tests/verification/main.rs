//! Requests for verification by Churnkey, sent to a local substitute for Churnkey's server.
#![allow(clippy::unwrap_used, reason = "a failed helper fails the test")]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use churnkey::axum::Router;
use churnkey::axum::extract::State;
use churnkey::http::{HeaderMap, StatusCode, header};
use churnkey::{
    Cancel, Customer, CustomerId, Page, PageRequest, Price, PriceId, Provider, Result, Server,
    Subscription, SubscriptionId, Verification,
};
use tokio::net::TcpListener;

#[derive(churnkey::Integration)]
#[churnkey(name = "Verified", modes(shared), expect())]
struct Billing;

#[churnkey::controller(customers, retrieve)]
async fn customer(_: &Billing, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(prices, retrieve)]
async fn price(_: &Billing, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices, list)]
async fn prices(_: &Billing, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions, retrieve)]
async fn subscription(
    _: &Billing,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[derive(churnkey::Integration)]
#[churnkey(name = "Verified with more", modes(shared), expect())]
struct Extended;

#[churnkey::controller(customers, retrieve)]
async fn grown_customer(_: &Extended, _: CustomerId) -> Result<Option<Customer>> {
    Ok(None)
}

#[churnkey::controller(prices, retrieve)]
async fn grown_price(_: &Extended, _: PriceId) -> Result<Option<Price>> {
    Ok(None)
}

#[churnkey::controller(prices, list)]
async fn grown_prices(_: &Extended, _: PageRequest) -> Result<Page<Price>> {
    Ok(Page::last(Vec::new()))
}

#[churnkey::controller(subscriptions, retrieve)]
async fn grown_subscription(
    _: &Extended,
    _: CustomerId,
    _: SubscriptionId,
) -> Result<Option<Subscription>> {
    Ok(None)
}

#[churnkey::action(cancel)]
async fn cancel(_: &Extended, _: Cancel) -> Result<()> {
    Ok(())
}

/// A substitute for Churnkey's API. It records each request and sends the given responses. The last
/// one is repeated.
#[derive(Clone, Default)]
struct Churnkey {
    answers: Arc<Mutex<Vec<StatusCode>>>,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Churnkey {
    async fn answering(answers: impl Into<Vec<StatusCode>>) -> (Self, String) {
        let churnkey = Self {
            answers: Arc::new(Mutex::new(answers.into())),
            ..Self::default()
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router = Router::new().fallback(note).with_state(churnkey.clone());
        tokio::spawn(async move { churnkey::axum::serve(listener, router).await });
        (churnkey, url)
    }

    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    async fn requests_become(&self, count: usize) {
        let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
        while self.requests().len() < count {
            assert!(
                tokio::time::Instant::now() < deadline,
                "{count} requests expected, {:?} came",
                self.requests()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn note(
    State(churnkey): State<Churnkey>,
    method: churnkey::http::Method,
    uri: churnkey::http::Uri,
    headers: HeaderMap,
) -> (StatusCode, HeaderMap) {
    let key = headers
        .get(header::AUTHORIZATION)
        .map_or("", |value| value.to_str().unwrap());
    churnkey
        .requests
        .lock()
        .unwrap()
        .push(format!("{method} {uri} {key}"));
    let mut answers = churnkey.answers.lock().unwrap();
    let status = if answers.len() > 1 {
        answers.remove(0)
    } else {
        answers[0]
    };
    let mut headers = HeaderMap::new();
    if status.is_redirection() {
        headers.insert(header::LOCATION, "/elsewhere".parse().unwrap());
    }
    (status, headers)
}

fn verification(url: &str) -> Verification {
    Verification::new("api-key")
        .unwrap()
        .base_url(url)
        .unwrap()
        .first_delay(Duration::from_millis(1))
}

/// Starts a server that verifies, and returns it once it listens.
async fn start<T: churnkey::Integration + Send + Sync>(
    context: T,
    verification: Verification,
) -> (SocketAddr, tokio::task::JoinHandle<Result<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = Server::new(Provider::new(context, "token")).verification(verification);
    (address, tokio::spawn(server.run_on(listener)))
}

async fn stored_manifest(file: &Path) -> String {
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    loop {
        match std::fs::read_to_string(file) {
            Ok(digest) if !digest.is_empty() => return digest,
            _ => assert!(
                tokio::time::Instant::now() < deadline,
                "no manifest is stored"
            ),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn one_request_with_the_api_key_is_sent() {
    let (churnkey, url) = Churnkey::answering([StatusCode::OK]).await;
    verification(&url).send().await.unwrap();
    assert_eq!(churnkey.requests(), ["POST /v2/verify Bearer api-key"]);
}

#[tokio::test]
async fn rejected_key_error_names_the_variable_only() {
    let (_, url) = Churnkey::answering([StatusCode::UNAUTHORIZED]).await;
    let error = verification(&url).send().await.unwrap_err();
    assert_eq!(
        error.message(),
        "Churnkey refused the API key with a 401: check CK_API_KEY"
    );
    assert!(!format!("{error:?} {:?}", verification(&url)).contains("api-key"));
}

#[tokio::test]
async fn redirect_does_not_forward_the_key() {
    let (churnkey, url) = Churnkey::answering([StatusCode::FOUND]).await;
    let error = verification(&url).send().await.unwrap_err();
    assert_eq!(
        error.message(),
        "Churnkey responded to the verification with a 302"
    );
    assert_eq!(churnkey.requests().len(), 1);
}

#[tokio::test]
async fn unreachable_server_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = verification(&url).send().await.unwrap_err();
    assert_eq!(error.message(), "Churnkey could not be reached");
}

#[test]
fn key_is_never_sent_unencrypted() {
    for url in [
        "http://api.example.test",
        "ftp://127.0.0.1",
        "api.example.test",
        "http://localhost.example.test",
        "",
    ] {
        assert!(
            Verification::new("api-key").unwrap().base_url(url).is_err(),
            "{url}"
        );
    }
    for url in [
        "https://api.example.test",
        "http://localhost:1",
        "http://127.0.0.1:1",
        "http://[::1]:1/",
    ] {
        assert!(
            Verification::new("api-key").unwrap().base_url(url).is_ok(),
            "{url}"
        );
    }
}

#[test]
fn empty_key_is_rejected_before_any_request() {
    for key in ["", "  ", "two words", "new\nline"] {
        assert!(Verification::new(key).is_err(), "{key:?}");
    }
}

#[tokio::test]
async fn server_verifies_and_stores_the_manifest() {
    let (churnkey, url) = Churnkey::answering([StatusCode::OK]).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("verified");

    let (address, server) = start(Billing, verification(&url).remember_in(&file)).await;
    tokio::net::TcpStream::connect(address).await.unwrap();
    let digest = stored_manifest(&file).await;
    assert_eq!(churnkey.requests().len(), 1);
    server.abort();

    // An unchanged manifest causes no request. The next server has another manifest, so it sends
    // one.
    let (_, server) = start(Billing, verification(&url).remember_in(&file)).await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(churnkey.requests().len(), 1);
    server.abort();

    let (_, server) = start(Extended, verification(&url).remember_in(&file)).await;
    churnkey.requests_become(2).await;
    server.abort();
    let deadline = tokio::time::Instant::now() + Duration::from_secs(20);
    while stored_manifest(&file).await == digest {
        assert!(
            tokio::time::Instant::now() < deadline,
            "the new manifest is not stored"
        );
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn failures_are_retried_without_stopping_the_server() {
    let answers = [
        StatusCode::INTERNAL_SERVER_ERROR,
        StatusCode::BAD_GATEWAY,
        StatusCode::UNAUTHORIZED,
        StatusCode::OK,
    ];
    let (churnkey, url) = Churnkey::answering(answers).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("verified");
    let (address, server) = start(Billing, verification(&url).remember_in(&file)).await;
    stored_manifest(&file).await;
    assert_eq!(churnkey.requests().len(), 4);
    tokio::net::TcpStream::connect(address).await.unwrap();
    assert!(!server.is_finished());
    server.abort();
}

#[tokio::test]
async fn unwritable_file_is_not_fatal() {
    let (churnkey, url) = Churnkey::answering([StatusCode::OK]).await;
    let (address, server) =
        start(Billing, verification(&url).remember_in("/nowhere/verified")).await;
    churnkey.requests_become(1).await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    tokio::net::TcpStream::connect(address).await.unwrap();
    assert!(!server.is_finished());
    assert_eq!(churnkey.requests().len(), 1);
    server.abort();
}
