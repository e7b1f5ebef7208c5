//! The log lines of actions without waiting callers.
//!
//! The log is written by a child process, which runs this test binary: a subscriber for one thread
//! misses lines while other threads have none.

use std::process::Command;

use crate::action::{Action, Change};
use crate::company::Resume;
use crate::harness::{Harness, request};

/// Runs three actions: one succeeds, one fails, and one is running when the runtime is dropped.
#[test]
#[ignore = "child process of the other test"]
fn child() {
    tracing_subscriber::fmt()
        .with_ansi(false)
        .with_writer(std::io::stderr)
        .init();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    let cancel = Action::live("ada", Change::CancelAll);
    runtime.block_on(async {
        let harness = Harness::new();
        for id in ["succeeds", "fails", "dropped"] {
            let mut request = request(cancel, cancel.spelled(0));
            request
                .headers_mut()
                .insert("X-Request-Id", id.parse().unwrap());
            harness.post(request).await.hang_up();
            match id {
                "succeeds" => harness.finish(cancel).await,
                "fails" => harness.resume(cancel, Resume::Fail).await,
                _ => harness.assert_running(&[cancel]),
            }
        }
    });
    eprintln!("the runtime is dropped");
}

#[test]
fn outcome_is_logged_without_callers() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["log::child", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(child.status.success(), "{output}");
    let (before, after) = output.split_once("the runtime is dropped").unwrap();
    let outcome = |id: &str| {
        let tag = format!("request_id=\"{id}\"");
        let lines: Vec<_> = before.lines().filter(|line| line.contains(&tag)).collect();
        assert_eq!(lines.len(), 1, "{output}");
        lines[0]
    };
    let succeeds = outcome("succeeds");
    assert!(
        succeeds.contains("INFO") && succeeds.contains("status=200"),
        "{succeeds}"
    );
    let fails = outcome("fails");
    assert!(
        fails.contains("ERROR") && fails.contains("cause=the connection was lost"),
        "{fails}"
    );
    let cut_short: Vec<_> = after
        .lines()
        .filter(|line| line.contains("ERROR"))
        .collect();
    assert_eq!(cut_short.len(), 1, "{output}");
    for words in [
        "the action was cut short",
        "Provider::actions()",
        "cancel_all",
        "live",
    ] {
        assert!(cut_short[0].contains(words), "{output}");
    }
}
