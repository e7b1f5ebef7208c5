use super::body::{Body, FromBody, features};
use crate::Result;
use crate::model::{CouponId, CustomerId, SubscriptionId};

/// Apply a coupon to a subscription: `POST /churnkey/actions/subscription/apply-coupon`. Protocol: **doc**.
///
/// It may arrive twice: a subscription that has the coupon already is a success, and no second discount.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "openapi", schemars(rename_all = "camelCase"))]
#[non_exhaustive]
pub struct ApplyCoupon {
    /// Whose subscription; one of another customer is not found.
    pub customer_id: CustomerId,
    /// Which subscription.
    pub subscription_id: SubscriptionId,
    /// Which coupon.
    #[cfg_attr(feature = "openapi", schemars(rename = "id"))]
    pub coupon_id: CouponId,
}

impl ApplyCoupon {
    /// A request as Churnkey would send it, for tests of your own function.
    pub fn new(
        customer_id: impl Into<CustomerId>,
        subscription_id: impl Into<SubscriptionId>,
        coupon_id: impl Into<CouponId>,
    ) -> Self {
        Self {
            customer_id: customer_id.into(),
            subscription_id: subscription_id.into(),
            coupon_id: coupon_id.into(),
        }
    }
}

impl FromBody for ApplyCoupon {
    fn from_body(body: &Body<'_>) -> Result<Self> {
        features(body.actions.apply_coupon)?;
        Ok(Self {
            customer_id: body.customer_id()?,
            subscription_id: body.subscription_id()?,
            coupon_id: body.object_id("coupon")?,
        })
    }
}
