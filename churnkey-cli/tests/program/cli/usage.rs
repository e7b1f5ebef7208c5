//! What cannot be run, and the help.

use std::net::TcpListener;

use super::program::{Ran, churnkey, ran, verify};
use super::provider::good;

#[track_caller]
fn cannot(ran: &Ran, says: &str) {
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.stdout, "");
    assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn nobody_at_the_url_is_2() {
    let free = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let url = format!("http://{free}");
    cannot(&verify(&url, &[]), &format!("there is nobody at {url}"));
    cannot(&verify(&url, &["--json"]), "there is nobody");
}

#[test]
fn a_wrong_token_is_a_fault_that_names_the_token() {
    let ran = verify(&good(), &["--token", "another-token"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.stdout.contains("manifest.token"), "{}", ran.stdout);
    assert!(ran.stdout.contains("wrong token"), "{}", ran.stdout);
}

#[test]
fn no_token_is_2() {
    let mut command = churnkey();
    command
        .env_remove("CK_INTEGRATION_TOKEN")
        .args(["verify", "http://127.0.0.1:1"]);
    cannot(&ran(&mut command), "CK_INTEGRATION_TOKEN");
    cannot(
        &verify("http://127.0.0.1:1", &["--token-file", "missing"]),
        "cannot read missing",
    );
}

#[test]
fn a_bad_url_is_2() {
    for url in [
        "ftp://127.0.0.1",
        "http://",
        "http://user:password@127.0.0.1",
        "http://127.0.0.1/?a=b",
    ] {
        let ran = verify(url, &[]);
        cannot(&ran, "the URL");
        assert!(!ran.stderr.contains("password@"), "{}", ran.stderr);
    }
}

#[test]
fn bad_options_are_2_and_say_what_is_possible() {
    for (arguments, says) in [
        (&["--only", "pricse"][..], "prices"),
        (&["--mode", "staging"], "live"),
        (&["--sample", "0"], "--sample"),
        (&["--timeout", "soon"], "--timeout"),
        (&["--subscription", "customer"], "--subscription"),
        (&["--actions", "--mode", "live"], "test mode only"),
    ] {
        cannot(&verify("http://127.0.0.1:1", arguments), says);
    }
}

#[test]
fn a_file_that_cannot_be_written_is_2_before_anything_is_asked() {
    let folder = tempfile::tempdir().unwrap();
    for path in [
        folder.path().join("missing/churnkey.xml"),
        folder.path().to_owned(),
    ] {
        // There is nobody at the URL, which would be the error otherwise.
        let ran = verify("http://127.0.0.1:1", &["--junit", path.to_str().unwrap()]);
        cannot(&ran, "cannot write");
    }
}

#[test]
fn a_file_that_turns_out_unwritable_is_2_and_the_report_is_printed_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("churnkey.xml");
    let to_replace = path.to_str().unwrap().to_owned();
    let url = super::provider::serve(move |_| {
        // The run is under way: what was looked at before it is so no more.
        let _ = std::fs::create_dir(&to_replace);
        None
    });
    let ran = verify(&url, &["--junit", path.to_str().unwrap()]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.stdout.contains("Good:"), "{}", ran.stdout);
    assert!(ran.stderr.contains("cannot write"), "{}", ran.stderr);
}

#[test]
fn nothing_to_do_shows_the_help() {
    let ran = ran(&mut churnkey());
    assert_eq!(ran.code, 2);
    assert!(ran.stderr.contains("Usage: churnkey"), "{}", ran.stderr);
}

#[test]
fn the_help_has_examples_and_exit_codes() {
    let help = ran(churnkey().args(["verify", "--help"]));
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
    let version = ran(churnkey().arg("--version"));
    assert_eq!(
        version.stdout,
        concat!("churnkey ", env!("CARGO_PKG_VERSION"), "\n")
    );
}
