//! Texts from outside, fit to be shown.

/// Whether a character shows itself and nothing else: it moves no cursor, begins no escape sequence, hides nothing and turns no line round, and
/// every document can hold it.
pub fn is_printable(char: char) -> bool {
    let turns = matches!(char, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = matches!(char, '\u{2028}' | '\u{2029}');
    // XML cannot hold these.
    let is_none = matches!(char, '\u{fffe}' | '\u{ffff}');
    !(char.is_control() || turns || breaks || is_none)
}

/// The text with a sign in the place of what is not printable.
pub fn printable(text: &str) -> String {
    text.chars()
        .map(|char| match is_printable(char) {
            true => char,
            false => '\u{fffd}',
        })
        .collect()
}

/// A text from outside, fit for a terminal: short, and without control characters.
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
    fn escape_sequences_and_turned_text_lose_their_power() {
        let hostile = "a\u{1b}[31mb\u{9b}2Jc\r\n\td\u{202e}e\u{2028}f\u{ffff}g\0h\u{7f}";
        let shown = printable(hostile);
        assert_eq!(
            shown,
            "a\u{fffd}[31mb\u{fffd}2Jc\u{fffd}\u{fffd}\u{fffd}d\u{fffd}e\u{fffd}f\u{fffd}g\u{fffd}h\u{fffd}"
        );
    }

    #[test]
    fn names_of_any_language_stay_as_they_are() {
        for name in ["Zoë", "Ωmega & Sons <ltd>", "株式会社", "שלום", "👩‍💻"] {
            assert_eq!(printable(name), name);
        }
    }
}
