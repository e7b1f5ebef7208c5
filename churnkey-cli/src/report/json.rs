//! A report as JSON.

use churnkey_verify::internal::is_printable;

use churnkey_verify::Report;

/// The report as JSON that can be shown on a terminal as well: what is not printable is escaped.
pub(crate) fn json(report: &Report) -> Result<String, serde_json::Error> {
    let plain = serde_json::to_string_pretty(report)?;
    let mut escaped = String::with_capacity(plain.len() + 1);
    for char in plain.chars() {
        match char {
            '\n' => escaped.push(char),
            // JSON has escaped all others below U+0020, so that such a character stands in a string, where an escape means the same.
            _ if !is_printable(char) => escaped.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => escaped.push(char),
        }
    }
    escaped.push('\n');
    Ok(escaped)
}
