//! The list of messages and their cases, `tests/compile_errors/MESSAGES.md`.
//!
//! A message without a case fails here.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::expanded::Line;
use super::mistakes;
use super::templates::{self, ANY, Kind, Template};

/// A message that a case or a row shows.
struct Shown {
    by: String,
    is_row: bool,
    wrong: String,
    help: Option<String>,
    /// The whole printed error.
    output: String,
}

#[test]
fn every_message_has_a_case() {
    let workspace = workspace();
    let templates = templates::all(&workspace);
    let shown: Vec<Shown> = cases(&workspace).into_iter().chain(rows()).collect();
    let all: Vec<&Template> = templates
        .iter()
        .flat_map(|(_, templates)| templates)
        .collect();
    let mut page = String::from(HEADER);
    let mut missing = Vec::new();
    for (file, templates) in &templates {
        let _ = write!(page, "\n## {file}\n");
        for template in templates {
            let mut lists: [BTreeSet<&str>; 2] = Default::default();
            let shown = shown.iter().filter(|shown| is_of(shown, template, file));
            for shown in shown.filter(|shown| closest(shown, &all) == Some(template)) {
                lists[usize::from(shown.is_row)].insert(&shown.by);
            }
            let [cases, rows] = &lists;
            // Only the compiler prints the other kinds.
            let is_missing = match template.kind {
                Kind::Error | Kind::Syntax => cases.is_empty() && rows.is_empty(),
                Kind::Check | Kind::Trait => cases.is_empty(),
            };
            if NEVER.contains(&title(template).as_str()) {
                assert!(is_missing, "{file}: {} can be reported", title(template));
                continue;
            }
            if is_missing {
                missing.push(format!("{file}: {}", title(template)));
            }
            page.push_str("\n- ");
            page.push_str(&wrapped(&title(template)));
            list(&mut page, "cases", cases);
            list(&mut page, "rows", rows);
        }
    }
    assert!(
        missing.is_empty(),
        "without a case:\n{}",
        missing.join("\n")
    );
    let path = workspace.join("tests/compile_errors/MESSAGES.md");
    if std::env::var_os("MESSAGES").is_some_and(|what| what == "overwrite") {
        fs::write(&path, page).expect("the list can be written");
        return;
    }
    assert!(
        fs::read_to_string(&path).unwrap_or_default() == page,
        "{} is stale: run `MESSAGES=overwrite cargo test -p churnkey-macros`",
        path.display()
    );
}

#[test]
fn every_error_of_a_macro_is_in_the_list() {
    let templates = templates::all(&workspace());
    let all: Vec<&Template> = templates
        .iter()
        .flat_map(|(_, templates)| templates)
        .collect();
    for shown in rows() {
        assert!(
            closest(&shown, &all).is_some(),
            "{}: no source has `{}`",
            shown.by,
            shown.wrong
        );
    }
}

/// Combinations that cannot be reported, since every controller has operations.
const NEVER: [&str; 2] = [
    "`..` is not an operation of `..`\n  `..` has no options: remove it",
    "`..` is not an operation of `..`\n  it belongs to ..; `..` has no options: remove it",
];

const HEADER: &str = "# Messages and their cases

`MESSAGES=overwrite cargo test -p churnkey-macros` writes this list. A case is below `cases`, a row
is below `churnkey-macros/src/tests/mistakes`, and `..` stands for what a message inserts.
";

/// False for a syntax error that the parser of another file reports.
fn is_of(shown: &Shown, template: &Template, file: &str) -> bool {
    let is_derive = shown.by.starts_with("integration/");
    template.kind != Kind::Syntax || file.ends_with("integration.rs") == is_derive
}

/// The template of a message: of those that fit, the one with the longest fixed text.
fn closest<'a>(shown: &Shown, templates: &[&'a Template]) -> Option<&'a Template> {
    let fitting = templates.iter().copied().filter(|template| {
        let beside = || {
            let mut lines = template.beside.iter();
            lines.all(|text| {
                shown
                    .output
                    .lines()
                    .any(|line| fits(&format!("{ANY}{text}"), line))
            })
        };
        let help = match (&template.help, &shown.help) {
            (Some(template), Some(shown)) => fits(template, shown),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let parser = template.kind != Kind::Syntax || shown.is_row && shown.help.is_none();
        fits(&template.wrong, &shown.wrong) && help && beside() && parser
    });
    fitting.max_by_key(|template| {
        let texts = template
            .wrong
            .chars()
            .chain(template.help.iter().flat_map(|help| help.chars()));
        texts.filter(|letter| *letter != ANY).count()
    })
}

