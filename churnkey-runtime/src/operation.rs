//! The operations of the protocol: one table that routes, manifest, decoding and answers follow.

use crate::action::{ApplyCoupon, Cancel, CancelAll, ChangePrice, ExtendTrial, Pause, PauseAll};
use crate::answer::Encode;
use crate::incoming::Decode;
use crate::model::{
    Coupon, CouponId, Customer, CustomerId, Email, Family, FamilyId, Phone, Price, PriceId,
    Product, ProductId, Subscription, SubscriptionId,
};
#[cfg(feature = "openapi")]
use crate::openapi::{Answered, Description, Given};
use crate::page::{Page, PageRequest};

/// One operation of the protocol, as a type: what a function for it is given, and what it answers.
pub trait Endpoint: Sized + 'static {
    /// The operation.
    const OPERATION: Operation;
    /// What the function is given after the context.
    type Input: Decode;
    /// What the function answers.
    type Output: Encode;
}

/// Whether an operation reads or changes data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A GET; nothing changes.
    Controller,
    /// A POST that may change what a customer pays.
    Action,
}

macro_rules! operations {
    ($($(#[doc = $doc:literal])+ $operation:ident = $side:ident $module:literal $name:literal $path:literal ($($input:ty),+) -> $output:ty;)+) => {
        /// An operation of the protocol.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Operation {
            $($(#[doc = $doc])+ $operation,)+
        }

        impl Operation {
            /// Every operation of the protocol, in the order of its description.
            pub const ALL: &'static [Self] = &[$(Self::$operation),+];

            /// Whether it reads or writes.
            pub const fn side(self) -> Side {
                match self {
                    $(Self::$operation => Side::$side,)+
                }
            }

            /// The module it belongs to, as the attributes name it: `prices`, `pause`.
            pub const fn module(self) -> &'static str {
                match self {
                    $(Self::$operation => $module,)+
                }
            }

            /// Its name within the module: `retrieve`, `list`, `find_by_email`; an action has the name of its module.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$operation => $name,)+
                }
            }

            /// Its path under the API root URL, parameters in braces.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Self::$operation => concat!("/churnkey", $path),)+
                }
            }
        }

        #[cfg(feature = "openapi")]
        impl Operation {
            /// The lines of its docs in the table.
            pub(crate) fn docs(self) -> &'static [&'static str] {
                match self {
                    $(Self::$operation => &[$($doc),+],)+
                }
            }

            /// Describes what its function is given and what it answers.
            pub(crate) fn describe(self, description: &mut Description<'_>) {
                match self {
                    $(Self::$operation => {
                        $(<$input as Given>::describe(description);)+
                        <$output as Answered>::describe(description);
                    })+
                }
            }
        }

        /// The operations as types, which name them in [`Provides`](crate::provider::Provides).
        pub mod endpoint {
            use super::*;

            $(
                $(#[doc = $doc])+
                #[derive(Clone, Copy, Debug)]
                pub struct $operation;

                impl Endpoint for $operation {
                    const OPERATION: Operation = Operation::$operation;
                    type Input = ($($input,)+);
                    type Output = $output;
                }
            )+
        }
    };
}

// The paths are doc, except that of the search by phone, which is assumed.
operations! {
    /// The customer with an id.
    RetrieveCustomer = Controller "customers" "retrieve" "/customers/{customerId}" (CustomerId) -> Option<Customer>;
    /// All customers.
    ListCustomers = Controller "customers" "list" "/customers" (PageRequest) -> Page<Customer>;
    /// The customer with an e-mail address.
    FindCustomerByEmail = Controller "customers" "find_by_email" "/customers/email/{email}" (Email) -> Option<Customer>;
    /// The customer with a phone number.
    /// Protocol: **doc**; the path is **assumed**.
    FindCustomerByPhone = Controller "customers" "find_by_phone" "/customers/phone/{phone}" (Phone) -> Option<Customer>;
    /// The price with an id.
    RetrievePrice = Controller "prices" "retrieve" "/prices/{priceId}" (PriceId) -> Option<Price>;
    /// All prices.
    ListPrices = Controller "prices" "list" "/prices" (PageRequest) -> Page<Price>;
    /// A customer's subscription with an id.
    RetrieveSubscription = Controller "subscriptions" "retrieve"
        "/customers/{customerId}/subscriptions/{subscriptionId}" (CustomerId, SubscriptionId) -> Option<Subscription>;
    /// All subscriptions of a customer.
    ListSubscriptions = Controller "subscriptions" "list"
        "/customers/{customerId}/subscriptions" (CustomerId, PageRequest) -> Page<Subscription>;
    /// The coupon with an id.
    RetrieveCoupon = Controller "coupons" "retrieve" "/coupons/{couponId}" (CouponId) -> Option<Coupon>;
    /// All coupons.
    ListCoupons = Controller "coupons" "list" "/coupons" (PageRequest) -> Page<Coupon>;
    /// The product with an id.
    RetrieveProduct = Controller "products" "retrieve" "/products/{productId}" (ProductId) -> Option<Product>;
    /// All products.
    ListProducts = Controller "products" "list" "/products" (PageRequest) -> Page<Product>;
    /// The product family with an id.
    RetrieveFamily = Controller "families" "retrieve" "/families/{familyId}" (FamilyId) -> Option<Family>;
    /// All product families.
    ListFamilies = Controller "families" "list" "/families" (PageRequest) -> Page<Family>;
    /// Cancel one subscription.
    CancelSubscription = Action "cancel" "cancel" "/actions/subscription/cancel" (Cancel) -> ();
    /// Cancel all subscriptions of a customer.
    CancelAllSubscriptions = Action "cancel_all" "cancel_all" "/actions/customer/cancel" (CancelAll) -> ();
    /// Pause one subscription.
    PauseSubscription = Action "pause" "pause" "/actions/subscription/pause" (Pause) -> ();
    /// Pause all subscriptions of a customer.
    PauseAllSubscriptions = Action "pause_all" "pause_all" "/actions/customer/pause" (PauseAll) -> ();
    /// Apply a coupon to a subscription.
    ApplyCouponToSubscription = Action "apply_coupon" "apply_coupon" "/actions/subscription/apply-coupon" (ApplyCoupon) -> ();
    /// Change the price of a subscription.
    ChangeSubscriptionPrice = Action "change_price" "change_price" "/actions/subscription/change-price" (ChangePrice) -> ();
    /// Extend the trial of a subscription.
    ExtendSubscriptionTrial = Action "extend_trial" "extend_trial" "/actions/subscription/extend-trial" (ExtendTrial) -> ();
}
