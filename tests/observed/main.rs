//! Observability of a provider: a span for each request, and metrics.

#![allow(clippy::unwrap_used, reason = "a test that cannot continue fails")]

mod context;

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use churnkey::axum::Router;
use churnkey::axum::body::Body;
use churnkey::http::{Request, StatusCode};
use churnkey::{
    Cancel, Customer, CustomerId, Error, Integration as _, LogQueue, Page, PageRequest, Price,
    PriceId, Provider, Result, Server, Subscription, SubscriptionId,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Barrier;
use tower::ServiceExt as _;

#[derive(churnkey::Integration)]
#[churnkey(name = "Observed", modes(shared), expect(cancel))]
struct Billing {
    /// Blocks an action until the test continues.
    gate: Arc<Barrier>,
}

#[churnkey::controller(customers)]
async fn retrieve_customer(_: &Billing, id: CustomerId) -> Result<Option<Customer>> {
    match id.as_str() {
        "known" => Ok(Some(Customer::new(id))),
        "panic" => panic!("test panic"),
        "full" => Err(Error::unavailable(Duration::from_secs(7))),
        "broken" => Err(Error::internal("the disk is full")),
        _ => Ok(None),
    }
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

#[churnkey::action(cancel)]
async fn cancel(ctx: &Billing, _: Cancel) -> Result<()> {
    ctx.gate.wait().await;
    Ok(())
}

/// The log of this thread, as lines of JSON.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Log {
    fn lines(&self) -> Vec<Value> {
        let bytes = self.0.lock().unwrap();
        let lines = bytes.split(|byte| *byte == b'\n');
        lines
            .filter(|line| !line.is_empty())
            .map(|line| serde_json::from_slice(line).unwrap())
            .collect()
    }
}

/// A provider, its log and its metrics. Each test has its own, because each runs on one thread.
struct Observed {
    router: Router,
    gate: Arc<Barrier>,
    log: Log,
    metrics: PrometheusHandle,
    _guards: (
        tracing::subscriber::DefaultGuard,
        metrics::LocalRecorderGuard<'static>,
    ),
}

impl Observed {
    fn new() -> Self {
        let log = Log::default();
        let writer = log.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .with_writer(move || writer.clone())
            .finish();
        let recorder: &'static PrometheusRecorder =
            Box::leak(Box::new(PrometheusBuilder::new().build_recorder()));
        let guards = (
            tracing::subscriber::set_default(subscriber),
            metrics::set_default_local_recorder(recorder),
        );
        let gate = Arc::new(Barrier::new(2));
        let billing = Billing {
            gate: Arc::clone(&gate),
        };
        Self {
            router: Billing::router(billing, "token"),
            gate,
            log,
            metrics: recorder.handle(),
            _guards: guards,
        }
    }

    async fn send(&self, request: Request<Body>) -> StatusCode {
        let response = self.router.clone().oneshot(request).await.unwrap();
        response.status()
    }

    async fn get(&self, path: &str) -> StatusCode {
        self.send(request(path).body(Body::empty()).unwrap()).await
    }

    /// Returns the value of a metric with all of these labels.
    #[track_caller]
    fn metric(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let text = self.metrics.render();
        let line = text.lines().find(|line| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with([' ', '{']))
                && labels
                    .iter()
                    .all(|(label, value)| line.contains(&format!("{label}=\"{value}\"")))
        });
        let line = line.unwrap_or_else(|| panic!("no {name} with {labels:?} in\n{text}"));
        line.rsplit(' ').next().unwrap().parse().unwrap()
    }
}

fn request(path: &str) -> churnkey::http::request::Builder {
    Request::get(format!("/churnkey{path}"))
        .header("Authorization", "Bearer token")
        .header("X-Churnkey-Mode", "test")
        .header("X-Request-Id", "id-of-the-caller")
}

#[tokio::test]
async fn request_is_logged_in_one_identifying_line() {
    let observed = Observed::new();
    for (path, status, level, message) in [
        ("/customers/known", 200, "INFO", "answered"),
        ("/customers/missing", 404, "INFO", "refused"),
        ("/customers/broken", 500, "ERROR", "failed"),
        ("/customers/panic", 500, "ERROR", "failed"),
        ("/customers/full", 503, "INFO", "refused"),
    ] {
        let before = observed.log.lines().len();
        assert_eq!(observed.get(path).await, status, "{path}");
        let lines = observed.log.lines().split_off(before);
        let [line] = lines.as_slice() else {
            panic!("{path}: {lines:?}")
        };
        assert_eq!(line["level"], level, "{path}");
        assert_eq!(line["fields"]["message"], message, "{path}");
        let span = &line["span"];
        assert_eq!(span["name"], "churnkey");
        assert_eq!(span["module"], "customers");
        assert_eq!(span["operation"], "retrieve");
        assert_eq!(span["mode"], "test");
        assert_eq!(span["request_id"], "id-of-the-caller");
        assert_eq!(span["status"], status, "{path}");
        assert!(span["duration_ms"].as_f64().unwrap() >= 0.0);
    }
}

