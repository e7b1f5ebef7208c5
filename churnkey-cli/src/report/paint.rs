//! A report on a terminal.

use anstyle::AnsiColor;
use churnkey_verify::Report;
use churnkey_verify::internal::{Layout, Style, write};

/// The report with colors, in lines of this width. For an output without colors, the caller removes
/// the escape sequences.
pub(crate) fn painted(report: &Report, width: usize, quiet: bool) -> String {
    let layout = Layout {
        width,
        quiet,
        paint,
    };
    let mut painted = String::new();
    // Writing to a `String` cannot fail.
    let _ = write(report, layout, &mut painted);
    painted
}

/// A text in a style, with escape sequences.
pub(crate) fn paint(style: Style, text: &str) -> String {
    let escape = match style {
        Style::Heading => anstyle::Style::new().bold(),
        Style::Good => AnsiColor::Green.on_default(),
        Style::Error => AnsiColor::Red.on_default().bold(),
        Style::Warning => AnsiColor::Yellow.on_default().bold(),
        Style::Advice => AnsiColor::Cyan.on_default(),
        Style::Aside => anstyle::Style::new().dimmed(),
    };
    format!("{escape}{text}{escape:#}")
}
