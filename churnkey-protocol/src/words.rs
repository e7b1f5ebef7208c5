//! Words of the protocol, which say nothing about a person.

use crate::module::{FeatureKind, Word};
use crate::spelling;
use crate::table::MODULES;

/// Further words: modes, names of unions and their members.
const OTHERS: &[&str] = &[
    "test",
    "live",
    "true",
    "false",
    "active",
    "trial",
    "paused",
    "canceled",
    "unpaid",
    "fixed",
    "tiered",
    "graduated",
    "total",
    "percentage",
    "once",
    "recurring",
    "forever",
    "cycle-amount",
];

/// Returns true for a word of the protocol in any letter case, a unit in the plural included.
pub fn is_protocol_word(text: &str) -> bool {
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let mut lists = [Word::SCHEDULES, Word::DURATIONS].into_iter().flatten();
    let mut features = MODULES.iter().flat_map(|module| module.features);
    lists.any(|word| is(word.wire))
        || OTHERS.iter().copied().any(is)
        || spelling::UNITS.into_iter().any(is)
        || spelling::COUNTS.into_iter().any(is)
        || features.any(|feature| match feature.kind {
            FeatureKind::Variants(variants) => variants.iter().any(|variant| is(variant.word)),
            _ => false,
        })
}
