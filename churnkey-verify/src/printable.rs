//! Strings of a provider, made safe to print.

/// Returns true if a character is safe to print.
///
/// A safe character does not move the cursor, begin an escape sequence or change the direction of
/// text, and every document format can contain it.
pub fn is_printable(char: char) -> bool {
    let is_mark = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}');
    let is_direction = is_mark || matches!(char, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_break = matches!(char, '\u{2028}' | '\u{2029}');
    // XML cannot contain these.
    let is_noncharacter = matches!(char, '\u{fffe}' | '\u{ffff}');
    !(char.is_control() || is_direction || is_break || is_noncharacter)
}

/// Replaces every unsafe character with U+FFFD.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|char| match is_printable(char) {
            true => char,
            false => '\u{fffd}',
        })
        .collect()
}

/// Makes a string of a provider safe to print, and shortens it.
pub(crate) fn tame(text: &str) -> String {
    const MOST: usize = 120;
    let short: String = text.chars().take(MOST + 1).collect();
    let mut tame = printable(&short);
    if tame.chars().count() > MOST {
        tame.pop();
        tame.push('…');
    }
    tame
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_directions_are_replaced() {
        let hostile = "a\u{1b}[31mb\u{9b}2Jc\r\n\td\u{202e}e\u{2028}f\u{ffff}g\0h\u{7f}";
        let shown = printable(hostile);
        assert_eq!(
            shown,
            "a\u{fffd}[31mb\u{fffd}2Jc\u{fffd}\u{fffd}\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g\u{fffd}h\u{fffd}"
        );
    }

    #[test]
    fn names_in_any_language_are_unchanged() {
        for name in ["Zoë", "Ωmega & Sons <ltd>", "株式会社", "שלום", "👩‍💻"] {
            assert_eq!(printable(name), name);
        }
    }
}
