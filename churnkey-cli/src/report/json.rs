//! A report as JSON.

use churnkey_verify::internal::is_printable;

use serde::Serialize;

/// A report as JSON that is safe to show on a terminal: unprintable characters are escaped.
pub(crate) fn json(report: &impl Serialize) -> Result<String, serde_json::Error> {
    let plain = serde_json::to_string_pretty(report)?;
    let mut escaped = String::with_capacity(plain.len() + 1);
    for char in plain.chars() {
        match char {
            '\n' => escaped.push(char),
            // Such a character can only be inside a string, where an escape has the same meaning.
            _ if !is_printable(char) => escaped.push_str(&format!("\\u{:04x}", u32::from(char))),
            _ => escaped.push(char),
        }
    }
    escaped.push('\n');
    Ok(escaped)
}
