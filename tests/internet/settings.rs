//! Tokens from the environment or a file: the server validates them before it starts, and reads the
//! file again on a signal.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use churnkey::Result;

use crate::support::{
    Ended, Peer, Process, TOKEN, eventually, get, server_of_environment, start_child,
};

#[test]
#[ignore = "child process of the other tests"]
fn child() -> Result<()> {
    server_of_environment(|server| server)
}

fn start(variables: &[(&str, &OsStr)]) -> Process {
    start_child("settings::child", variables)
}

const CURRENT: &str = "CK_INTEGRATION_TOKEN";
const FILE: &str = "CK_INTEGRATION_TOKEN_FILE";
const PREVIOUS: &str = "CK_INTEGRATION_TOKEN_PREVIOUS";
const UNTIL: &str = "CK_INTEGRATION_TOKEN_PREVIOUS_UNTIL";
const MAX_FAILURES: &str = "CHURNKEY_MAX_FAILURES_PER_MINUTE";
const SPELLING: &str = "CHURNKEY_MANIFEST_SPELLING";
const SENTINEL: &str = "sentinel-of-a-token";
const LATER: &str = "2999-01-01T00:00:00Z";
const EARLIER: &str = "2001-01-01T00:00:00Z";

#[track_caller]
fn refuses(variables: &[(&str, &OsStr)], words: &[&str]) {
    let Ended {
        status,
        stderr: output,
        ..
    } = start(variables).end();
    assert!(!status.success(), "{output}");
    for word in words {
        assert!(output.contains(word), "`{word}` is not in: {output}");
    }
    assert!(
        !output.contains("listens") && !output.contains(SENTINEL),
        "{output}"
    );
}

fn status(address: SocketAddr, token: &str) -> u16 {
    Peer::open(address)
        .ask(get("/customers/c").replacen(TOKEN, token, 1))
        .status
}

#[test]
fn contradictory_or_invalid_variables_are_rejected() {
    let token = OsStr::new(SENTINEL);
    let file = OsStr::new("/nonexistent/token");
    refuses(
        &[(CURRENT, token), (FILE, file)],
        &[CURRENT, FILE, "both set"],
    );
    refuses(
        &[(CURRENT, token), (PREVIOUS, token)],
        &[PREVIOUS, "without", UNTIL],
    );
    for until in ["", "tomorrow", "2026-13-01T00:00:00Z", "2026-12-01"] {
        let wrong = [
            (CURRENT, token),
            (PREVIOUS, token),
            (UNTIL, OsStr::new(until)),
        ];
        refuses(&wrong, &[UNTIL, "2026-12-01T00:00:00Z"]);
    }
    for name in [CURRENT, PREVIOUS, UNTIL] {
        let mut variables = vec![
            (CURRENT, token),
            (PREVIOUS, token),
            (UNTIL, OsStr::new(LATER)),
        ];
        variables.push((name, OsStr::from_bytes(b"tok\xff")));
        refuses(&variables, &[name, "must be UTF-8"]);
    }
    refuses(
        &[(PREVIOUS, token), (UNTIL, OsStr::new(LATER))],
        &[CURRENT, "missing or empty"],
    );
    refuses(
        &[(CURRENT, OsStr::new(" \t"))],
        &[CURRENT, "missing or empty"],
    );
    refuses(&[(FILE, OsStr::new(""))], &[CURRENT, "missing or empty"]);
}

#[test]
fn previous_token_variable_conflicts_with_a_token_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, SENTINEL).unwrap();
    let variables = [
        (FILE, path.as_os_str()),
        (PREVIOUS, OsStr::new(SENTINEL)),
        (UNTIL, OsStr::new(LATER)),
    ];
    refuses(&variables, &[PREVIOUS, FILE]);
}

#[test]
fn invalid_token_file_is_rejected() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    let variables = [(FILE, path.as_os_str())];
    refuses(&variables, &["the token file", "cannot be read"]);
    for (holds, words) in [
        (String::new(), "is empty"),
        (" \n\t\n".to_owned(), "is empty"),
        (format!("{SENTINEL} {SENTINEL}"), "alone on its first line"),
        (format!("{SENTINEL}\n{SENTINEL}"), "on its second line"),
        (
            format!("{SENTINEL}\n{SENTINEL} until"),
            "on its second line",
        ),
        (
            format!("{SENTINEL}\n{SENTINEL} til {LATER}"),
            "on its second line",
        ),
        (
            format!("{SENTINEL}\n{SENTINEL} until {SENTINEL}"),
            "a moment such as",
        ),
        (
            format!("{SENTINEL}\na until {LATER}\n{SENTINEL}"),
            "at most two lines",
        ),
    ] {
        std::fs::write(&path, holds).unwrap();
        refuses(&variables, &[path.to_str().unwrap(), words]);
    }
    std::fs::write(&path, b"tok\xff\xfe").unwrap();
    refuses(&variables, &["the token file", "cannot be read"]);
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    refuses(&variables, &["the token file", "cannot be read"]);
}

