//! Modules: the parts of a provider that a report lists.

use std::fmt;
use std::sync::LazyLock;

use churnkey_protocol::{self as protocol, MODULES, Model, Operation, Output, Side};
use serde::{Deserialize, Serialize};

/// A part of a provider in a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Module {
    /// The feature manifest.
    Manifest,
    /// Authentication.
    Auth,
    /// The mode of a request, test or live.
    Mode,
    /// The controller of customers.
    Customers,
    /// The controller of prices.
    Prices,
    /// The controller of subscriptions.
    Subscriptions,
    /// The controller of coupons.
    Coupons,
    /// The controller of products.
    Products,
    /// The controller of product families.
    Families,
    /// The action that cancels a subscription.
    Cancel,
    /// The action that cancels all subscriptions of a customer.
    CancelAll,
    /// The action that pauses a subscription.
    Pause,
    /// The action that pauses all subscriptions of a customer.
    PauseAll,
    /// The action that applies a coupon to a subscription.
    ApplyCoupon,
    /// The action that changes the price of a subscription.
    ChangePrice,
    /// The action that extends the trial of a subscription.
    ExtendTrial,
}

use Module::{
    ApplyCoupon, Auth, Cancel, CancelAll, ChangePrice, Coupons, Customers, ExtendTrial, Families,
    Manifest, Mode, Pause, PauseAll, Prices, Products, Subscriptions,
};

/// Number of modules before those of the protocol's table.
pub(crate) const OWN: usize = 3;

const ALL: [Module; OWN + MODULES.len()] = [
    Manifest,
    Auth,
    Mode,
    Customers,
    Prices,
    Subscriptions,
    Coupons,
    Products,
    Families,
    Cancel,
    CancelAll,
    Pause,
    PauseAll,
    ApplyCoupon,
    ChangePrice,
    ExtendTrial,
];

// `Module::protocol` uses the position in this list.
const _: () = {
    let mut index = 0;
    while index < ALL.len() {
        assert!(ALL[index] as usize == index);
        index += 1;
    }
};

impl Module {
    /// Every module, in the order of a report.
    pub const ALL: &'static [Self] = &ALL;

    /// Name in ids and options: `prices`, `apply-coupon`.
    pub fn as_str(self) -> &'static str {
        static NAMES: LazyLock<Vec<String>> = LazyLock::new(|| {
            let kebab = |module: &protocol::Module| module.name.replace('_', "-");
            MODULES.iter().map(kebab).collect()
        });
        match self {
            Manifest => "manifest",
            Auth => "auth",
            Mode => "mode",
            of_protocol => &NAMES[of_protocol as usize - OWN],
        }
    }

    /// Line in the protocol's table; `None` for `Manifest`, `Auth` and `Mode`.
    pub fn protocol(self) -> Option<&'static protocol::Module> {
        MODULES.get((self as usize).checked_sub(OWN)?)
    }

    /// The module that a line of the protocol's table describes.
    pub(crate) fn of(line: &protocol::Module) -> Option<Self> {
        let is_it = |module: &Self| module.protocol().is_some_and(|own| own.name == line.name);
        Self::ALL.iter().copied().find(is_it)
    }

    /// The module with a name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|module| module.as_str() == name)
    }

    /// Returns true if a provider must have it. Protocol: **doc**.
    pub fn is_required(self) -> bool {
        self.protocol().is_none_or(|module| module.required)
    }

    /// Returns true if it reads data.
    pub fn is_controller(self) -> bool {
        self.is_of(Side::Controller)
    }

    /// Returns true if it changes data.
    pub fn is_action(self) -> bool {
        self.is_of(Side::Action)
    }

    fn is_of(self, side: Side) -> bool {
        self.protocol().is_some_and(|module| module.side == side)
    }

    /// The model that a controller returns.
    pub(crate) fn model(self) -> Option<Model> {
        let mut operations = self.protocol()?.operations.iter();
        operations.find_map(|operation| match operation.output {
            Output::One(model) | Output::Page(model) => Some(model),
            Output::Nothing => None,
        })
    }

    /// The action on one subscription, if this is its form for all subscriptions of a customer.
    pub fn single(self) -> Option<Self> {
        self.protocol()?.single.and_then(Self::of)
    }

    /// Path of an action under `/churnkey`.
    pub fn action_path(self) -> Option<&'static str> {
        let module = self.protocol().filter(|_| self.is_action())?;
        module.operations.first().map(Operation::path_under_root)
    }
}

impl fmt::Display for Module {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
