use serde::{Deserialize, Serialize};

/// The unit of an [`OfferDuration`](super::duration::OfferDuration), by the UTC calendar. Protocol:
/// **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum TimeUnit {
    /// A day of 24 hours.
    Day,
    /// Seven days.
    Week,
    /// A calendar month.
    Month,
    /// A calendar year.
    Year,
}