fn fits(template: &str, text: &str) -> bool {
    let mut parts = template.split(ANY);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        let Some((_, after)) = rest.split_once(part) else {
            return false;
        };
        rest = after;
    }
    rest.ends_with(last)
}

fn cases(workspace: &Path) -> Vec<Shown> {
    let folder = workspace.join("tests/compile_errors/cases");
    let mut shown = Vec::new();
    for subject in ["action", "controller", "error", "integration", "model"] {
        let entries =
            fs::read_dir(folder.join(subject).join("fail")).expect("the cases can be read");
        for entry in entries {
            let path = entry.expect("the cases can be read").path();
            if path
                .extension()
                .is_some_and(|extension| extension == "stderr")
            {
                let name = path.file_stem().unwrap_or_default().to_string_lossy();
                let output = fs::read_to_string(&path).expect("the case can be read");
                shown.extend(printed(&format!("{subject}/{name}"), &output));
            }
        }
    }
    shown
}

/// The messages that the compiler printed.
fn printed(by: &str, output: &str) -> Vec<Shown> {
    format!("\n{output}")
        .split("\nerror")
        .skip(1)
        .filter_map(|error| {
            let (_, message) = error.split_once(": ")?;
            let message = message
                .strip_prefix("evaluation panicked: ")
                .unwrap_or(message);
            let mut lines = message.lines();
            let wrong = lines.next()?.to_owned();
            let help = lines
                .next()
                .and_then(|line| line.trim_start().strip_prefix("help: "));
            Some(Shown {
                by: by.to_owned(),
                is_row: false,
                wrong,
                help: help.map(str::to_owned),
                output: error.to_owned(),
            })
        })
        .collect()
}

fn rows() -> Vec<Shown> {
    let shown = |by: &str, message: &str| {
        let (wrong, help) = message.split_once("\nhelp: ").unzip();
        Shown {
            by: by.to_owned(),
            is_row: true,
            wrong: wrong.unwrap_or(message).to_owned(),
            help: help.and_then(|help| help.lines().next()).map(str::to_owned),
            output: String::new(),
        }
    };
    mistakes::all()
        .iter()
        .flat_map(|row| {
            let lines = row.lines().into_iter();
            lines.filter_map(|line| match line {
                Line::Error { message, .. } => Some(shown(&row.name, &message)),
                _ => None,
            })
        })
        .collect()
}

fn title(template: &Template) -> String {
    if template.kind == Kind::Syntax {
        return "a syntax error, in the words of the parser".to_owned();
    }
    let texts = [&template.wrong]
        .into_iter()
        .chain(&template.help)
        .chain(&template.beside);
    texts
        .map(|text| text.replace(ANY, ".."))
        .collect::<Vec<_>>()
        .join("\n  ")
}

/// The lines of a title, wrapped at 100 columns.
fn wrapped(title: &str) -> String {
    let mut text = String::new();
    for line in title.lines() {
        let mut column = 2;
        for (index, word) in line.trim_start().split(' ').enumerate() {
            if index > 0 && column + 1 + word.len() > 100 {
                text.push_str("\n    ");
                column = 4;
            } else if index > 0 {
                text.push(' ');
                column += 1;
            } else if !text.is_empty() {
                text.push_str("  ");
            }
            text.push_str(word);
            column += word.len();
        }
        text.push('\n');
    }
    text
}

/// Names after a word, wrapped.
fn list(page: &mut String, word: &str, names: &BTreeSet<&str>) {
    let mut line = format!("  - {word}:");
    if names.is_empty() {
        return;
    }
    for (index, name) in names.iter().enumerate() {
        let name = format!(" {name}{}", if index + 1 < names.len() { "," } else { "" });
        if line.len() + name.len() > 100 {
            let _ = writeln!(page, "{line}");
            line = "   ".to_owned();
        }
        line += &name;
    }
    let _ = writeln!(page, "{line}");
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
