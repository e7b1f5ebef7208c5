//! JSON in lines, with the places marked that do not follow the protocol.

use churnkey_verify::internal::ModelFlaw;
use maud::{Markup, html};
use serde_json::Value;

use super::text::block;

/// The limit of lines that a page shows of a document.
const MAX_LINES: usize = 400;
/// The number of lines around a mark that an excerpt has.
const CONTEXT: usize = 3;

/// A mark at a place of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The place, such as `items[0].price.amount.unit`.
    pub(super) place: String,
    pub(super) note: String,
}

/// A line of a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    text: String,
    /// The place of the value that begins on this line; `None` for a closing bracket.
    place: Option<String>,
    /// The notes of the marks on this line.
    notes: Vec<String>,
}

/// A document, or an excerpt of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marked {
    /// The lines; `None` stands for lines that are left out.
    lines: Vec<Option<Line>>,
}

impl From<&ModelFlaw> for Mark {
    fn from(flaw: &ModelFlaw) -> Self {
        Self {
            place: flaw.place.clone(),
            note: format!("expected {}, found {}", flaw.expected, flaw.found),
        }
    }
}

/// The marks of the first flaws of a model.
pub(super) fn marks(flaws: &[ModelFlaw]) -> Vec<Mark> {
    const MAX: usize = 200;
    flaws.iter().take(MAX).map(Mark::from).collect()
}

impl Marked {
    /// The complete document with its marks.
    pub(super) fn new(value: &Value, marks: &[Mark]) -> Self {
        let mut writer = Writer {
            marks,
            lines: Vec::new(),
        };
        writer.value("", 0, "", value, "");
        Self {
            lines: writer.lines.into_iter().map(Some).collect(),
        }
    }

    /// Lines of a text that is not JSON.
    pub(super) fn text(lines: &[&str]) -> Self {
        let line = |text: &&str| Line {
            text: (*text).to_owned(),
            place: None,
            notes: Vec::new(),
        };
        Self {
            lines: lines.iter().map(line).map(Some).collect(),
        }
    }

    /// Marks the first line with one of these places, without regard to indexes.
    pub(super) fn mark_first(mut self, path: &str, note: &str) -> Self {
        let is_it = |line: &&mut Line| {
            let place = line.place.as_deref().map(without_indexes);
            place.is_some_and(|place| {
                place == path
                    || place
                        .strip_prefix("data[].")
                        .is_some_and(|rest| rest == path)
            })
        };
        if let Some(line) = self.lines.iter_mut().flatten().find(is_it) {
            line.notes.push(note.to_owned());
        }
        self
    }

    pub(super) fn has_marks(&self) -> bool {
        let mut lines = self.lines.iter().flatten();
        lines.any(|line| !line.notes.is_empty())
    }

    /// The lines around the marks, or the first lines if nothing is marked.
    pub(super) fn excerpt(self) -> Self {
        let has_marks = self.has_marks();
        let at: Vec<usize> = (0..)
            .zip(&self.lines)
            .filter(|(_, line)| line.as_ref().is_some_and(|line| !line.notes.is_empty()))
            .map(|(index, _)| index)
            .collect();
        let is_near = |index: usize| match has_marks {
            true => at.iter().any(|at| at.abs_diff(index) <= CONTEXT),
            false => index <= 4 * CONTEXT,
        };
        let mut lines: Vec<Option<Line>> = Vec::new();
        for (index, line) in self.lines.into_iter().enumerate() {
            if is_near(index) {
                lines.push(line);
            } else if lines.last().is_none_or(Option::is_some) {
                lines.push(None);
            }
        }
        Self { lines }
    }

    /// Shows the lines. The `label` names the block for screen readers.
    pub(super) fn show(&self, label: &str) -> Markup {
        let shown = &self.lines[..self.lines.len().min(MAX_LINES)];
        let more = self.lines.len() - shown.len();
        html! {
            pre.marked tabindex="0" role="region" aria-label=(label) {
                code {
                    @for line in shown {
                        @match line {
                            Some(line) if line.notes.is_empty() => { (block(&line.text)) "\n" },
                            Some(line) => {
                                @let text = line.text.trim_start();
                                (" ".repeat(line.text.len() - text.len()))
                                mark { (block(text)) }
                                span.note { " ← " (block(&line.notes.join("; "))) } "\n"
                            },
                            None => { span.muted { "⋯" } "\n" },
                        }
                    }
                    @if more > 0 { span.muted { "⋯ and " (more) " more lines" } }
                }
            }
        }
    }
}

/// A place without its indexes: `items[].price`.
fn without_indexes(place: &str) -> String {
    let mut path = String::with_capacity(place.len());
    let mut is_index = false;
    for char in place.chars() {
        match char {
            ']' => is_index = false,
            _ if is_index => continue,
            _ => {}
        }
        is_index |= char == '[';
        path.push(char);
    }
    path
}

