//! The features of a provider, known at compile time.

use churnkey_protocol as protocol;
use serde::ser::SerializeMap as _;
use serde::{Serialize, Serializer};

use crate::operation::Operation;

/// The feature manifest that Churnkey reads at `GET /churnkey/features`.
///
/// The compiler makes it from the annotated functions: `Billing::MANIFEST` is a `const`. A module
/// without a function is left out of the JSON (**assumed**; the form is otherwise **doc**).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Manifest {
    /// The read side.
    pub controllers: Controllers,
    /// The write side.
    pub actions: Actions,
}

/// The spelling of the actions of several words in the manifest: `applyCoupon`, `changePrice` and
/// `extendTrial`.
///
/// The guide does not show their keys, and a wrong key hides the action silently. camelCase is
/// **assumed**; [`Provider::manifest_spelling`](crate::Provider::manifest_spelling) chooses
/// another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Spelling {
    /// `applyCoupon`.
    #[default]
    CamelCase,
    /// `apply-coupon`, as in the paths of the actions.
    KebabCase,
    /// Each action under both keys.
    Both,
}

impl Spelling {
    /// Every spelling.
    pub const ALL: [Self; 3] = [Self::CamelCase, Self::KebabCase, Self::Both];

    /// The word in `CHURNKEY_MANIFEST_SPELLING`: `camelCase`, `kebab-case` or `both`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CamelCase => "camelCase",
            Self::KebabCase => "kebab-case",
            Self::Both => "both",
        }
    }
}

/// The controllers of a [`Manifest`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Controllers {
    /// Customers can be retrieved.
    #[serde(skip_serializing_if = "is_false")]
    pub customers: bool,
    /// The type of every price, if there are prices.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "typed")]
    pub prices: Option<PricesType>,
    /// Subscriptions can be retrieved.
    #[serde(skip_serializing_if = "is_false")]
    pub subscriptions: bool,
    /// There are coupons.
    #[serde(skip_serializing_if = "is_false")]
    pub coupons: bool,
    /// The type of every product, if there are products.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "typed")]
    pub products: Option<ProductsType>,
    /// There are product families.
    #[serde(skip_serializing_if = "is_false")]
    pub families: bool,
}

/// The actions of a [`Manifest`]. The customer-wide forms are not in it: without them Churnkey
/// calls the action for each subscription.
///
/// The camelCase of names of several words is **assumed**.
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

/// The type of every price of a provider. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PricesType {
    /// Prices stand alone.
    Standalone,
    /// Each price belongs to a product; the products controller is needed.
    Product,
}

/// The type of every product of a provider. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductsType {
    /// Products stand alone.
    Standalone,
    /// Each product belongs to a family; the families controller is needed.
    Family,
}

/// The moments at which a change may take effect. At least one is true. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Schedules {
    /// At once.
    pub immediate: bool,
    /// When the current period ends.
    pub end_of_period: bool,
}

/// The forms in which a pause or an extension may be given. At least one is true. Protocol:
/// **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Durations {
    /// A length, such as two months.
    pub period: bool,
    /// The date at which it ends.
    pub date: bool,
}

