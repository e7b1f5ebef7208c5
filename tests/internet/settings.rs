//! Tokens from the environment or a file: the server validates them before it starts, and reads the
//! file again on a signal.

use std::ffi::{OsStr, OsString};
use std::net::SocketAddr;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::process::Command;
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
const PROXIES: &str = "CHURNKEY_TRUSTED_PROXIES";
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
    let marked = format!("\u{feff}{SENTINEL}");
    let marked = OsStr::new(&marked);
    refuses(&[(CURRENT, marked)], &[CURRENT, "a byte order mark"]);
    let wrong = [
        (CURRENT, token),
        (PREVIOUS, marked),
        (UNTIL, OsStr::new(LATER)),
    ];
    refuses(&wrong, &[PREVIOUS, "a byte order mark"]);
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
            format!("{SENTINEL}\n{SENTINEL} until {LATER}\n{SENTINEL}"),
            "at most two lines",
        ),
    ] {
        std::fs::write(&path, holds).unwrap();
        refuses(&variables, &[path.to_str().unwrap(), words]);
    }
    for (holds, words) in unusable() {
        std::fs::write(&path, holds).unwrap();
        refuses(&variables, &["the token file", words]);
    }
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    refuses(&variables, &["the token file", "is not a regular file"]);
    refuses(
        &[(FILE, OsStr::new("/dev/zero"))],
        &["the token file", "regular file"],
    );
}

/// Returns contents of a token file that a faulty editor or an unfinished writer leaves, with words
/// of the refusal.
fn unusable() -> Vec<(Vec<u8>, &'static str)> {
    let utf_16: Vec<u8> = SENTINEL.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = SENTINEL.repeat(10_000);
    let texts = [
        ("\u{feff}", "", "a byte order mark on its first line"),
        ("", "\u{feff}", "a byte order mark on its first line"),
        ("", "\0", "a NUL on its first line"),
        ("\0\0\0\0", "", "a NUL on its first line"),
        ("", "\u{200b}", "visible ASCII on its first line"),
        ("", "é", "visible ASCII on its first line"),
        ("", "\u{7f}", "visible ASCII on its first line"),
        ("", "\u{a0}x", "alone on its first line"),
    ];
    let mut all: Vec<_> = texts
        .iter()
        .map(|(before, after, words)| (format!("{before}{SENTINEL}{after}\n").into_bytes(), *words))
        .collect();
    for second in ["\u{feff}", "\0"] {
        let lines = format!("{SENTINEL}\n{SENTINEL}{second} until {LATER}\n");
        all.push((lines.into_bytes(), "on its second line"));
    }
    all.extend([
        ([b"\xff\xfe", utf_16.as_slice()].concat(), "must be UTF-8"),
        (utf_16, "a NUL on its first line"),
        (b"tok\xff\xfe".to_vec(), "must be UTF-8"),
        (b"x".to_vec(), "at least 8 characters on its first line"),
        (
            b"sentine".to_vec(),
            "at least 8 characters on its first line",
        ),
        (
            format!("{SENTINEL}\nx until {LATER}").into_bytes(),
            "at least 8 characters on its second line",
        ),
        (
            format!("{SENTINEL}\n{SENTINEL} until 2999-01-0").into_bytes(),
            "a moment such as",
        ),
        (
            format!("{SENTINEL}\n{SENTINEL} unt").into_bytes(),
            "on its second line",
        ),
        (
            format!("{SENTINEL}\n{long}").into_bytes(),
            "on its second line",
        ),
        (Vec::new(), "is empty"),
    ]);
    all
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
    std::fs::write(&path, "token-of-a\n").unwrap();
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
                    let request = get("/customers/c").replacen(TOKEN, "token-of-a", 1);
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
            reload(&format!("token-of-b\ntoken-of-a until {LATER}\n"));
            assert_eq!(
                (status(address, "token-of-a"), status(address, "token-of-b")),
                (200, 200)
            );
            reload(&format!("token-of-a\ntoken-of-b until {EARLIER}\n"));
            assert_eq!(
                (status(address, "token-of-a"), status(address, "token-of-b")),
                (200, 401)
            );
        }
        done.store(true, Ordering::SeqCst);
        for caller in callers {
            assert!(caller.join().unwrap() > 0);
        }
    });
    reload("token-of-b");
    assert_eq!(
        (status(address, "token-of-a"), status(address, "token-of-b")),
        (401, 200)
    );
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
    let mut reload = |words: &str| {
        process.signal("HUP");
        let line = process.stderr.line_with("the tokens stay as they were");
        assert!(line.contains(words), "`{words}` is not in {line}");
        output.push(line);
        assert_eq!((status(address, TOKEN), status(address, "x")), (200, 401));
    };
    for (holds, words) in unusable() {
        std::fs::write(&path, holds).unwrap();
        reload(words);
    }
    std::fs::remove_file(&path).unwrap();
    reload("cannot be read");
    // A pipe without a writer blocks the one that opens it.
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    reload("regular file");
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir(&path).unwrap();
    reload("regular file");
    std::fs::remove_dir(&path).unwrap();
    std::os::unix::fs::symlink("/dev/zero", &path).unwrap();
    reload("regular file");
    assert!(!output.concat().contains(SENTINEL), "{output:?}");
    replace(&path, "another-token");
    process.signal("HUP");
    process.stderr.line_with("has been read again");
    let statuses = (status(address, TOKEN), status(address, "another-token"));
    assert_eq!(statuses, (401, 200));
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

#[test]
fn trusted_proxies_must_be_a_list_of_networks() {
    for wrong in ["proxy", "10.0.0.0/33", "127.0.0.1:80"] {
        let variables = [(CURRENT, OsStr::new(TOKEN)), (PROXIES, OsStr::new(wrong))];
        refuses(&variables, &[PROXIES, "10.0.0.0/8"]);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn low_limit_of_open_files_is_a_warning() {
    for (limit, warns) in [("300", true), ("1000", false)] {
        let mut command = Command::new("sh");
        command
            .args(["-c", "ulimit -n \"$0\" && exec \"$@\"", limit])
            .arg(std::env::current_exe().unwrap())
            .args(["settings::child", "--exact", "--ignored", "--nocapture"])
            .env(CURRENT, TOKEN)
            .env("CHURNKEY_ADDR", "127.0.0.1:0");
        let mut process = Process::start(&mut command);
        process.stderr.address();
        process.kill();
        let text = process.end().stderr;
        assert_eq!(text.contains("raise `ulimit -n`"), warns, "{text}");
    }
}
