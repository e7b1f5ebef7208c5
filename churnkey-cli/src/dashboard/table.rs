//! Tables that fit a phone: on a narrow page, CSS shows each row as a block of labelled values.

use maud::{Markup, html};

/// A column: its name, and the alignment of its values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Column {
    name: &'static str,
    is_number: bool,
}

/// A column of text.
pub(super) const fn words(name: &'static str) -> Column {
    Column {
        name,
        is_number: false,
    }
}

/// A column of numbers, which are aligned to the right.
pub(super) const fn numbers(name: &'static str) -> Column {
    Column {
        name,
        is_number: true,
    }
}

/// A row of a table.
pub(super) enum Row {
    /// The cells, of which the first one names the row.
    Cells(Vec<Markup>),
    /// One cell in place of all, such as a note.
    Whole(Markup),
}

/// A table. Its caption is for screen readers, because a heading stands above each table.
///
/// The explicit roles keep the table semantics on narrow pages, where the cells are no table cells
/// for CSS.
pub(super) fn table(caption: &str, columns: &[Column], rows: &[Row]) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(caption) {
            table.rows role="table" {
                caption.sr { (caption) }
                thead role="rowgroup" {
                    tr role="row" {
                        @for column in columns {
                            th.number[column.is_number] role="columnheader" scope="col" {
                                (column.name)
                            }
                        }
                    }
                }
                tbody role="rowgroup" { @for row in rows { (show_row(columns, row)) } }
            }
        }
    }
}

fn show_row(columns: &[Column], row: &Row) -> Markup {
    html! {
        tr role="row" {
            @match row {
                Row::Whole(cell) => td.whole role="cell" colspan=(columns.len()) { (cell) },
                Row::Cells(cells) => {
                    @for (index, (column, cell)) in columns.iter().zip(cells).enumerate() {
                        @if index == 0 {
                            th role="rowheader" scope="row" { (cell) }
                        } @else {
                            td.number[column.is_number] role="cell" data-label=(column.name) {
                                // CSS hides an empty cell on a narrow page.
                                @if !cell.0.is_empty() { div { (cell) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_has_the_label_of_its_column() {
        let columns = [words("Name"), numbers("Items")];
        let cells = Row::Cells(vec![html! { "<a>" }, html! { (3) }]);
        let shown = table(
            "Things",
            &columns,
            &[cells, Row::Whole(html! { "no more" })],
        );
        let shown = shown.into_string();
        for part in [
            r#"<th role="rowheader" scope="row">&lt;a&gt;</th>"#,
            r#"<td class="number" role="cell" data-label="Items"><div>3</div></td>"#,
            r#"<td class="whole" role="cell" colspan="2">no more</td>"#,
        ] {
            assert!(shown.contains(part), "{part}: {shown}");
        }
    }
}
