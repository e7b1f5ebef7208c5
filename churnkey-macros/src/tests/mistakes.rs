//! Mistakes that a macro reports, or the compiler at a known token: `src/tests/mistakes`.
//!
//! Each file is a list of rows. A row is a name after `##`, the code, a line `--`, and a summary of
//! the expansion.
//! `MISTAKES=overwrite cargo test -p churnkey-macros` writes the summaries for review.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use super::expanded::{Line, summary};

pub(super) struct Row {
    pub(super) name: String,
    pub(super) code: String,
    summary: String,
}

impl Row {
    pub(super) fn lines(&self) -> Vec<Line> {
        summary(&self.code)
    }
}

#[test]
fn each_mistake_is_reported_as_reviewed() {
    for (path, text) in files() {
        let rows = rows(&text);
        let current = rows.iter().fold(String::new(), |mut text, row| {
            let _ = write!(
                text,
                "## {}\n{}\n--\n{}\n",
                row.name,
                row.code,
                written(&row.lines())
            );
            text
        });
        let current = current.trim_end().to_owned() + "\n";
        if std::env::var_os("MISTAKES").is_some_and(|what| what == "overwrite") {
            fs::write(&path, current).expect("the rows can be written");
            continue;
        }
        for row in &rows {
            let now = written(&row.lines());
            assert!(
                now == row.summary,
                "{}, {}: expected\n\n{}\nand the expansion is\n\n{now}",
                path.display(),
                row.name,
                row.summary
            );
        }
        assert!(
            text == current,
            "{} is not as `MISTAKES=overwrite` writes it",
            path.display()
        );
    }
}

#[test]
fn one_mistake_is_one_error() {
    for (path, text) in files() {
        for row in rows(&text) {
            let errors = row
                .lines()
                .iter()
                .filter(|line| matches!(line, Line::Error { .. }))
                .count();
            assert!(
                errors <= 1 || row.code.starts_with("// "),
                "{}: {} has {errors} errors: say why in a comment",
                path.display(),
                row.name
            );
        }
    }
}

/// All rows, each with the name of its file before its own.
pub(super) fn all() -> Vec<Row> {
    files()
        .into_iter()
        .flat_map(|(path, text)| {
            let file = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            rows(&text).into_iter().map(move |row| Row {
                name: format!("{file}/{}", row.name),
                ..row
            })
        })
        .collect()
}

fn files() -> Vec<(PathBuf, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/tests/mistakes");
    ["controller", "action", "integration", "into_error"]
        .map(|name| {
            let path = folder.join(name).with_extension("txt");
            let text = fs::read_to_string(&path).expect("the rows can be read");
            (path, text)
        })
        .into()
}

fn rows(text: &str) -> Vec<Row> {
    format!("\n{text}")
        .split("\n## ")
        .skip(1)
        .map(|row| {
            let (name, rest) = row.split_once('\n').expect("code follows the name");
            let (code, summary) = rest.split_once("\n--").unwrap_or((rest, ""));
            Row {
                name: name.to_owned(),
                code: code.trim().to_owned(),
                summary: summary.trim().to_owned() + "\n",
            }
        })
        .collect()
}

fn written(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = match line {
            Line::Error { at, message } => {
                writeln!(text, "error at {at}: {}", message.replace('\n', "\n  "))
            }
            Line::Check { at, wrong } => writeln!(text, "check at {at}: {wrong}"),
            Line::At(at) => writeln!(text, "at {at}"),
            Line::Trait { at, name } => writeln!(text, "`{name}` at {at}"),
            Line::Provides(what) => writeln!(text, "provides {what}"),
        };
    }
    text
}