/// Declares the options of an action. Unless the protocol table agrees, the crate does not compile.
macro_rules! features {
    (
        $(#[$doc:meta])+
        pub struct $name:ident = $module:ident {
            $($(#[$field_doc:meta])+ $field:ident: $ty:ident,)*
        }
    ) => {
        $(#[$doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $name {
            $($(#[$field_doc])+ pub $field: $ty,)*
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                #[allow(unused_mut, reason = "an action may have no options")]
                let mut map = serializer.serialize_map(None)?;
                $(
                    let feature = const {
                        facts(&protocol::actions::$module, stringify!($field), stringify!($ty))
                    };
                    if feature.known == protocol::Known::Doc || self.$field.is_on() {
                        map.serialize_entry(feature.wire, &self.$field)?;
                    }
                )*
                map.end()
            }
        }

        const _: () = {
            let fields: &[&str] = &[$(stringify!($field)),*];
            assert!(
                fields.len() == protocol::actions::$module.features.len(),
                concat!("the protocol table has other features for ", stringify!($name)),
            );
        };
    };
}

/// The value of a feature.
trait Value {
    /// `false` for a flag that is off.
    fn is_on(&self) -> bool {
        true
    }
}

impl Value for bool {
    fn is_on(&self) -> bool {
        *self
    }
}

impl Value for Schedules {}
impl Value for Durations {}

/// Finds a feature by its name and its type.
const fn facts(
    module: &'static protocol::Module,
    name: &str,
    r#type: &str,
) -> &'static protocol::Feature {
    let Some(feature) = module.feature(name) else {
        panic!("the protocol table does not have this feature");
    };
    let expected = match feature.kind {
        protocol::FeatureKind::Schedules => "Schedules",
        protocol::FeatureKind::Durations => "Durations",
        protocol::FeatureKind::Flag => "bool",
        protocol::FeatureKind::Variants(_) => "",
    };
    assert!(
        protocol::equal(expected, r#type),
        "the protocol table has another type for this feature"
    );
    feature
}

features! {
    /// The options of cancel. Protocol: **doc**.
    pub struct CancelFeatures = CANCEL {
        /// When a cancellation may take effect.
        schedules: Schedules,
        /// A pause may be ended first. Its key is **assumed**; it is left out unless it is on.
        unpause: bool,
    }
}

features! {
    /// The options of pause. Protocol: **doc**.
    pub struct PauseFeatures = PAUSE {
        /// When a pause may start.
        start_dates: Schedules,
        /// The forms in which its length may be given.
        durations: Durations,
        /// Annual subscriptions may be paused.
        allow_annual: bool,
    }
}

features! {
    /// Applying a coupon has no options. Protocol: **doc**.
    pub struct ApplyCouponFeatures = APPLY_COUPON {}
}

features! {
    /// The options of change price. Protocol: **doc**.
    pub struct ChangePriceFeatures = CHANGE_PRICE {
        /// When the new price may take effect.
        schedules: Schedules,
        /// The difference may be prorated.
        prorate: bool,
    }
}

features! {
    /// The options of extend trial. Protocol: **doc**.
    pub struct ExtendTrialFeatures = EXTEND_TRIAL {
        /// A trial may be extended more than once.
        multiple: bool,
        /// The forms in which the extension may be given.
        durations: Durations,
    }
}

/// The options of an attribute.
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
    /// `true` if an attribute has no options.
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// `true` if two attributes of one module have the same option, or one of them has none.
    pub const fn agrees_with(self, other: Self) -> bool {
        match (self, other) {
            (Self::Prices(one), Self::Prices(other)) => one as u8 == other as u8,
            (Self::Products(one), Self::Products(other)) => one as u8 == other as u8,
            _ => true,
        }
    }
}

impl Manifest {
    /// The manifest of a provider without functions.
    pub(crate) const EMPTY: Self = Self {
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

    /// The JSON that `GET /churnkey/features` serves.
    pub(crate) fn to_json(self, spelling: Spelling) -> Vec<u8> {
        // JSON can express every boolean and every word.
        match spelling {
            Spelling::CamelCase => serde_json::to_vec(&self).unwrap_or_default(),
            other => serde_json::to_vec(&self.spelled(other)).unwrap_or_default(),
        }
    }

    /// The manifest with its actions in a spelling.
    pub(crate) fn spelled(self, spelling: Spelling) -> serde_json::Value {
        let mut manifest = serde_json::to_value(self).unwrap_or_default();
        let Some(actions) = manifest["actions"].as_object_mut() else {
            return manifest;
        };
        for module in protocol::Module::of(protocol::Side::Action) {
            let (Some((camel, _)), Some(kebab)) = (module.wire, module.wire_kebab) else {
                continue;
            };
            let features = match spelling {
                Spelling::CamelCase => None,
                Spelling::KebabCase => actions.remove(camel),
                Spelling::Both => actions.get(camel).cloned(),
            };
            if let Some(features) = features {
                actions.insert(kebab.to_owned(), features);
            }
        }
        manifest
    }

    /// Adds an operation with the options of its attribute.
    pub(crate) const fn with(mut self, operation: Operation, options: Options) -> Self {
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
