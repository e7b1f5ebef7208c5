//! The metadata of each package.

use std::fs;

use crate::workspace::{METADATA, root};

/// The packages in the order in which they are published.
const PUBLISHED: [&str; 6] = [
    "churnkey-protocol",
    "churnkey-macros",
    "churnkey-runtime",
    "churnkey",
    "churnkey-verify",
    "churnkey-cli",
];

#[test]
fn exactly_these_packages_are_published() {
    let mut names: Vec<_> = METADATA
        .published()
        .map(|package| package.name.as_str())
        .collect();
    names.sort_unstable();
    let mut expected = PUBLISHED;
    expected.sort_unstable();
    assert_eq!(
        names, expected,
        "`publish = false` is missing, or a name in this test"
    );
}

#[test]
fn each_package_has_complete_metadata() {
    for package in METADATA.published() {
        let name = &package.name;
        let documentation = format!("https://docs.rs/{name}");
        assert!(
            package
                .description
                .as_ref()
                .is_some_and(|text| text.len() < 120),
            "{name}"
        );
        assert_eq!(package.documentation.as_ref(), Some(&documentation));
        assert_eq!(
            package.license.as_deref(),
            Some("MIT OR Apache-2.0"),
            "{name}"
        );
        assert!((1..=5).contains(&package.keywords.len()), "{name}");
        assert!(!package.categories.is_empty(), "{name}");
        assert!(package.readme.is_some(), "{name}");
        assert_eq!(
            package.metadata["docs"]["rs"]["all-features"], true,
            "{name}"
        );
    }
}

#[test]
fn each_package_contains_the_licence_files() {
    for package in METADATA.published() {
        for file in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let copy = package.folder().join(file);
            assert_eq!(
                fs::read(&copy).ok(),
                fs::read(root().join(file)).ok(),
                "{} differs from {file} at the root: copy it",
                copy.display()
            );
        }
    }
}
