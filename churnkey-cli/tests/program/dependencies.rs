//! The crate `churnkey-verify` stays a light dependency of the tests of others.

use std::collections::BTreeSet;
use std::process::Command;

/// Crates of TLS, of clients over a socket, of the command line and of HTML, by the beginning of their names.
const HEAVY: &[&str] = &[
    "anstream",
    "anstyle",
    "aws-lc",
    "clap",
    "hyper-rustls",
    "indicatif",
    "jsonschema",
    "maud",
    "native-tls",
    "openssl",
    "quick-junit",
    "quick-xml",
    "reqwest",
    "ring",
    "rustls",
    "schemars",
    "tempfile",
    "terminal_size",
    "tokio-rustls",
    "tower-http",
    "url",
    "ureq",
    "webpki",
];

#[test]
fn the_verifier_pulls_in_neither_tls_nor_the_command_line() {
    let crates = crates(&[]);
    let heavy: Vec<_> = crates.iter().filter(|name| is_heavy(name)).collect();
    assert!(heavy.is_empty(), "{heavy:?}");
    // At the time of writing 66: a number far from it has a reason that this list does not know.
    assert!((40..=75).contains(&crates.len()), "{}", crates.len());
}

#[test]
fn heavy_crates_are_recognized_where_they_are() {
    let crates = crates(&["--features", "http"]);
    for name in ["reqwest", "ring", "rustls"] {
        assert!(
            crates.iter().any(|other| other == name) && is_heavy(name),
            "{name}: {crates:?}"
        );
    }
}

fn is_heavy(name: &str) -> bool {
    HEAVY.iter().any(|heavy| {
        let rest = name.strip_prefix(heavy);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

/// The names of what `churnkey-verify` is built from, on this machine's target.
fn crates(features: &[&str]) -> Vec<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--offline",
            "--locked",
            "--package",
            "churnkey-verify",
            "--edges",
            "normal",
        ])
        .args(["--prefix", "none", "--no-dedupe"])
        .args(features)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output();
    let output = output.unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let tree = String::from_utf8(output.stdout).unwrap();
    let names = tree.lines().filter_map(|line| line.split(' ').next());
    let names: BTreeSet<_> = names.map(str::to_owned).collect();
    names.into_iter().collect()
}
