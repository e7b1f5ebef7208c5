use super::request::request;
use crate::model::id::{CouponId, CustomerId, SubscriptionId};

request! {
    /// Apply a coupon to a subscription: `POST /churnkey/actions/subscription/apply-coupon`.
    /// Protocol: **doc**.
    ///
    /// It may arrive twice: a subscription that has the coupon already is a success, and no second
    /// discount.
    pub struct ApplyCoupon = APPLY_COUPON (apply_coupon) {
        /// The owner of the subscription; a subscription of another customer is not found.
        pub customer_id: CustomerId = "customerId",
        /// The subscription that gets the discount.
        pub subscription_id: SubscriptionId = "subscriptionId",
        /// The coupon to apply.
        pub coupon_id: CouponId = "id",
    }
}
