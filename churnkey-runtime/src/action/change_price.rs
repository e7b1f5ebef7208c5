use super::Schedule;
use super::body::{Body, FromBody, features};
use crate::Result;
use crate::model::{CustomerId, PriceId, SubscriptionId};

/// Change the price of a subscription: `POST /churnkey/actions/subscription/change-price`. Protocol: **doc**.
///
/// It may arrive twice: a subscription that has the price already, or will have it at the end of its period, is a success.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ChangePrice {
    /// Whose subscription; one of another customer is not found.
    pub customer_id: CustomerId,
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// The new price.
    #[cfg_attr(feature = "openapi", schemars(rename = "id"))]
    pub price_id: PriceId,
    /// When it takes effect.
    pub scheduled_at: Schedule,
    /// Whether to settle the rest of the period at the new price. It is true only if the feature is on.
    #[cfg_attr(feature = "openapi", schemars(default))]
    pub prorate: bool,
}

impl ChangePrice {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(
        customer_id: impl Into<CustomerId>,
        subscription_id: impl Into<SubscriptionId>,
        price_id: impl Into<PriceId>,
        scheduled_at: Schedule,
    ) -> Self {
        Self {
            customer_id: customer_id.into(),
            subscription_id: subscription_id.into(),
            price_id: price_id.into(),
            scheduled_at,
            prorate: false,
        }
    }
}

impl FromBody for ChangePrice {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        let features = features(body.actions.change_price)?;
        Ok(Self {
            customer_id: body.customer_id()?,
            subscription_id: body.subscription_id()?,
            price_id: body.object_id("price")?,
            scheduled_at: body.schedule("scheduledAt", features.schedules)?,
            prorate: body.featured_flag("prorate", features.prorate)?,
        })
    }
}
