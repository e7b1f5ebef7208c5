//! Tests of invalid arguments and of the help.

use std::net::TcpListener;

use super::program::{RunOutput, churnkey, run, verify};
use super::provider::good;

#[track_caller]
fn cannot_run(run: &RunOutput, message: &str) {
    assert_eq!(run.code, 2, "{run:?}");
    assert_eq!(run.stdout, "");
    assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    assert!(run.stderr.contains(message), "{}", run.stderr);
}

#[test]
fn unreachable_url_is_exit_code_2() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}");
    cannot_run(&verify(&url, &[]), &format!("at {url}: "));
    cannot_run(&verify(&url, &["--json"]), &format!("at {url}: "));
}

#[test]
fn wrong_token_is_a_fault() {
    let run = verify(&good(), &["--token", "another-token"]);
    assert_eq!(run.code, 1, "{run:?}");
    assert!(run.stdout.contains("manifest.token"), "{}", run.stdout);
    assert!(run.stdout.contains("wrong token"), "{}", run.stdout);
}

#[test]
fn missing_token_is_exit_code_2() {
    let mut command = churnkey();
    command
        .env_remove("CK_INTEGRATION_TOKEN")
        .args(["verify", "http://127.0.0.1:1"]);
    cannot_run(&run(&mut command), "CK_INTEGRATION_TOKEN");
    cannot_run(
        &verify("http://127.0.0.1:1", &["--token-file", "missing"]),
        "cannot read missing",
    );
}

#[test]
fn invalid_url_is_exit_code_2() {
    for url in [
        "ftp://127.0.0.1",
        "http://",
        "http://user:password@127.0.0.1",
        "http://127.0.0.1/?a=b",
    ] {
        let run = verify(url, &[]);
        cannot_run(&run, "the URL");
        assert!(!run.stderr.contains("password@"), "{}", run.stderr);
    }
}

#[test]
fn invalid_option_is_exit_code_2_with_advice() {
    for (arguments, message) in [
        (&["--only", "pricse"][..], "prices"),
        (&["--mode", "staging"], "live"),
        (&["--sample", "0"], "--sample"),
        (&["--timeout", "soon"], "--timeout"),
        (&["--subscription", "customer"], "--subscription"),
        (&["--actions", "--mode", "live"], "test mode only"),
    ] {
        cannot_run(&verify("http://127.0.0.1:1", arguments), message);
    }
}

#[test]
fn unwritable_file_is_exit_code_2_before_the_run() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().join("missing/churnkey.xml"),
        folder.path().to_owned(),
    ] {
        // No provider listens at the URL, so a run would fail with a different error.
        let run = verify("http://127.0.0.1:1", &["--junit", path.to_str().unwrap()]);
        cannot_run(&run, "cannot write");
    }
}

#[test]
fn report_is_printed_if_the_file_cannot_be_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("churnkey.xml");
    let to_replace = path.to_str().unwrap().to_owned();
    let url = super::provider::serve(move |_| {
        // The run has started: the file was writable when it was checked.
        let _ = std::fs::create_dir(&to_replace);
        None
    });
    let run = verify(&url, &["--junit", path.to_str().unwrap()]);
    assert_eq!(run.code, 2, "{run:?}");
    assert!(run.stdout.contains("Good:"), "{}", run.stdout);
    assert!(run.stderr.contains("cannot write"), "{}", run.stderr);
}

#[test]
fn missing_command_shows_the_help() {
    let run = run(&mut churnkey());
    assert_eq!(run.code, 2);
    assert!(run.stderr.contains("Usage: churnkey"), "{}", run.stderr);
}

#[test]
fn help_has_examples_and_exit_codes() {
    let help = run(churnkey().args(["verify", "--help"]));
    assert_eq!(help.code, 0);
    for part in [
        "Examples:",
        "Exit codes:",
        "CK_INTEGRATION_TOKEN",
        "--junit",
        "[default: 10]",
    ] {
        assert!(help.stdout.contains(part), "{}", help.stdout);
    }
    let version = run(churnkey().arg("--version"));
    assert_eq!(
        version.stdout,
        concat!("churnkey ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
