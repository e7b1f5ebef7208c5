//! Servers with broken HTTP, over a real socket. Each has a finding, and none delays the verifier.

use std::future::Future;
use std::io;
use std::time::Duration;

use churnkey_verify::{Report, Verifier};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::broken::fault::Fault;
use crate::broken::provider::{TOKEN, router};

/// Timeout for a run that hangs. It is long enough for a slow machine.
const GUARD: Duration = Duration::from_secs(120);

#[tokio::test]
async fn an_endless_head_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\n").await?;
        loop {
            stream
                .write_all(b"X-Padding: and more of the same\r\n")
                .await?;
        }
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn an_endless_body_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        let head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        stream.write_all(head).await?;
        let mut chunk = b"4000\r\n".to_vec();
        chunk.extend([b' '; 0x4000]);
        chunk.extend(b"\r\n");
        loop {
            stream.write_all(&chunk).await?;
        }
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn a_slow_body_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        let head =
            b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n";
        stream.write_all(head).await?;
        loop {
            stream.write_all(b" ").await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn a_slow_head_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        stream.write_all(b"HTTP/1.1 200 OK\r\nX-Slow: ").await?;
        loop {
            stream.write_all(b"z").await?;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn a_missing_response_is_a_finding() {
    let report = verified(|stream, _| async move {
        tokio::time::sleep(GUARD).await;
        drop(stream);
        Ok(())
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn an_incomplete_body_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{\"controllers\":{}}";
        stream.write_all(answer).await
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn an_immediate_close_is_a_finding() {
    let report = verified(|stream, _| async move {
        drop(stream);
        Ok(())
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn another_protocol_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        stream
            .write_all(b"220 mail.example.test ESMTP ready\r\n")
            .await
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn two_lengths_are_a_finding() {
    let report = verified(|mut stream, _| async move {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 20\r\n\r\n{}";
        stream.write_all(answer).await
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn an_overflowing_length_is_a_finding() {
    let report = verified(|mut stream, _| async move {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\n{}";
        stream.write_all(answer).await
    });
    assert_found(&report.await, "manifest.answer");
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let report = verified(|mut stream, path| async move {
        let answer = format!("HTTP/1.1 302 Found\r\nLocation: {path}\r\nContent-Length: 0\r\n\r\n");
        stream.write_all(answer.as_bytes()).await
    });
    let report = report.await;
    assert_found(&report, "manifest.endpoint");
    assert_eq!(report.requests, 1);
}

#[tokio::test]
async fn an_endless_list_stops_at_the_limit_of_requests() {
    let report = guarded(
        |verifier| verifier.max_requests(1000),
        |mut stream, path| async move {
            if path.starts_with("/churnkey/prices") {
                // Every page has a following one.
                let page = path.rsplit(|char: char| !char.is_ascii_digit()).next();
                let page: u64 = page.and_then(|page| page.parse().ok()).unwrap_or(0);
                let body = prices(page + 1);
                return answer(&mut stream, &body).await;
            }
            answer(&mut stream, &manifest()).await
        },
    );
    let report = report.await;
    assert_found(&report, "prices.list.endless");
    assert!(!report.complete);
    assert_eq!(report.requests, 1000);
}

#[tokio::test]
async fn a_slow_provider_stops_at_the_limit_of_time() {
    let limits = |verifier: Verifier| {
        verifier
            .timeout(Duration::from_secs(60))
            .max_time(Duration::from_secs(2))
    };
    let report = guarded(limits, |mut stream, path| async move {
        if path != "/churnkey/features" {
            tokio::time::sleep(GUARD).await;
        }
        answer(&mut stream, &manifest()).await
    });
    assert!(!report.await.complete);
}

#[tokio::test]
async fn a_good_provider_over_a_socket_has_no_finding() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async { axum::serve(listener, router(Fault::none())).await });
    let verifier = Verifier::of_url(&url).unwrap().token(TOKEN).actions(true);
    let report = tokio::time::timeout(GUARD, verifier.run()).await;
    server.abort();
    let report = report.unwrap().unwrap();
    assert!(report.findings.is_empty(), "{report}");
    assert!(report.complete);
}

#[tokio::test]
async fn an_unreachable_url_is_an_error() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let verifier = Verifier::of_url(&url).unwrap().token(TOKEN);
    assert!(verifier.run().await.is_err());
}

fn manifest() -> String {
    r#"{"controllers":{"customers":true,"prices":{"enabled":true,"type":"standalone"},"subscriptions":true}}"#
        .to_owned()
}

fn prices(page: u64) -> String {
    format!(
        r#"{{"data":[{{"id":"price_{page}","type":"standalone","name":"Plan","duration":{{"amount":1,"unit":"month"}},
        "amount":{{"model":"fixed","currency":"USD","unit":100}}}}],"next":{page}}}"#
    )
}

async fn answer(stream: &mut TcpStream, body: &str) -> io::Result<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await
}

fn assert_found(report: &Report, id: &str) {
    let found: Vec<_> = report.findings.iter().map(|finding| &finding.id).collect();
    assert_eq!(found, [id], "{:#?}", report.findings);
}

/// The report of a server that passes each connection to `serve`, with short timeouts.
async fn verified<F>(serve: fn(TcpStream, String) -> F) -> Report
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let short = |verifier: Verifier| {
        verifier
            .timeout(Duration::from_secs(1))
            .max_time(Duration::from_secs(20))
    };
    guarded(short, serve).await
}

async fn guarded<F>(limits: fn(Verifier) -> Verifier, serve: fn(TcpStream, String) -> F) -> Report
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            tokio::spawn(async move {
                let path = path_of(&mut stream).await?;
                // Most of these functions run until the verifier closes the connection.
                serve(stream, path).await
            });
        }
    });
    let verifier = limits(Verifier::of_url(&url).unwrap().token(TOKEN));
    let report = tokio::time::timeout(GUARD, verifier.run()).await;
    server.abort();
    report.expect("the run ends").unwrap()
}

/// Reads a request without a body. Returns its path with the query.
async fn path_of(stream: &mut TcpStream) -> io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8_lossy(&head);
    Ok(head.split(' ').nth(1).unwrap_or_default().to_owned())
}
