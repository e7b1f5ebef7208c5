//! The comparison of subscriptions before and after an action with its effect.

use serde_json::Value;

use super::effect::{Effect, Mismatch, changes, main_effect};
use super::expected::side_effect;

/// The mismatch of the first subscription without the expected effect.
pub(super) fn first_mismatch(
    effect: &Effect,
    before: &[Value],
    after: &[Value],
) -> Option<Mismatch> {
    let mut pairs = before.iter().zip(after);
    pairs.find_map(|(before, after)| mismatch(effect, before, after))
}

/// Returns true if every subscription without the effect is unchanged.
///
/// A provider may skip a subscription for a reason that the document does not show, such as a
/// scheduled cancellation.
pub(super) fn is_only_left_out(effect: &Effect, before: &[Value], after: &[Value]) -> bool {
    let mut pairs = before.iter().zip(after);
    pairs.all(|(before, after)| {
        mismatch(effect, before, after).is_none() || changes(before, after).is_none()
    })
}

fn mismatch(effect: &Effect, before: &Value, after: &Value) -> Option<Mismatch> {
    main_effect(effect, before, after).or_else(|| side_effect(effect, before, after))
}

#[cfg(test)]
mod tests;
