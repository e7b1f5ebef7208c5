use super::body::{Body, FromBody, features};
use crate::Result;
use crate::model::{CustomerId, Duration, SubscriptionId};

/// Extend the trial of a subscription: `POST /churnkey/actions/subscription/extend-trial`. Protocol: **doc**.
///
/// It may arrive twice, and nothing in it tells a repetition from a second extension: keep what you have applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ExtendTrial {
    /// Whose subscription; one of another customer is not found.
    pub customer_id: CustomerId,
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// How much longer, counted from the present end of the trial, or the new end.
    pub duration: Duration,
}

impl ExtendTrial {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(
        customer_id: impl Into<CustomerId>,
        subscription_id: impl Into<SubscriptionId>,
        duration: Duration,
    ) -> Self {
        Self {
            customer_id: customer_id.into(),
            subscription_id: subscription_id.into(),
            duration,
        }
    }
}

impl FromBody for ExtendTrial {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        let features = features(body.actions.extend_trial)?;
        Ok(Self {
            customer_id: body.customer_id()?,
            subscription_id: body.subscription_id()?,
            duration: body.duration(features.durations)?,
        })
    }
}
