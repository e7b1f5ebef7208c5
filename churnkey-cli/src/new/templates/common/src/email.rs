//! E-mail addresses.

/// The address in the form in which it is compared: without the difference of capital and small
/// letters, in every script. A database alone compares only the letters of ASCII like this.
pub(crate) fn folded(email: &str) -> String {
    let lower = email.chars().flat_map(char::to_lowercase);
    // The end of a word has another small sigma.
    lower.map(|c| if c == 'ς' { 'σ' } else { c }).collect()
}
