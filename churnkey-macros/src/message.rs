//! The parts that messages share.

/// The candidate that a misspelled word probably means.
pub(crate) fn nearest<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    let word = normal(word);
    candidates
        .into_iter()
        .map(|candidate| (distance(&word, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= 1 + candidate.len().min(word.len()) / 4)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// A word in snake case: `applyCoupon`, `apply-coupon` and `"Apply_Coupon"` all become
/// `apply_coupon`.
pub(crate) fn normal(word: &str) -> String {
    let mut normal = String::new();
    let mut after_lower = false;
    for letter in word
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '"')
    {
        if letter.is_uppercase() && after_lower {
            normal.push('_');
        }
        after_lower = letter.is_lowercase() || letter.is_ascii_digit();
        match letter {
            '-' => normal.push('_'),
            letter => normal.extend(letter.to_lowercase()),
        }
    }
    normal
}

/// The edits between two words: insert, remove, replace, or swap two neighbours.
fn distance(left: &str, right: &str) -> usize {
    // A longer word is not a typing error, and its comparison would take time.
    const LONGEST: usize = 40;
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    if left.len() > LONGEST {
        return usize::MAX;
    }
    let mut rows = vec![vec![0; right.len() + 1]; left.len() + 1];
    for (i, row) in rows.iter_mut().enumerate() {
        row[0] = i;
    }
    for (j, cell) in rows[0].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 1..=left.len() {
        for j in 1..=right.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(left[i - 1] != right[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[left.len()][right.len()]
}

/// `` `a`, `b` or `c` ``
pub(crate) fn any_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
    }
}

/// `` `a`, `b` and `c` ``
pub(crate) fn all_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let quoted: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: [&str; 5] = [
        "prices",
        "customers",
        "apply_coupon",
        "cancel",
        "cancel_all",
    ];

    #[test]
    fn a_typing_error_finds_its_word() {
        for (typed, meant) in [
            ("price", "prices"),
            ("pirces", "prices"),
            ("Prices", "prices"),
            ("customer", "customers"),
            ("applyCoupon", "apply_coupon"),
            ("apply-coupon", "apply_coupon"),
            ("cancle", "cancel"),
            ("cancelAll", "cancel_all"),
        ] {
            assert_eq!(nearest(typed, WORDS), Some(meant), "{typed}");
        }
    }

    #[test]
    fn another_word_finds_nothing() {
        for typed in ["refund", "x", "", "invoices", &"prices".repeat(1000)] {
            assert_eq!(nearest(typed, WORDS), None, "{typed}");
        }
    }

    #[test]
    fn a_list_of_words_reads_as_prose() {
        assert_eq!(any_of(["a"]), "`a`");
        assert_eq!(any_of(["a", "b", "c"]), "`a`, `b` or `c`");
        assert_eq!(any_of([]), "");
    }
}
