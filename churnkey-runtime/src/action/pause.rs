use super::Schedule;
use super::body::{Body, FromBody, features};
use crate::model::{BillingCycle, CustomerId, Duration, SubscriptionId};
use crate::{Error, Result};

/// Pause one subscription: `POST /churnkey/actions/subscription/pause`. Protocol: **doc**.
///
/// It may arrive twice: a subscription that is paused like this already is a success, and its pause does not grow.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct Pause {
    /// Whose subscription; one of another customer is not found.
    pub customer_id: CustomerId,
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// When the pause starts.
    pub start_at: Schedule,
    /// How long it lasts, counted from its start.
    pub duration: Duration,
    /// Whether an annual subscription may be paused. It is true only if the feature is on.
    #[cfg_attr(feature = "openapi", schemars(default))]
    pub allow_annual: bool,
}

impl Pause {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(
        customer_id: impl Into<CustomerId>,
        subscription_id: impl Into<SubscriptionId>,
        start_at: Schedule,
        duration: Duration,
    ) -> Self {
        Self {
            customer_id: customer_id.into(),
            subscription_id: subscription_id.into(),
            start_at,
            duration,
            allow_annual: false,
        }
    }
}

impl FromBody for Pause {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        let all = PauseAll::from_body(body)?;
        Ok(Self {
            customer_id: all.customer_id,
            subscription_id: body.subscription_id()?,
            start_at: all.start_at,
            duration: all.duration,
            allow_annual: all.allow_annual,
        })
    }
}

/// Pause all subscriptions of a customer: `POST /churnkey/actions/customer/pause`. Protocol: **doc**.
///
/// Its options are those of [`Pause`]. The runtime looks at the billing cycle of the one subscription that [`Pause`] names; here your function does,
/// with [`PauseAll::permit`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(
    feature = "openapi",
    schemars(
        rename_all = "camelCase",
        description = "Pause all subscriptions of a customer. Protocol: **doc**. An annual subscription needs `allowAnnual`."
    )
)]
#[non_exhaustive]
pub struct PauseAll {
    /// Whose subscriptions.
    pub customer_id: CustomerId,
    /// When the pauses start.
    pub start_at: Schedule,
    /// How long they last, counted from their start.
    pub duration: Duration,
    /// Whether annual subscriptions may be paused. It is true only if the feature is on.
    #[cfg_attr(feature = "openapi", schemars(default))]
    pub allow_annual: bool,
}

impl PauseAll {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(customer_id: impl Into<CustomerId>, start_at: Schedule, duration: Duration) -> Self {
        Self {
            customer_id: customer_id.into(),
            start_at,
            duration,
            allow_annual: false,
        }
    }

    /// A 400 if the cycle is annual and annual subscriptions may not be paused. Protocol: **doc**.
    pub fn permit(&self, cycle: &BillingCycle) -> Result<()> {
        permit(self.allow_annual, cycle)
    }
}

impl Pause {
    /// A 400 if the cycle is annual and annual subscriptions may not be paused. Protocol: **doc**.
    ///
    /// The runtime has asked the subscriptions controller before your function runs; call this again inside the transaction that
    /// changes the row, where nobody else can change its cycle.
    pub fn permit(&self, cycle: &BillingCycle) -> Result<()> {
        permit(self.allow_annual, cycle)
    }
}

fn permit(allow_annual: bool, cycle: &BillingCycle) -> Result<()> {
    if cycle.is_annual() && !allow_annual {
        return Err(Error::bad_request(
            "`allowAnnual` must be true to pause an annual subscription",
        ));
    }
    Ok(())
}

impl FromBody for PauseAll {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        let features = features(body.actions.pause)?;
        Ok(Self {
            customer_id: body.customer_id()?,
            start_at: body.schedule("startAt", features.start_dates)?,
            duration: body.duration(features.durations)?,
            allow_annual: body.featured_flag("allowAnnual", features.allow_annual)?,
        })
    }
}
