//! A report on a terminal.

use anstyle::{AnsiColor, Style};
use churnkey_verify::Report;
use churnkey_verify::internal::{Ink, Look, write};

/// The report with colors, in lines of this width. For an output without colors, the caller removes
/// the escape sequences.
pub(crate) fn painted(report: &Report, width: usize, quiet: bool) -> String {
    let look = Look {
        width,
        quiet,
        paint,
    };
    let mut painted = String::new();
    // Writing to a `String` cannot fail.
    let _ = write(report, look, &mut painted);
    painted
}

fn paint(ink: Ink, text: &str) -> String {
    let style = match ink {
        Ink::Heading => Style::new().bold(),
        Ink::Good => AnsiColor::Green.on_default(),
        Ink::Error => AnsiColor::Red.on_default().bold(),
        Ink::Warning => AnsiColor::Yellow.on_default().bold(),
        Ink::Advice => AnsiColor::Cyan.on_default(),
        Ink::Aside => Style::new().dimmed(),
    };
    format!("{style}{text}{style:#}")
}