#[test]
fn only_tokens_from_the_environment_are_accepted() {
    for (until, passes) in [(LATER, 200), (EARLIER, 401)] {
        let process = start(&[
            (CURRENT, OsStr::new(" new\n")),
            (PREVIOUS, OsStr::new("old")),
            (UNTIL, OsStr::new(until)),
        ]);
        let address = process.stderr.address();
        assert_eq!(status(address, "new"), 200);
        assert_eq!(status(address, "old"), passes);
        assert_eq!(status(address, "older"), 401);
    }
}

#[test]
fn reload_signal_rejects_no_valid_request() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, "a\n").unwrap();
    let process = start(&[(FILE, path.as_os_str())]);
    let address = process.stderr.address();
    let reload = |holds: &str| {
        replace(&path, holds);
        process.signal("HUP");
        process.stderr.line_with("has been read again");
    };
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        // Token `a` is valid in every step of the rotation to `b`, so every request of these
        // callers must succeed.
        let callers: Vec<_> = (0..4)
            .map(|number| {
                let done = &done;
                scope.spawn(move || {
                    let mut peer = Peer::open(address);
                    let request = get("/customers/c").replacen(TOKEN, "a", 1);
                    let mut served = 0;
                    while !done.load(Ordering::SeqCst) {
                        if number % 2 == 0 {
                            peer = Peer::open(address);
                        }
                        assert_eq!(peer.ask(&request).status, 200);
                        served += 1;
                    }
                    served
                })
            })
            .collect();
        for _ in 0..20 {
            reload(&format!("b\na until {LATER}\n"));
            assert_eq!((status(address, "a"), status(address, "b")), (200, 200));
            reload(&format!("a\nb until {EARLIER}\n"));
            assert_eq!((status(address, "a"), status(address, "b")), (200, 401));
        }
        done.store(true, Ordering::SeqCst);
        for caller in callers {
            assert!(caller.join().unwrap() > 0);
        }
    });
    reload("b");
    assert_eq!((status(address, "a"), status(address, "b")), (401, 200));
}

/// Replaces the file atomically, as an operator should: a half-written file would be read.
fn replace(path: &Path, holds: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, holds).unwrap();
    std::fs::rename(new, path).unwrap();
}

#[test]
fn invalid_token_file_is_ignored_and_not_printed() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("token");
    std::fs::write(&path, TOKEN).unwrap();
    let mut process = start(&[(FILE, path.as_os_str())]);
    let address = process.stderr.address();
    let mut output = Vec::new();
    for holds in [
        "",
        &format!("{SENTINEL} {SENTINEL}"),
        &format!("x\n{SENTINEL} until {SENTINEL}"),
    ] {
        std::fs::write(&path, holds).unwrap();
        process.signal("HUP");
        output.push(process.stderr.line_with("the tokens stay as they were"));
        assert_eq!((status(address, TOKEN), status(address, "x")), (200, 401));
    }
    std::fs::remove_file(&path).unwrap();
    process.signal("HUP");
    output.push(process.stderr.line_with("cannot be read"));
    assert_eq!(status(address, TOKEN), 200);
    assert!(!output.concat().contains(SENTINEL), "{output:?}");
    std::fs::write(&path, "x").unwrap();
    process.signal("HUP");
    process.stderr.line_with("has been read again");
    assert_eq!((status(address, TOKEN), status(address, "x")), (401, 200));
    process.lives();
}

#[test]
fn reload_signal_without_a_file_is_ignored() {
    let variables = [(CURRENT, OsString::from(TOKEN))];
    let mut process = start_child("settings::child", &variables);
    let address = process.stderr.address();
    for _ in 0..3 {
        process.signal("HUP");
        process.stderr.line_with("nothing to read again");
    }
    assert_eq!(status(address, TOKEN), 200);
    process.lives();
    eventually("the server still responds", || {
        status(address, TOKEN) == 200
    });
}

#[test]
fn manifest_spelling_must_be_a_known_word() {
    for wrong in ["kebab", "camelcase", "Both"] {
        let variables = [(CURRENT, OsStr::new(TOKEN)), (SPELLING, OsStr::new(wrong))];
        refuses(&variables, &[SPELLING, "`kebab-case`"]);
    }
    let server = start(&[
        (CURRENT, OsStr::new(TOKEN)),
        (SPELLING, OsStr::new(" both ")),
    ]);
    assert_eq!(status(server.stderr.address(), TOKEN), 200);
}

#[test]
fn failure_limit_can_be_set_in_the_environment() {
    for wrong in ["many", "-1", "1.5", "4294967296", SENTINEL] {
        let wrong = [
            (CURRENT, OsStr::new(TOKEN)),
            (MAX_FAILURES, OsStr::new(wrong)),
        ];
        refuses(&wrong, &[MAX_FAILURES, "whole number"]);
    }
    let two = [
        (CURRENT, OsStr::new(TOKEN)),
        (MAX_FAILURES, OsStr::new(" 2 ")),
    ];
    let process = start(&two);
    let address = process.stderr.address();
    let answers = [(); 3].map(|()| status(address, "x"));
    assert_eq!(answers, [401, 401, 429]);
    assert_eq!(status(address, TOKEN), 200);
}
