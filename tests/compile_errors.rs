//! One mistake is one error, at the user's token, saying what is wrong and what to do: see `tests/ui/README.md`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the cases print is the compiler's own text in part, and that changes between versions.
const COMPILER: &str = "1.95.";

/// Clippy does not see the cases, so the strictest of them is a module here too.
#[allow(dead_code, reason = "its `main` is never called from here")]
#[path = "ui/integration/pass/strict_lints.rs"]
mod strict_lints;

#[test]
fn each_mistake_is_told_as_it_was_reviewed() {
    let compiler = Command::new("rustc").arg("--version").output();
    let compiler = compiler.map_or_else(
        |error| error.to_string(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    );
    assert!(
        compiler.starts_with(&format!("rustc {COMPILER}")),
        "the expected texts are those of rustc {COMPILER}x, and this is `{compiler}`: run \
         `cargo +{COMPILER}0 test --test compile_errors`, or change `COMPILER` and review every text anew (tests/ui/README.md)"
    );
    let cases = trybuild::TestCases::new();
    cases.compile_fail("tests/ui/*/fail/*.rs");
    cases.pass("tests/ui/*/pass/*.rs");
}

#[test]
fn each_case_prints_as_many_errors_as_it_has_mistakes() {
    let wrong: Vec<String> = cases("fail")
        .into_iter()
        .filter_map(|case| {
            let source = read(&case);
            let expected = source
                .lines()
                .next()
                .and_then(|line| line.strip_prefix("// errors: "))
                .and_then(|number| number.parse().ok());
            let printed = errors(&read(&case.with_extension("stderr")));
            (expected != Some(printed)).then(|| {
                format!(
                    "{}: the first line says {expected:?}, and {printed} errors are printed",
                    case.display()
                )
            })
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_case_with_more_errors_than_one_says_why() {
    for case in cases("fail") {
        let source = read(&case);
        let mut lines = source.lines();
        if lines.next() != Some("// errors: 1") {
            assert!(
                lines.next().is_some_and(|line| line.starts_with("// ")),
                "{} has more errors than one: say why on its second line",
                case.display()
            );
        }
    }
}

#[test]
fn the_catalogue_is_complete() {
    let fail = cases("fail");
    assert!(fail.len() >= 80, "only {} mistakes", fail.len());
    for case in fail {
        assert!(
            case.with_extension("stderr").exists(),
            "{} has no expected text",
            case.display()
        );
        let source = read(&case);
        let uses = ["::router(", "::serve", "::MANIFEST", "/model/"];
        assert!(
            uses.iter()
                .any(|usage| source.contains(usage) || case.to_string_lossy().contains(usage))
                || source.contains("fn billing() {}"),
            "{} does not use what it has annotated",
            case.display()
        );
    }
}

#[test]
fn no_message_speaks_of_generated_items_first() {
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
fn the_guide_shows_what_the_compiler_prints() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/compiler.md");
    let written = read(&page);
    let current = with_current_messages(&written);
    if std::env::var_os("COMPILER_PAGE").is_some_and(|what| what == "overwrite") {
        fs::write(&page, &current).expect("the page can be written");
        return;
    }
    assert!(
        written == current,
        "docs/compiler.md is stale: run `COMPILER_PAGE=overwrite cargo test --test compile_errors`"
    );
}

/// A page with each block under `<!-- printed: path -->` replaced by the expected text of that case.
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
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/ui/{case}.stderr"));
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

fn cases(outcome: &str) -> Vec<PathBuf> {
    let ui = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut cases: Vec<PathBuf> = ["controller", "action", "integration", "model"]
        .iter()
        .flat_map(|subject| entries(&ui.join(subject).join(outcome)))
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect();
    cases.sort();
    cases
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
