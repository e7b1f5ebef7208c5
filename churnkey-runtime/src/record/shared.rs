//! State that all calls share.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use super::file::Lines;
use super::reduce::Pseudonyms;

/// The format of the file, which its first line states.
pub const VERSION: u32 = 1;

/// Tokens that are looked for. A provider has two at a time.
const MOST_TOKENS: usize = 8;
/// Bytes of a token that is looked for.
const SHORTEST_TOKEN: usize = 6;

pub(super) struct Shared {
    pub(super) lines: Lines,
    pub(super) pseudonyms: Pseudonyms,
    pub(super) full: bool,
    pub(super) tokens: Tokens,
}

/// Tokens that were accepted, so that they are never written.
#[derive(Default)]
pub(super) struct Tokens(Mutex<VecDeque<String>>);

impl Tokens {
    pub(super) fn add(&self, token: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !token.is_empty() && !known.iter().any(|known| known == token) {
            known.truncate(MOST_TOKENS - 1);
            known.push_front(token.to_owned());
        }
    }

    /// The line without the tokens, as they are or escaped.
    ///
    /// Shorter ones are parts of the words of a line, and no integration token is that short.
    pub(super) fn remove_from(&self, mut line: String) -> String {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for token in known.iter().filter(|token| token.len() >= SHORTEST_TOKEN) {
            let quoted = json!(token).to_string();
            for form in [token.as_str(), quoted.trim_matches('"')] {
                if line.contains(form) {
                    line = line.replace(form, "[token]");
                }
            }
        }
        line
    }
}
