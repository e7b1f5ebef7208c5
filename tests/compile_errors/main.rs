//! One mistake is one error, at the user's own token: see `README.md`.

mod pass;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The compiler writes part of each message, and that part changes between its versions.
const COMPILER: &str = "1.95.";

/// All cases are checked in one parallel `cargo check`. trybuild does this only if no case has to
/// pass, so the cases that compile are in `pass`.
#[test]
fn each_mistake_prints_the_reviewed_error() {
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map_or_else(
        |error| error.to_string(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    assert!(
        compiler.starts_with(&format!("rustc {COMPILER}")),
        "the expected output is that of rustc {COMPILER}x, and this is `{compiler}`: run \
         `cargo +{COMPILER}0 test -p compile-errors`, or change `COMPILER` and review every \
         `.stderr` file"
    );
    trybuild::TestCases::new().compile_fail("cases/*/fail/*.rs");
}

#[test]
fn each_case_prints_the_errors_it_counts() {
    for case in cases("fail") {
        let source = read(&case);
        let mut lines = source.lines();
        let count = lines
            .next()
            .and_then(|line| line.strip_prefix("// errors: "))
            .and_then(|number| number.parse().ok());
        let printed = errors(&read(&case.with_extension("stderr")));
        assert_eq!(count, Some(printed), "{}", case.display());
        assert!(
            printed == 1 || lines.next().is_some_and(|line| line.starts_with("// ")),
            "{} has more than one error: give the reason on its second line",
            case.display()
        );
    }
}

#[test]
fn each_case_uses_the_generated_code() {
    let uses = ["::router", "::serve", "::MANIFEST", "fn billing() {}"];
    for case in cases("fail") {
        let source = read(&case);
        assert!(
            case.to_string_lossy().contains("/model/")
                || uses.iter().any(|usage| source.contains(usage)),
            "{} does not use what it annotates",
            case.display()
        );
    }
}

#[test]
fn each_case_without_mistake_is_a_module() {
    let modules = include_str!("pass.rs");
    for case in cases("pass") {
        let name = case.file_stem().unwrap_or_default().to_string_lossy();
        assert!(
            modules.contains(&format!("mod {name};")) && read(&case).contains("test]\n"),
            "{} is not a module of `pass.rs` with a test",
            case.display()
        );
    }
}

#[test]
fn no_error_begins_with_generated_items() {
    for case in cases("fail") {
        for line in read(&case.with_extension("stderr")).lines() {
            assert!(
                !(line.starts_with("error") && line.contains("__private")),
                "{}: {line}",
                case.display()
            );
        }
    }
}

#[test]
fn no_output_is_left_without_its_case() {
    for outcome in ["fail", "pass"] {
        for path in files(outcome) {
            assert!(
                path.with_extension("rs").exists(),
                "{} has no case",
                path.display()
            );
        }
    }
}

#[test]
fn the_guide_shows_what_the_compiler_prints() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/compiler.md");
    let written = read(&page);
    let current = with_current_messages(&written);
    if std::env::var_os("COMPILER_PAGE").is_some_and(|what| what == "overwrite") {
        fs::write(&page, &current).expect("the page can be written");
        return;
    }
    assert!(
        written == current,
        "docs/compiler.md is stale: run `COMPILER_PAGE=overwrite cargo test -p compile-errors`"
    );
}

/// A page with each block under `<!-- printed: path -->` replaced by the output of that case.
fn with_current_messages(page: &str) -> String {
    let mut current = String::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        current.push_str(line);
        current.push('\n');
        let Some(case) = line
            .strip_prefix("<!-- printed: ")
            .and_then(|rest| rest.strip_suffix(" -->"))
        else {
            continue;
        };
        assert_eq!(lines.next(), Some("```text"), "a block follows `{line}`");
        lines
            .by_ref()
            .find(|line| *line == "```")
            .expect("the block ends");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("cases/{case}.stderr"));
        current.push_str("```text\n");
        current.push_str(read(&path).trim_end());
        current.push_str("\n```\n");
    }
    current
}

fn errors(stderr: &str) -> usize {
    stderr
        .lines()
        .filter(|line| line.starts_with("error:") || line.starts_with("error["))
        .filter(|line| {
            !line.starts_with("error: aborting") && !line.starts_with("error: could not compile")
        })
        .count()
}

/// The cases of all subjects that have this outcome.
fn cases(outcome: &str) -> Vec<PathBuf> {
    let mut cases = files(outcome);
    cases.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    assert!(!cases.is_empty(), "no case in */{outcome}");
    cases
}

fn files(outcome: &str) -> Vec<PathBuf> {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases");
    let mut files: Vec<PathBuf> = entries(&cases)
        .into_iter()
        .map(|subject| subject.join(outcome))
        .filter(|folder| folder.exists())
        .flat_map(|folder| entries(&folder))
        .collect();
    files.sort();
    files
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("the folder can be read").path())
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
