//! Tests of Ctrl-C.

use std::convert::Infallible;
use std::process::{Child, Output, Stdio};
use std::sync::mpsc::{Receiver, channel};

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream::pending;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::program::churnkey;
use super::provider::serve;

/// Starts a run against a provider that never answers the request for prices. The receiver is
/// notified when that request arrives.
fn start_endless_run(arguments: &[&str]) -> (Child, Receiver<()>) {
    let (asked, is_asked) = channel();
    let url = serve(move |request| {
        (request.uri().path() == "/churnkey/prices").then(|| {
            asked.send(()).unwrap();
            Response::new(Body::from_stream(pending::<Result<Bytes, Infallible>>()))
        })
    });
    let mut command = churnkey();
    command.args(["verify", &url, "--timeout", "600"]);
    command.args(arguments);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    (command.spawn().unwrap(), is_asked)
}

fn interrupted(arguments: &[&str]) -> Output {
    let (child, is_asked) = start_endless_run(arguments);
    is_asked.recv().unwrap();
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn interrupted_run_prints_a_report() {
    let output = interrupted(&[]);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let report = String::from_utf8(output.stdout).unwrap();
    assert!(report.contains("✓ manifest"), "{report}");
    assert!(report.contains("– customers      skipped"), "{report}");
    assert!(
        report.contains("the run was stopped:\n      all of mode, customers, prices"),
        "{report}"
    );
    assert!(!report.contains("Findings"), "{report}");
}

#[test]
fn interrupted_run_is_incomplete_in_json() {
    let output = interrupted(&["--json"]);
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["complete"], false);
}
