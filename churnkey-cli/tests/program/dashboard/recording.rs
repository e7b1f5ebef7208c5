//! Tests of the request log with a recording.

use std::path::Path;

use serde_json::{Value, json};

use super::session::{Session, options};
use shop::{Fault, Shop};

/// A file with these calls.
fn record(folder: &Path, calls: &[Value]) -> std::path::PathBuf {
    let mut lines = vec![json!({ "churnkeyRecording": 1, "full": false }).to_string()];
    lines.extend(calls.iter().map(Value::to_string));
    let file = folder.join("calls.ndjson");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    file
}

fn reduced() -> Value {
    json!({
        "time": "2026-05-01T10:00:00.123Z", "ms": 7, "method": "POST", "mode": "live",
        "path": "/churnkey/actions/subscription/pause", "authorization": "Bearer", "status": 409,
        "body": { "customerId": "id:0123", "subscriptionId": "id:4567" },
        "shape": ["code: number", "message: string"],
    })
}

fn full() -> Value {
    json!({
        "time": "2026-05-01T10:00:01.000Z", "ms": 3, "method": "GET", "mode": "test",
        "path": "/churnkey/customers/{customerId}", "parameters": { "customerId": "id:89ab" },
        "authorization": "Bearer", "status": 200,
        "full": { "target": "/churnkey/customers/ada", "body": "", "response": "{\"id\":\"ada\"}" },
    })
}

#[tokio::test]
async fn recording_is_shown_without_a_provider() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = options("");
    options.token = None;
    options.recording = Some(record(folder.path(), &[reduced(), full()]));
    let session = Session::with(Shop::new(Fault::None), options).await;
    let list = session.get("/requests").await;
    list.has("<h1>Recording</h1>")
        .has("calls.ndjson")
        .has("/actions/subscription/pause")
        .has("7 ms")
        .has("10:00:00.123")
        .has_not(r#"href="/customers""#);
    session
        .get("/requests?status=4&module=pause&customer=id%3A0123")
        .await
        .has("1 of 2 requests");
    session
        .get("/request?number=1")
        .await
        .has("The values are not recorded.")
        .has("message: string")
        .has("There is no provider")
        .has_not("curl");
    session
        .get("/request?number=2")
        .await
        .has("http://127.0.0.1:8080/churnkey/customers/ada")
        .has("&quot;id&quot;: &quot;ada&quot;");
    assert_eq!(session.get("/customers").await.status, 404);
}

#[tokio::test]
async fn full_recording_is_sent_again_to_a_provider() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::new(Fault::None);
    let mut options = options(&shop.serve().await);
    options.recording = Some(record(folder.path(), &[reduced(), full()]));
    let session = Session::with(shop, options).await;
    session
        .get("/request?number=1")
        .await
        .has("A recording with --full can be sent again.");
    let fields = [("number", "2"), ("times", "1")];
    session
        .post("/request/again", &fields)
        .await
        .has("Lovelace");
}

#[tokio::test]
async fn file_that_is_no_recording_is_refused() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "{}\n").unwrap();
    let mut options = options("");
    options.recording = Some(file.path().to_owned());
    let refused = churnkey_cli::dashboard::Dashboard::bind(options).await;
    let why = refused.unwrap_err().to_string();
    assert!(
        why.contains("is not the first line of a recording"),
        "{why}"
    );
}