#[tokio::test]
async fn wrong_method_is_logged_and_counted() {
    let observed = Observed::new();
    let request = request("/customers/known").method("DELETE");
    let status = observed.send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(status, 405);
    let lines = observed.log.lines();
    assert_eq!(lines[0]["fields"]["message"], "refused");
    assert_eq!(lines[0]["span"]["status"], 405);
    let counted = observed.metric("churnkey_requests_total", &[("status", "405")]);
    assert_eq!(counted, 1.0);
}

#[tokio::test]
async fn requests_without_an_operation_are_logged() {
    let observed = Observed::new();
    for (path, status, message) in [
        ("/features", 200, "asked for the features"),
        ("/customers/%zz", 400, "refused"),
        ("/coupons", 404, "refused"),
        ("/unknown", 404, "refused"),
    ] {
        let before = observed.log.lines().len();
        assert_eq!(observed.get(path).await, status, "{path}");
        let lines = observed.log.lines().split_off(before);
        let [line] = lines.as_slice() else {
            panic!("{path}: {lines:?}")
        };
        let fields = &line["fields"];
        assert_eq!(fields["message"], message, "{path}");
        assert_eq!(fields["status"], status, "{path}");
        assert_eq!(fields["request_id"], "id-of-the-caller", "{path}");
        assert!(!line.to_string().contains("%zz"), "{line}");
    }
}

#[tokio::test]
async fn requests_are_counted_and_timed_by_labels() {
    let observed = Observed::new();
    for path in ["/customers/known", "/customers/known", "/customers/missing"] {
        observed.get(path).await;
    }
    let retrieve = [
        ("module", "customers"),
        ("operation", "retrieve"),
        ("mode", "test"),
    ];
    let of = |status| [retrieve.as_slice(), &[("status", status)]].concat();
    assert_eq!(observed.metric("churnkey_requests_total", &of("200")), 2.0);
    assert_eq!(observed.metric("churnkey_requests_total", &of("404")), 1.0);
    let timed = "churnkey_request_duration_seconds_count";
    assert_eq!(observed.metric(timed, &retrieve), 3.0);
    assert!(
        observed
            .metrics
            .render()
            .contains("# HELP churnkey_requests_total")
    );
}

#[tokio::test]
async fn joined_action_is_counted_separately() {
    let observed = Observed::new();
    let body = json!({ "customerId": "c", "subscriptionId": "s", "scheduledAt": "immediate" });
    let act = || {
        let request = request("/actions/subscription/cancel")
            .method("POST")
            .body(Body::from(body.to_string()));
        observed.send(request.unwrap())
    };
    let during = async {
        // Each task runs until it waits, so both callers have been accepted by now.
        tokio::task::yield_now().await;
        let under_way = observed.metric("churnkey_actions_in_flight", &[]);
        observed.gate.wait().await;
        under_way
    };
    let (first, second, under_way) = tokio::join!(act(), act(), during);
    assert_eq!((first.as_u16(), second.as_u16()), (200, 200));
    assert_eq!(under_way, 1.0);
    assert_eq!(observed.metric("churnkey_actions_in_flight", &[]), 0.0);
    let joined = observed.metric("churnkey_actions_joined_total", &[("module", "cancel")]);
    assert_eq!(joined, 1.0);
    let messages: Vec<_> = observed
        .log
        .lines()
        .iter()
        .map(|line| line["fields"]["message"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(
        messages,
        [
            "answered",
            "answered with the outcome of the same action, which was under way"
        ]
    );
}

#[test]
fn lost_log_lines_are_counted() {
    let observed = Observed::new();
    let (reader, writer) = io::pipe().unwrap();
    let queue = LogQueue::new(writer);
    // Far more than the pipe and the queue hold.
    let line = "x".repeat(999) + "\n";
    for _ in 0..20_000 {
        queue.writer()().write_all(line.as_bytes()).unwrap();
    }
    let counted = observed.metric("churnkey_log_lines_lost_total", &[]);
    assert!(counted > 5_000.0, "{counted}");
    assert_eq!(counted, queue.lost() as f64);
    drop(reader);
}

#[tokio::test]
async fn server_counts_connections_and_failed_authentication() {
    let observed = Observed::new();
    let billing = Billing {
        gate: Arc::new(Barrier::new(1)),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let serving = tokio::spawn(Server::new(Provider::new(billing, "token")).run_on(listener));

    let mut unauthenticated = TcpStream::connect(address).await.unwrap();
    let request = b"GET /churnkey/features HTTP/1.1\r\nHost: a\r\n\r\n";
    unauthenticated.write_all(request).await.unwrap();
    let mut answer = [0; 12];
    unauthenticated.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    assert_eq!(observed.metric("churnkey_connections", &[]), 1.0);
    let refused = observed.metric("churnkey_refused_tokens_total", &[("status", "401")]);
    assert_eq!(refused, 1.0);

    unauthenticated
        .write_all(b"nonsense\r\n\r\n")
        .await
        .unwrap();
    let mut rest = Vec::new();
    unauthenticated.read_to_end(&mut rest).await.unwrap();
    drop(unauthenticated);
    let bad = [("reason", "bad_request")];
    let counted = observed.metric("churnkey_connections_refused_total", &bad);
    assert_eq!(counted, 1.0);
    for _ in 0..1000 {
        if observed.metric("churnkey_connections", &[]) == 0.0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(observed.metric("churnkey_connections", &[]), 0.0);
    serving.abort();
}
