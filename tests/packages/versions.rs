//! The versions that the packages need of each other, of their dependencies and of Rust.

use semver::{Comparator, Op, Version};

use crate::workspace::{METADATA, Package};

#[test]
fn packages_need_each_other_in_exactly_this_version() {
    for package in METADATA.published() {
        for dependency in package.dependencies.iter().filter(|one| one.path.is_some()) {
            let is_test = dependency.kind.as_deref() == Some("dev");
            let is_exact = |one: &Comparator| one.op == Op::Exact;
            let is_pinned = dependency.req.comparators.iter().all(is_exact)
                && dependency.req.matches(&package.version);
            let (name, needed) = (&package.name, &dependency.name);
            assert!(
                is_test || is_pinned,
                "{name} needs {needed} {}",
                dependency.req
            );
        }
    }
}

#[test]
fn no_dependency_needs_a_newer_rust() {
    let stated = METADATA.published().map(rust_version).max().unwrap();
    let newer: Vec<_> = METADATA
        .needed()
        .into_iter()
        .filter(|package| rust_version(package) > stated)
        .map(|package| format!("{} {}", package.name, package.version))
        .collect();
    assert!(
        newer.is_empty(),
        "these need a newer Rust than {stated}: {newer:?}"
    );
}

#[test]
fn each_package_states_the_same_rust_version() {
    let stated: Vec<_> = METADATA.published().map(rust_version).collect();
    assert!(
        stated
            .iter()
            .all(|version| *version == stated[0] && version.minor > 0),
        "{stated:?}"
    );
}

/// The oldest Rust that a package says it builds with.
fn rust_version(package: &Package) -> Version {
    let stated = package.rust_version.as_deref().unwrap_or("1.0.0");
    let mut parts = stated.split('.').map(|part| part.parse().unwrap());
    Version::new(
        parts.next().unwrap(),
        parts.next().unwrap_or(0),
        parts.next().unwrap_or(0),
    )
}
