//! What a provider supports, known at compile time.

use serde::{Serialize, Serializer};

use crate::Operation;
use crate::provider::Route;

/// The feature manifest that Churnkey reads at `GET /churnkey/features`.
///
/// Made by the compiler from the annotated functions: `Billing::MANIFEST` is a `const`. A module that has no function is left out of the JSON (**assumed**; the
/// form is otherwise **doc**).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The read side.
    pub controllers: Controllers,
    /// The write side.
    pub actions: Actions,
}

/// The controllers of a [`Manifest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Controllers {
    /// Whether customers can be retrieved.
    #[serde(skip_serializing_if = "is_false")]
    pub customers: bool,
    /// The type of every price, if there are prices.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "typed")]
    pub prices: Option<PricesType>,
    /// Whether subscriptions can be retrieved.
    #[serde(skip_serializing_if = "is_false")]
    pub subscriptions: bool,
    /// Whether there are coupons.
    #[serde(skip_serializing_if = "is_false")]
    pub coupons: bool,
    /// The type of every product, if there are products.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "typed")]
    pub products: Option<ProductsType>,
    /// Whether there are product families.
    #[serde(skip_serializing_if = "is_false")]
    pub families: bool,
}

/// The actions of a [`Manifest`]. The customer-wide forms are not in it: Churnkey falls back on one call per subscription.
///
/// The camelCase of the multi-word names is **assumed**, here and nowhere else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Actions {
    /// Canceling.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<CancelFeatures>,
    /// Pausing.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "enabled")]
    pub pause: Option<PauseFeatures>,
    /// Applying a coupon.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "enabled")]
    pub apply_coupon: Option<ApplyCouponFeatures>,
    /// Changing to another price.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "enabled")]
    pub change_price: Option<ChangePriceFeatures>,
    /// Extending a trial.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "enabled")]
    pub extend_trial: Option<ExtendTrialFeatures>,
}

/// What every price of a provider is. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PricesType {
    /// Prices stand alone.
    Standalone,
    /// Each price belongs to a product; the products controller is needed.
    Product,
}

/// What every product of a provider is. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductsType {
    /// Products stand alone.
    Standalone,
    /// Each product belongs to a family; the families controller is needed.
    Family,
}

/// When a change may take effect. At least one is true. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Schedules {
    /// At once.
    pub immediate: bool,
    /// When the current period ends.
    pub end_of_period: bool,
}

/// How long a pause or an extension may be given as. At least one is true. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Durations {
    /// A length, such as two months.
    pub period: bool,
    /// The date at which it ends.
    pub date: bool,
}

/// The options of cancel. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct CancelFeatures {
    /// When a cancellation may take effect.
    pub schedules: Schedules,
}

/// The options of pause. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PauseFeatures {
    /// When a pause may start.
    pub start_dates: Schedules,
    /// How its length may be given.
    pub durations: Durations,
    /// Whether annual subscriptions may be paused.
    pub allow_annual: bool,
}

/// Applying a coupon has no options. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ApplyCouponFeatures {}

/// The options of change price. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ChangePriceFeatures {
    /// When the new price may take effect.
    pub schedules: Schedules,
    /// Whether the difference may be prorated.
    pub prorate: bool,
}

/// The options of extend trial. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct ExtendTrialFeatures {
    /// Whether a trial may be extended more than once.
    pub multiple: bool,
    /// How the extension may be given.
    pub durations: Durations,
}

/// What an attribute says about its function.
#[doc(hidden)]
#[derive(Clone, Copy, Debug)]
pub enum Options {
    None,
    Prices(PricesType),
    Products(ProductsType),
    Cancel(CancelFeatures),
    Pause(PauseFeatures),
    ApplyCoupon(ApplyCouponFeatures),
    ChangePrice(ChangePriceFeatures),
    ExtendTrial(ExtendTrialFeatures),
}

impl Options {
    /// Whether an attribute leaves its options open.
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// Whether two attributes of one module say the same, or one of them nothing.
    pub const fn agrees_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Prices(one), Self::Prices(other)) => one as u8 == other as u8,
            (Self::Products(one), Self::Products(other)) => one as u8 == other as u8,
            _ => true,
        }
    }
}

impl Manifest {
    pub(crate) const fn of<T>(routes: &[Option<Route<T>>]) -> Self {
        let mut manifest = Self {
            controllers: Controllers {
                customers: false,
                prices: None,
                subscriptions: false,
                coupons: false,
                products: None,
                families: false,
            },
            actions: Actions {
                cancel: None,
                pause: None,
                apply_coupon: None,
                change_price: None,
                extend_trial: None,
            },
        };
        let mut index = 0;
        while index < routes.len() {
            if let Some(route) = &routes[index] {
                manifest = manifest.with(route.operation, route.options);
            }
            index += 1;
        }
        manifest
    }

    const fn with(mut self, operation: Operation, options: Options) -> Self {
        let controllers = &mut self.controllers;
        match options {
            Options::Prices(kind) => controllers.prices = Some(kind),
            Options::Products(kind) => controllers.products = Some(kind),
            Options::Cancel(features) => self.actions.cancel = Some(features),
            Options::Pause(features) => self.actions.pause = Some(features),
            Options::ApplyCoupon(features) => self.actions.apply_coupon = Some(features),
            Options::ChangePrice(features) => self.actions.change_price = Some(features),
            Options::ExtendTrial(features) => self.actions.extend_trial = Some(features),
            Options::None => match operation {
                Operation::RetrieveCustomer => controllers.customers = true,
                Operation::RetrievePrice if controllers.prices.is_none() => {
                    controllers.prices = Some(PricesType::Standalone)
                }
                Operation::RetrieveSubscription => controllers.subscriptions = true,
                Operation::RetrieveCoupon => controllers.coupons = true,
                Operation::RetrieveProduct if controllers.products.is_none() => {
                    controllers.products = Some(ProductsType::Standalone)
                }
                Operation::RetrieveFamily => controllers.families = true,
                _ => {}
            },
        }
        self
    }
}

fn is_false(value: &bool) -> bool {
    !*value
}

fn typed<K: Serialize, S: Serializer>(kind: &Option<K>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Typed<'a, K> {
        enabled: bool,
        r#type: &'a K,
    }
    match kind {
        Some(kind) => Typed {
            enabled: true,
            r#type: kind,
        }
        .serialize(serializer),
        None => serializer.serialize_none(),
    }
}

fn enabled<F: Serialize, S: Serializer>(
    features: &Option<F>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    struct Enabled<'a, F> {
        enabled: bool,
        #[serde(flatten)]
        features: &'a F,
    }
    match features {
        Some(features) => Enabled {
            enabled: true,
            features,
        }
        .serialize(serializer),
        None => serializer.serialize_none(),
    }
}
