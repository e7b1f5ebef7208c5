//! Tests that the token is never printed.

use std::fs;

use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;

use super::program::{churnkey, run};
use super::provider::{TOKEN, error, good, serve};

/// A provider that repeats the token it was sent.
fn repeating(status: StatusCode) -> String {
    match status {
        StatusCode::UNAUTHORIZED => {
            serve(|request| Some(repeated(StatusCode::UNAUTHORIZED, request)))
        }
        _ => serve(|request| {
            let is_features = request.uri().path() == "/churnkey/features";
            (!is_features).then(|| repeated(StatusCode::BAD_GATEWAY, request))
        }),
    }
}

fn repeated(status: StatusCode, request: &axum::extract::Request) -> axum::response::Response {
    let header = request.headers().get(AUTHORIZATION);
    let header = header.map_or("", |value| value.to_str().unwrap());
    // A report shortens long strings; no part of the token may remain.
    error(status, &format!("{} {header} {header}", ".".repeat(88)))
}

#[test]
fn no_report_contains_the_token() {
    let folder = tempfile::tempdir().unwrap();
    let junit = folder.path().join("churnkey.xml");
    let most = &TOKEN[..TOKEN.len() - 1];
    for url in [
        good(),
        repeating(StatusCode::UNAUTHORIZED),
        repeating(StatusCode::BAD_GATEWAY),
    ] {
        for arguments in [&[][..], &["--json"], &["--quiet"]] {
            let mut command = churnkey();
            command
                .args(["verify", &url, "--junit"])
                .arg(&junit)
                .args(arguments);
            let run = run(&mut command);
            let xml = fs::read_to_string(&junit).unwrap();
            for text in [run.stdout, run.stderr, xml] {
                let text = text.to_lowercase();
                assert!(!text.contains(most), "{text}");
                assert!(!text.contains(&TOKEN[..8]), "{text}");
            }
        }
    }
}

#[test]
fn no_error_contains_the_token() {
    for arguments in [
        &["verify", "http://127.0.0.1:1", "--token", TOKEN][..],
        &["verify", "ftp://127.0.0.1", "--token", TOKEN],
        &[
            "verify",
            "http://127.0.0.1:1",
            "--token",
            TOKEN,
            "--timeout",
            "never",
        ],
        &[
            "verify",
            "http://127.0.0.1:1",
            "--token",
            TOKEN,
            "--token-file",
            "token",
        ],
    ] {
        let run = run(churnkey().args(arguments));
        assert_eq!(run.code, 2, "{run:?}");
        assert!(!(run.stdout + &run.stderr).contains(TOKEN), "{arguments:?}");
    }
    let help = run(churnkey().args(["verify", "--help"]));
    assert!(!help.stdout.contains(TOKEN), "{}", help.stdout);
}
