//! What the log tells of actions that nobody waits for.
//!
//! It is written in a process of its own, this test binary over again: a subscriber for one thread misses lines while other threads have none.

use std::process::Command;

use crate::action::{Action, What};
use crate::company::Cue;
use crate::office::{Office, request};

/// One action that ends well, one that fails, and one that is under way when the runtime is dropped.
#[test]
#[ignore = "the process that the other test starts"]
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
    let cancel = Action::live("ada", What::CancelAll);
    runtime.block_on(async {
        let office = Office::open();
        for id in ["succeeds", "fails", "dropped"] {
            let mut request = request(cancel, cancel.spelled(0));
            request
                .headers_mut()
                .insert("X-Request-Id", id.parse().unwrap());
            office.post(request).await.hang_up();
            match id {
                "succeeds" => office.finish(cancel).await,
                "fails" => office.cue(cancel, Cue::Fail).await,
                _ => office.assert_running(&[cancel]),
            }
        }
    });
    eprintln!("the runtime is dropped");
}

#[test]
fn the_log_tells_how_an_action_ended_that_nobody_waits_for_and_that_one_was_cut_short() {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["log::child", "--exact", "--ignored", "--nocapture"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr).into_owned();
    assert!(child.status.success(), "{said}");
    let (before, after) = said.split_once("the runtime is dropped").unwrap();
    let outcome = |id: &str| {
        let tag = format!("request_id=\"{id}\"");
        let lines: Vec<_> = before.lines().filter(|line| line.contains(&tag)).collect();
        assert_eq!(lines.len(), 1, "{said}");
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
    assert_eq!(cut_short.len(), 1, "{said}");
    for words in ["the action was cut short", "cancel_all", "live"] {
        assert!(cut_short[0].contains(words), "{said}");
    }
}
