//! The write side: one constant for each action.
//!
//! Paths, fields and features are **doc** unless a constant says otherwise. The camelCase of names
//! of several words in the manifest is **assumed**, and so is which fields a body must have.

use crate::controllers::COUPONS;
use crate::field::{Field, FieldKind};
use crate::module::{Feature, Module, Need};
use crate::operation::{Model, Operation};

/// Every action, in the order of the protocol's description.
pub const ALL: &[Module] = &[
    CANCEL,
    CANCEL_ALL,
    PAUSE,
    PAUSE_ALL,
    APPLY_COUPON,
    CHANGE_PRICE,
    EXTEND_TRIAL,
];

const CUSTOMER_ID: Field = Field::new("customerId", FieldKind::Id(Model::Customer));
const SUBSCRIPTION_ID: Field = Field::new("subscriptionId", FieldKind::Id(Model::Subscription));
const SCHEDULED_AT: Field = Field::new("scheduledAt", FieldKind::Schedule);
const START_AT: Field = Field::new("startAt", FieldKind::Schedule);
const DURATION: Field = Field::new("duration", FieldKind::Duration);
const ALLOW_ANNUAL: Field = Field::new("allowAnnual", FieldKind::Flag);
/// Ends a pause first. Its meaning is **doc**, its name is not.
const UNPAUSE: Field = Field::new("unpause", FieldKind::Flag).assumed();

const NEEDS_CANCEL: Need = Need::new(
    &CANCEL,
    "every other action is an offer made on the way to it",
);

/// Cancels one subscription.
pub const CANCEL: Module = Module::action("cancel", "Cancel")
    .operations(&[Operation::post(
        "cancel",
        "CancelSubscription",
        "/churnkey/actions/subscription/cancel",
        "Cancel one subscription.",
    )])
    .features(&[
        Feature::schedules("schedules", "schedules").opens("scheduledAt"),
        // It opens nothing: a cancellation that asks for more than the manifest has must not fail.
        Feature::flag("unpause", "unpause").assumed(),
    ])
    .fields(&[CUSTOMER_ID, SUBSCRIPTION_ID, SCHEDULED_AT, UNPAUSE]);

/// Cancels all subscriptions of a customer.
pub const CANCEL_ALL: Module = Module::action("cancel_all", "CancelAll")
    .single(&CANCEL)
    .operations(&[Operation::post(
        "cancel_all",
        "CancelAllSubscriptions",
        "/churnkey/actions/customer/cancel",
        "Cancel all subscriptions of a customer.",
    )])
    .fields(&[CUSTOMER_ID, SCHEDULED_AT, UNPAUSE])
    .needs(&[NEEDS_CANCEL]);

/// Pauses one subscription.
pub const PAUSE: Module = Module::action("pause", "Pause")
    .operations(&[Operation::post(
        "pause",
        "PauseSubscription",
        "/churnkey/actions/subscription/pause",
        "Pause one subscription.",
    )])
    .features(&[
        Feature::schedules("start_dates", "startDates").opens("startAt"),
        Feature::durations("durations", "durations").opens("duration"),
        Feature::flag("allow_annual", "allowAnnual").opens("allowAnnual"),
    ])
    .fields(&[
        CUSTOMER_ID,
        SUBSCRIPTION_ID,
        START_AT,
        DURATION,
        ALLOW_ANNUAL,
    ])
    .needs(&[NEEDS_CANCEL]);

/// Pauses all subscriptions of a customer.
pub const PAUSE_ALL: Module = Module::action("pause_all", "PauseAll")
    .single(&PAUSE)
    .operations(&[Operation::post(
        "pause_all",
        "PauseAllSubscriptions",
        "/churnkey/actions/customer/pause",
        "Pause all subscriptions of a customer.",
    )])
    .fields(&[CUSTOMER_ID, START_AT, DURATION, ALLOW_ANNUAL.assumed()])
    .needs(&[
        Need::new(&PAUSE, "its options are those of `pause`"),
        NEEDS_CANCEL,
    ]);

/// Applies a coupon to a subscription.
pub const APPLY_COUPON: Module = Module::action("apply_coupon", "ApplyCoupon")
    .wire_assumed("applyCoupon", "apply-coupon")
    .operations(&[Operation::post(
        "apply_coupon",
        "ApplyCouponToSubscription",
        "/churnkey/actions/subscription/apply-coupon",
        "Apply a coupon to a subscription.",
    )])
    .fields(&[
        CUSTOMER_ID,
        SUBSCRIPTION_ID,
        Field::new("id", FieldKind::Id(Model::Coupon)).aliases(&["coupon", "couponId"]),
    ])
    .needs(&[
        Need::new(&COUPONS, "Churnkey reads the coupon that is applied"),
        NEEDS_CANCEL,
    ]);

/// Changes the price of a subscription.
pub const CHANGE_PRICE: Module = Module::action("change_price", "ChangePrice")
    .wire_assumed("changePrice", "change-price")
    .operations(&[Operation::post(
        "change_price",
        "ChangeSubscriptionPrice",
        "/churnkey/actions/subscription/change-price",
        "Change the price of a subscription.",
    )])
    .features(&[
        Feature::schedules("schedules", "schedules").opens("scheduledAt"),
        Feature::flag("prorate", "prorate").opens("prorate"),
    ])
    .fields(&[
        CUSTOMER_ID,
        SUBSCRIPTION_ID,
        Field::new("id", FieldKind::Id(Model::Price)).aliases(&["price", "priceId"]),
        SCHEDULED_AT,
        Field::new("prorate", FieldKind::Flag),
    ])
    .needs(&[NEEDS_CANCEL]);

/// Extends the trial of a subscription.
pub const EXTEND_TRIAL: Module = Module::action("extend_trial", "ExtendTrial")
    .wire_assumed("extendTrial", "extend-trial")
    .operations(&[Operation::post(
        "extend_trial",
        "ExtendSubscriptionTrial",
        "/churnkey/actions/subscription/extend-trial",
        "Extend the trial of a subscription.",
    )])
    .features(&[
        Feature::flag("multiple", "multiple"),
        Feature::durations("durations", "durations").opens("duration"),
    ])
    .fields(&[CUSTOMER_ID, SUBSCRIPTION_ID, DURATION])
    .needs(&[NEEDS_CANCEL]);
