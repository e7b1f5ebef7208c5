use super::Schedule;
use super::body::{Body, FromBody, features};
use crate::Result;
use crate::model::{CustomerId, SubscriptionId};

/// Cancel one subscription: `POST /churnkey/actions/subscription/cancel`. Protocol: **doc**.
///
/// It may arrive twice: a subscription that is canceled already, or will be at the end of its period, is a success.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Cancel {
    /// Whose subscription; one of another customer is not found.
    pub customer_id: CustomerId,
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// When it ends.
    pub scheduled_at: Schedule,
    /// Whether to end a pause first, so that what is canceled is a running subscription.
    #[cfg_attr(feature = "openapi", schemars(default))]
    pub unpause: bool,
}

impl Cancel {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(
        customer_id: impl Into<CustomerId>,
        subscription_id: impl Into<SubscriptionId>,
        scheduled_at: Schedule,
    ) -> Self {
        Self {
            customer_id: customer_id.into(),
            subscription_id: subscription_id.into(),
            scheduled_at,
            unpause: false,
        }
    }
}

impl FromBody for Cancel {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        let all = CancelAll::from_body(body)?;
        Ok(Self {
            customer_id: all.customer_id,
            subscription_id: body.subscription_id()?,
            scheduled_at: all.scheduled_at,
            unpause: all.unpause,
        })
    }
}

/// Cancel all subscriptions of a customer: `POST /churnkey/actions/customer/cancel`. Protocol: **doc**.
///
/// Its schedules are those of [`Cancel`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct CancelAll {
    /// Whose subscriptions.
    pub customer_id: CustomerId,
    /// When they end.
    pub scheduled_at: Schedule,
    /// Whether to end pauses first.
    #[cfg_attr(feature = "openapi", schemars(default))]
    pub unpause: bool,
}

impl CancelAll {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(customer_id: impl Into<CustomerId>, scheduled_at: Schedule) -> Self {
        Self {
            customer_id: customer_id.into(),
            scheduled_at,
            unpause: false,
        }
    }
}

impl FromBody for CancelAll {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        let features = features(body.actions.cancel)?;
        Ok(Self {
            customer_id: body.customer_id()?,
            scheduled_at: body.schedule("scheduledAt", features.schedules)?,
            // The name of this field is assumed.
            unpause: body.flag("unpause")?,
        })
    }
}
