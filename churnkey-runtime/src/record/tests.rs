//! Recording of calls to a router that echoes.

use std::time::Duration;

use axum::Router;
use axum::http::header;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower_service::Service as _;

use super::*;

const TOKEN: &str = "t0ken-of-the-provider";

struct Recorded {
    folder: PathBuf,
    recorder: Recorder,
    router: Router,
}

impl Recorded {
    /// A router behind a recorder in a folder of the test's own.
    fn new(name: &str, settings: impl FnOnce(Settings) -> Settings) -> Self {
        let folder =
            std::env::temp_dir().join(format!("churnkey-record-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let settings = settings(Recorder::to_file(folder.join("calls")));
        let recorder = settings.start().expect("a recorder");
        let router = Router::new().fallback(async |request: Request| {
            let authorized = request.headers().contains_key(header::AUTHORIZATION);
            let body = request
                .into_body()
                .collect()
                .await
                .map(|body| body.to_bytes());
            match (authorized, body) {
                (true, Ok(body)) => Response::new(Body::from(body)),
                _ => {
                    let mut refused = Response::new(Body::empty());
                    *refused.status_mut() = axum::http::StatusCode::UNAUTHORIZED;
                    refused
                }
            }
        });
        let router = router.layer(recorder.layer());
        Self {
            folder,
            recorder,
            router,
        }
    }

    /// Sends a request and reads its response to the end.
    async fn send(
        &mut self,
        method: &str,
        target: &str,
        token: &str,
        body: impl Into<Body>,
    ) -> Vec<u8> {
        let request = Request::builder().method(method).uri(target);
        let request = match token {
            "" => request,
            token => request.header(header::AUTHORIZATION, token),
        };
        let request = request
            .header("X-Churnkey-Mode", "Test")
            .header("X-Odd", "secret");
        let request = request.body(body.into()).expect("a request");
        let response = self.router.call(request).await.expect("a response");
        let body = response.into_body().collect().await.expect("a body");
        body.to_bytes().to_vec()
    }

    fn text(&self, name: &str) -> String {
        self.recorder.flush(Duration::from_secs(10));
        std::fs::read_to_string(self.folder.join(name)).unwrap_or_default()
    }

    fn calls(&self) -> Vec<Value> {
        let text = self.text("calls");
        let lines = text.lines().skip(1);
        lines
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    }
}

impl Drop for Recorded {
    fn drop(&mut self) {
        let _left = std::fs::remove_dir_all(&self.folder);
    }
}

#[tokio::test]
async fn line_has_words_numbers_dates_and_pseudonyms() {
    let mut recorded = Recorded::new("line", |settings| settings);
    let body = json!({
        "customerId": "cus/1", "couponId": "half", "scheduledAt": "immediate", "reason": "I am Ada",
        "duration": { "kind": "period", "months": "2", "end": "2026-09-01", "n": 3, "ok": true },
        "metadata": { "ada": "ada@example.test" }, "a@b.test": null,
    });
    let target = "/api/churnkey/actions/subscription/pause?limit=7&cursor=opaque";
    let echo = recorded
        .send("POST", target, "bearer t", body.to_string())
        .await;
    assert_eq!(echo, body.to_string().as_bytes());
    recorded
        .send("GET", "/churnkey/customers/cus%2F1", "t", "")
        .await;
    recorded.send("GET", "/elsewhere", "t", "").await;

    let calls = recorded.calls();
    assert_eq!(calls.len(), 2, "{calls:?}");
    let pause = &calls[0];
    let id = pause["body"]["customerId"].as_str().expect("a pseudonym");
    assert!(id.starts_with("id:") && id.len() == 19, "{id}");
    assert_eq!(pause["path"], "/churnkey/actions/subscription/pause");
    assert_eq!(pause["query"], json!({ "limit": "7", "cursor": "*" }));
    assert_eq!(pause["mode"], "Test");
    assert_eq!(pause["authorization"], "bearer");
    assert_eq!(pause["contentType"], "none");
    assert_eq!(pause["status"], 200);
    assert_eq!(
        pause["headers"],
        json!(["authorization", "x-churnkey-mode", "x-odd"])
    );
    assert_eq!(
        pause["body"]["duration"],
        json!({ "kind": "period", "months": "2", "end": "2026-09-01", "n": 3, "ok": true })
    );
    assert_eq!(pause["body"]["reason"], "*");
    assert_eq!(pause["body"]["metadata"], "*");
    assert_eq!(pause["body"]["?"], Value::Null);
    assert_ne!(pause["body"]["couponId"], pause["body"]["customerId"]);
    // The same id in a path, encoded.
    assert_eq!(calls[1]["parameters"]["customerId"], id);
    assert_eq!(
        (&calls[1]["encoded"], &calls[1]["authorization"]),
        (&json!(true), &json!("bare"))
    );
    let text = recorded.text("calls");
    for secret in ["cus/1", "half", "Ada", "ada@", "opaque", "secret", "a@b"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[tokio::test]
async fn full_recording_says_so_and_has_no_token() {
    let mut recorded = Recorded::new("full", Settings::full);
    let body = json!({ "customerId": "cus_1", "echo": format!("Bearer {TOKEN}") });
    let bearer = format!("Bearer {TOKEN}");
    let target = format!("/churnkey/actions/subscription/cancel?token={TOKEN}");
    recorded.send("POST", &target, "", body.to_string()).await;
    recorded
        .send("POST", &target, &bearer, body.to_string())
        .await;
    let text = recorded.text("calls");
    assert!(!text.contains(TOKEN), "{text}");
    let header: Value = serde_json::from_str(text.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        (&header["full"], &header["churnkeyRecording"]),
        (&json!(true), &json!(VERSION))
    );
    let calls = recorded.calls();
    assert_eq!(calls[0].get("full"), None);
    assert_eq!(calls[0].get("query"), None);
    let sent: Value =
        serde_json::from_str(calls[1]["full"]["body"].as_str().expect("a body")).expect("JSON");
    assert_eq!(
        sent,
        json!({ "customerId": "cus_1", "echo": "Bearer [token]" })
    );
}

#[tokio::test]
async fn files_are_rotated_and_bounded() {
    let mut recorded = Recorded::new("rotated", |settings| settings.max_bytes(2000).files(3));
    for _ in 0..40 {
        recorded.send("GET", "/churnkey/prices", "t", "").await;
        recorded.recorder.flush(Duration::from_secs(10));
    }
    let files = ["calls", "calls.1", "calls.2"].map(|name| recorded.text(name));
    for text in &files {
        assert!(text.len() <= 2000, "{}", text.len());
        assert!(text.starts_with(r#"{"began""#), "{text}");
    }
    assert!(!recorded.folder.join("calls.3").exists());
}

#[tokio::test]
async fn long_body_passes_unchanged() {
    let mut recorded = Recorded::new("long", |settings| settings);
    let long = "x".repeat(1 << 20);
    let echo = recorded
        .send(
            "POST",
            "/churnkey/actions/subscription/cancel",
            "t",
            long.clone(),
        )
        .await;
    assert!(echo == long.as_bytes());
    assert_eq!(recorded.calls()[0]["body"], "too long");
}

#[tokio::test]
async fn unwritable_file_fails_no_request() {
    let mut recorded = Recorded::new("unwritable", |settings| settings.max_bytes(1));
    std::fs::remove_dir_all(&recorded.folder).expect("a folder");
    for _ in 0..3 {
        let echo = recorded
            .send("POST", "/churnkey/actions/subscription/cancel", "t", "{}")
            .await;
        assert_eq!(echo, b"{}");
    }
    assert!(
        Recorder::to_file(recorded.folder.join("gone/calls"))
            .start()
            .is_err()
    );
}
