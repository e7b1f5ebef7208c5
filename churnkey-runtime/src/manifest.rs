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

/// The type of every price of a provider. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PricesType {
    /// Prices without products.
    Standalone,
    /// Each price belongs to a product; the products controller is needed.
    Product,
}

/// The type of every product of a provider. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ProductsType {
    /// Products without families.
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
    /// At the end of the current period.
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
        /// The moments at which a cancellation may take effect.
        schedules: Schedules,
        /// A pause may be ended first. Its key is **assumed**; it is left out unless it is on.
        unpause: bool,
    }
}

features! {
    /// The options of pause. Protocol: **doc**.
    pub struct PauseFeatures = PAUSE {
        /// The moments at which a pause may start.
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
        /// The moments at which the new price may take effect.
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

/// Declares the actions that the manifest lists, each with the type of its options.
macro_rules! actions {
    ($($(#[$doc:meta])+ $field:ident: $name:ident($features:ident),)+) => {
        /// The actions of a [`Manifest`]. The customer-wide forms are not in it: without them
        /// Churnkey calls the action for each subscription.
        ///
        /// The camelCase of names of several words is **assumed**.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Actions {
            $($(#[$doc])+ pub $field: Option<$features>,)+
        }

        impl Actions {
            const EMPTY: Self = Self { $($field: None,)+ };
        }

        impl Serialize for Actions {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                let mut map = serializer.serialize_map(None)?;
                $(if let Some(features) = &self.$field {
                    let key = const { key(stringify!($field)) };
                    // The entry of cancel has no `enabled`. Protocol: **doc**.
                    let enabled = (key != "cancel").then_some(true);
                    map.serialize_entry(key, &Enabled { enabled, features })?;
                })+
                map.end()
            }
        }

        /// The options of an attribute.
        #[doc(hidden)]
        #[derive(Clone, Copy, Debug)]
        pub enum Options {
            None,
            Prices(PricesType),
            Products(ProductsType),
            $($name($features),)+
        }

        impl Manifest {
            /// Adds an operation with the options of its attribute.
            pub(crate) const fn with(mut self, operation: Operation, options: Options) -> Self {
                match options {
                    Options::Prices(kind) => self.controllers.prices = Some(kind),
                    Options::Products(kind) => self.controllers.products = Some(kind),
                    $(Options::$name(features) => self.actions.$field = Some(features),)+
                    Options::None => self.controllers.add(operation),
                }
                self
            }
        }

        const _: () = {
            let (mut listed, mut index) = (0, 0);
            while index < protocol::MODULES.len() {
                let module = &protocol::MODULES[index];
                let is_action = matches!(module.side, protocol::Side::Action);
                listed += (is_action && module.wire.is_some()) as usize;
                index += 1;
            }
            assert!(
                listed == [$(stringify!($field)),+].len(),
                "an action of the protocol table is not in `actions!`"
            );
        };
    };
}

/// The key of an action in the manifest.
const fn key(name: &str) -> &'static str {
    match protocol::Module::find(name) {
        Some(protocol::Module {
            wire: Some((key, _)),
            ..
        }) => key,
        _ => panic!("the protocol table does not have this action"),
    }
}

actions! {
    /// Canceling.
    cancel: Cancel(CancelFeatures),
    /// Pausing.
    pause: Pause(PauseFeatures),
    /// Applying a coupon.
    apply_coupon: ApplyCoupon(ApplyCouponFeatures),
    /// Changing to another price.
    change_price: ChangePrice(ChangePriceFeatures),
    /// Extending a trial.
    extend_trial: ExtendTrial(ExtendTrialFeatures),
}

impl Options {
    /// `true` if an attribute has no options.
    pub const fn is_none(self) -> bool {
        matches!(self, Self::None)
    }

    /// `true` if the chosen type needs a module.
    pub const fn needs(self, module: &str) -> bool {
        let needed = match self {
            Self::Prices(PricesType::Product) => protocol::controllers::PRODUCTS.name,
            Self::Products(ProductsType::Family) => protocol::controllers::FAMILIES.name,
            _ => return false,
        };
        protocol::equal(needed, module)
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
        actions: Actions::EMPTY,
    };

    /// The JSON that `GET /churnkey/features` serves.
    pub(crate) fn to_json(self, spelling: Spelling) -> Vec<u8> {
        // Serialization cannot fail: JSON can express every boolean and every string.
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
}

impl Controllers {
    const fn add(&mut self, operation: Operation) {
        match operation {
            Operation::RetrieveCustomer => self.customers = true,
            Operation::RetrievePrice if self.prices.is_none() => {
                self.prices = Some(PricesType::Standalone)
            }
            Operation::RetrieveSubscription => self.subscriptions = true,
            Operation::RetrieveCoupon => self.coupons = true,
            Operation::RetrieveProduct if self.products.is_none() => {
                self.products = Some(ProductsType::Standalone)
            }
            Operation::RetrieveFamily => self.families = true,
            _ => {}
        }
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

#[derive(Serialize)]
struct Enabled<'a, F> {
    #[serde(skip_serializing_if = "Option::is_none")]
    enabled: Option<bool>,
    #[serde(flatten)]
    features: &'a F,
}
