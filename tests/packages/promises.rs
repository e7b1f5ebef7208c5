//! The tests that the documents name for what they promise.

use std::fs;
use std::path::Path;

use crate::workspace::{read, root};

#[test]
fn every_test_that_a_document_names_exists() {
    let sources = [
        "tests",
        "churnkey-runtime/src",
        "churnkey-macros/src",
        "churnkey-verify/src",
    ];
    let mut code = String::new();
    for folder in sources {
        collect(&root().join(folder), &mut code);
    }
    for (page, least) in [("SECURITY.md", 40), ("docs/reliability.md", 35)] {
        let text = read(page);
        let named: Vec<_> = text.split('`').skip(1).step_by(2).filter(is_test).collect();
        assert!(named.len() >= least, "{page} names {} tests", named.len());
        let missing: Vec<_> = named
            .into_iter()
            .filter(|name| !code.contains(&format!("fn {name}(")))
            .collect();
        assert!(missing.is_empty(), "{page} names {missing:?}");
    }
}

/// A name of three words or more.
fn is_test(name: &&str) -> bool {
    let is_name = name
        .bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    is_name && name.matches('_').count() >= 2 && !NOT_TESTS.contains(name)
}

/// Names in the documents that are settings, metrics and columns.
const NOT_TESTS: [&str; 1] = ["idle_in_transaction_session_timeout"];

fn collect(folder: &Path, code: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, code);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            code.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}
