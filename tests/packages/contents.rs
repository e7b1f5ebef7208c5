//! The files of each package, and the links between them.

use std::path::Path;

use crate::workspace::{METADATA, Package};

/// The files that cargo adds or that every package has.
const COMMON: [&str; 7] = [
    ".cargo_vcs_info.json",
    "Cargo.lock",
    "Cargo.toml",
    "Cargo.toml.orig",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "README.md",
];

#[test]
fn a_package_contains_its_sources_and_no_tests() {
    for package in METADATA.published() {
        let files = package.files();
        for file in COMMON.iter().filter(|file| !file.starts_with(".cargo")) {
            assert!(
                files.iter().any(|other| other == file),
                "{} has no {file}",
                package.name
            );
        }
        let surplus: Vec<_> = files
            .iter()
            .filter(|file| !belongs(package, file))
            .collect();
        assert!(surplus.is_empty(), "{} ships {surplus:?}", package.name);
    }
}

fn belongs(package: &Package, file: &str) -> bool {
    let is_page = match file.rsplit_once('/') {
        None => file.ends_with(".md"),
        Some(("docs", file)) => [".md", ".png", ".svg", ".json"]
            .iter()
            .any(|end| file.ends_with(end)),
        Some(_) => false,
    };
    // The templates of `churnkey new` have tests, for the project that is written.
    let is_template = file.starts_with("src/new/templates/");
    let is_test = file
        .split('/')
        .any(|part| part == "tests" || part == "tests.rs");
    COMMON.contains(&file)
        || package.name == "churnkey" && is_page
        || file.starts_with("src/") && (is_template || !is_test)
}

#[test]
fn links_in_a_package_lead_to_its_own_files() {
    for package in METADATA.published() {
        let files = package.files();
        for page in files
            .iter()
            .filter(|file| file.ends_with(".md") && !is_documentation(file))
        {
            let text = std::fs::read_to_string(package.folder().join(page)).unwrap();
            for link in links(&text).filter(|link| !link.contains("://") && !link.starts_with('#'))
            {
                let target = resolved(page, link.split('#').next().unwrap());
                assert!(
                    files.contains(&target),
                    "{}: {page} links to {link}",
                    package.name
                );
            }
        }
    }
}

/// Pages under `src` are compiled into the documentation, where rustdoc checks the links.
fn is_documentation(file: &str) -> bool {
    file.starts_with("src/")
}

/// The targets of the inline links and images of a page in Markdown, without those in code.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let mut is_code = false;
    text.lines()
        .filter(move |line| {
            let is_fence = line.trim_start().starts_with("```");
            is_code ^= is_fence;
            !is_code && !is_fence
        })
        .flat_map(|line| line.split("](").skip(1))
        .filter_map(|rest| rest.split_once(')'))
        .map(|(link, _)| link)
}

/// The path that a link on a page leads to, from the folder of the package.
fn resolved(page: &str, link: &str) -> String {
    let mut parts: Vec<&str> = Path::new(page)
        .parent()
        .into_iter()
        .flat_map(|folder| folder.iter().map(|part| part.to_str().unwrap()))
        .collect();
    for part in link.split('/') {
        match part {
            "." | "" => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}
