//! Tests that `churnkey-verify`, a dependency of users' tests, has no heavy dependencies.

use std::collections::BTreeSet;
use std::process::Command;

/// Prefixes of crate names for TLS, HTTP clients, the command line and HTML.
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
fn verifier_has_no_heavy_dependencies() {
    let crates = crates(&[]);
    let heavy: Vec<_> = crates.iter().filter(|name| is_heavy(name)).collect();
    assert!(heavy.is_empty(), "{heavy:?}");
    // 66 at the time of writing. A very different number needs an explanation, which the list above
    // may not cover.
    assert!((40..=75).contains(&crates.len()), "{}", crates.len());
}

#[test]
fn heavy_crates_are_recognized() {
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

/// The names of all crates in the build of `churnkey-verify` for this machine's target.
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