struct Writer<'a> {
    marks: &'a [Mark],
    lines: Vec<Line>,
}

impl<'a> Writer<'a> {
    /// Writes a value. `before` is the name of the field, `after` the comma.
    fn value(&mut self, place: &str, depth: usize, before: &str, value: &Value, after: &str) {
        match value {
            Value::Object(fields) => {
                self.line(place, depth, format!("{before}{{"));
                let absent = self.absent(place, |name| fields.contains_key(name));
                let count = fields.len();
                for (index, (name, value)) in fields.iter().enumerate() {
                    let inner = match place.is_empty() {
                        true => name.clone(),
                        false => format!("{place}.{name}"),
                    };
                    let comma = if index + 1 < count { "," } else { "" };
                    let name = format!("{}: ", Value::from(name.as_str()));
                    self.value(&inner, depth + 1, &name, value, comma);
                }
                for mark in absent {
                    self.push(depth + 1, String::new(), None, vec![mark.note.clone()]);
                    if let Some(line) = self.lines.last_mut() {
                        let name = mark.place.rsplit('.').next().unwrap_or_default();
                        line.text
                            .push_str(&format!("{}: (absent)", Value::from(name)));
                        line.place = Some(mark.place.clone());
                    }
                }
                self.push(depth, format!("}}{after}"), None, Vec::new());
            }
            Value::Array(items) if !items.is_empty() => {
                self.line(place, depth, format!("{before}["));
                for (index, value) in items.iter().enumerate() {
                    let comma = if index + 1 < items.len() { "," } else { "" };
                    self.value(&format!("{place}[{index}]"), depth + 1, "", value, comma);
                }
                self.push(depth, format!("]{after}"), None, Vec::new());
            }
            leaf => self.line(place, depth, format!("{before}{leaf}{after}")),
        }
    }

    /// The marks of absent fields of the object at a place.
    fn absent(&self, place: &str, has: impl Fn(&str) -> bool) -> Vec<&'a Mark> {
        let marks = self.marks.iter().filter(|mark| {
            let name = match place.is_empty() {
                true => Some(mark.place.as_str()),
                false => mark
                    .place
                    .strip_prefix(place)
                    .and_then(|rest| rest.strip_prefix('.')),
            };
            name.is_some_and(|name| !name.is_empty() && !name.contains(['.', '[']) && !has(name))
        });
        marks.collect()
    }

    /// Adds the first line of the value at a place.
    fn line(&mut self, place: &str, depth: usize, text: String) {
        let at = self.marks.iter().filter(|mark| mark.place == place);
        let notes = at.map(|mark| mark.note.clone()).collect();
        self.push(depth, text, Some(place.to_owned()), notes);
    }

    fn push(&mut self, depth: usize, text: String, place: Option<String>, notes: Vec<String>) {
        self.lines.push(Line {
            text: format!("{}{text}", "  ".repeat(depth)),
            place,
            notes,
        });
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mark(place: &str) -> Mark {
        Mark {
            place: place.to_owned(),
            note: "wrong".to_owned(),
        }
    }

    fn marked_lines(marked: &Marked) -> Vec<&str> {
        let lines = marked.lines.iter().flatten();
        let lines = lines.filter(|line| !line.notes.is_empty());
        lines.map(|line| line.text.trim()).collect()
    }

    #[test]
    fn marks_are_at_their_lines() {
        let value = json!({ "items": [{ "unit": 1 }, { "unit": "2" }], "empty": [] });
        let marks = [mark("items[1].unit"), mark("items[0].name"), mark("id")];
        let marked = Marked::new(&value, &marks);
        assert_eq!(
            marked_lines(&marked),
            ["\"name\": (absent)", "\"unit\": \"2\"", "\"id\": (absent)"]
        );
    }

    #[test]
    fn lines_without_absent_fields_are_the_document() {
        let value = json!({ "a": [1, { "b": null }, []], "c": { "d": "e\n" } });
        let marked = Marked::new(&value, &[mark("a[1].b")]);
        let text: Vec<_> = marked.lines.iter().flatten().collect();
        let text: String = text.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
    }

    #[test]
    fn excerpt_has_the_lines_around_the_marks() {
        let items: Vec<_> = (0..100).map(|number| json!({ "n": number })).collect();
        let marked = Marked::new(&json!({ "data": items }), &[mark("data[50].n")]).excerpt();
        assert_eq!(marked_lines(&marked), ["\"n\": 50"]);
        assert_eq!(marked.lines.len(), 2 * CONTEXT + 3);
        assert!(marked.lines.first().unwrap().is_none());
    }

    #[test]
    fn first_place_of_a_path_is_marked() {
        let value = json!({ "data": [{ "id": "a" }, { "id": "b" }] });
        let marked = Marked::new(&value, &[]).mark_first("id", "twice");
        assert_eq!(marked_lines(&marked), ["\"id\": \"a\""]);
    }
}
