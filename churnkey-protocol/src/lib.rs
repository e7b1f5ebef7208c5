//! The protocol between Churnkey and a custom provider, as data.
//!
//! Everything that the macros, the runtime and the verifier have to agree on stands here once: the
//! [modules](MODULES), their operations and paths, the features of the manifest, the body field
//! that each feature opens, and the modules that a module needs. A new action begins with one
//! constant in `actions.rs`.
//!
//! Facts carry how far they are [known](Known).

#![cfg_attr(not(test), no_std)]
#![forbid(unsafe_code)]

pub mod actions;
pub mod controllers;
mod feature;
mod field;
mod operation;
#[cfg(test)]
mod tests;

pub use feature::{Feature, FeatureKind, Variant, Word};
pub use field::{Field, FieldKind};
pub use operation::{Input, Method, Model, Operation, Output, Presence};

/// Beginning of every path. Churnkey appends the path to the provider's API root URL.
pub const ROOT: &str = "/churnkey";

/// Path of the feature manifest.
pub const FEATURES_PATH: &str = "/churnkey/features";

/// Every module, controllers first, in the order of the protocol's description.
pub const MODULES: &[Module] = &[
    controllers::CUSTOMERS,
    controllers::PRICES,
    controllers::SUBSCRIPTIONS,
    controllers::COUPONS,
    controllers::PRODUCTS,
    controllers::FAMILIES,
    actions::CANCEL,
    actions::CANCEL_ALL,
    actions::PAUSE,
    actions::PAUSE_ALL,
    actions::APPLY_COUPON,
    actions::CHANGE_PRICE,
    actions::EXTEND_TRIAL,
];

/// Controllers that Churnkey has announced and not published, by their names in the manifest.
pub const ANNOUNCED: &[&str] = &["invoices"];

/// Every operation with its module, in the order of [`MODULES`].
pub fn operations() -> impl Iterator<Item = (&'static Module, &'static Operation)> {
    let of = |module: &'static Module| module.operations.iter().map(move |one| (module, one));
    MODULES.iter().flat_map(of)
}

/// Direction of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Reads data.
    Controller,
    /// Changes data, and with it possibly the amount that a customer pays.
    Action,
}

/// Certainty of a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Known {
    /// Churnkey's published integration guide says so.
    Doc,
    /// The guide is silent, and this is the most probable reading.
    Assumed,
}

impl Known {
    /// Mark in docs and reports: `doc` or `assumed`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Doc => "doc",
            Self::Assumed => "assumed",
        }
    }
}

/// A controller or an action: the unit that the manifest lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Module {
    /// Controller or action.
    pub side: Side,
    /// Name in attributes, in snake case: `apply_coupon`.
    pub name: &'static str,
    /// Stem of the Rust types that belong to it: `ApplyCoupon`.
    ///
    /// The request of an action has this name.
    pub ident: &'static str,
    /// Key in the manifest, `applyCoupon`, and how far its spelling is known.
    ///
    /// `None` if the manifest does not list the module.
    pub wire: Option<(&'static str, Known)>,
    /// Every provider must have it.
    pub required: bool,
    /// It reads or changes the data of customers, so test and live mode must be told apart.
    ///
    /// Catalog data, such as prices, may be the same in both modes.
    pub customer_data: bool,
    /// Operations of a controller; of an action, the only one.
    pub operations: &'static [Operation],
    /// Options of its attribute, which are its features in the manifest.
    pub features: &'static [Feature],
    /// Body of an action. Empty for a controller.
    pub fields: &'static [Field],
    /// Modules that it cannot be without. The required ones are left out.
    pub needs: &'static [Need],
    /// The action on one subscription, if this is its form for all subscriptions of a customer.
    ///
    /// Churnkey calls that one for each subscription if a provider lacks this form.
    pub single: Option<&'static Module>,
}

/// Another module that a module cannot be without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// The module that must exist.
    pub module: &'static Module,
    /// Reason, as the second half of a sentence, for messages.
    pub reason: &'static str,
}

impl Need {
    /// A need with its reason.
    pub const fn new(module: &'static Module, reason: &'static str) -> Self {
        Self { module, reason }
    }
}

impl Side {
    /// Name of its attribute macro: `controller` or `action`.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Action => "action",
        }
    }

    /// Key of its modules in the manifest: `controllers` or `actions`.
    pub const fn wire(self) -> &'static str {
        match self {
            Self::Controller => "controllers",
            Self::Action => "actions",
        }
    }
}

impl Module {
    /// Finds a module by its name in attributes.
    pub const fn find(name: &str) -> Option<&'static Self> {
        let mut index = 0;
        while index < MODULES.len() {
            if equal(MODULES[index].name, name) {
                return Some(&MODULES[index]);
            }
            index += 1;
        }
        None
    }

    /// Modules of one side, in the order of [`MODULES`].
    pub fn of(side: Side) -> impl Iterator<Item = &'static Self> {
        MODULES.iter().filter(move |module| module.side == side)
    }

    /// Finds one of its operations by the name within the module.
    pub const fn operation(&self, name: &str) -> Option<&'static Operation> {
        let mut index = 0;
        while index < self.operations.len() {
            if equal(self.operations[index].name, name) {
                return Some(&self.operations[index]);
            }
            index += 1;
        }
        None
    }

    /// Features that hold for it: its own, or those of `single`.
    pub const fn effective_features(&self) -> &'static [Feature] {
        match self.single {
            Some(single) => single.features,
            None => self.features,
        }
    }

    /// Finds a feature that holds for it by the attribute's word.
    pub const fn feature(&self, name: &str) -> Option<&'static Feature> {
        let features = self.effective_features();
        let mut index = 0;
        while index < features.len() {
            if equal(features[index].name, name) {
                return Some(&features[index]);
            }
            index += 1;
        }
        None
    }

    /// Finds a field of its body by the name on the wire; aliases do not count.
    pub const fn field(&self, name: &str) -> Option<&'static Field> {
        let mut index = 0;
        while index < self.fields.len() {
            if equal(self.fields[index].name, name) {
                return Some(&self.fields[index]);
            }
            index += 1;
        }
        None
    }

    /// Finds the feature that restricts a field of its body.
    ///
    /// A field without one is open to every provider.
    pub const fn opened_by(&self, field: &str) -> Option<&'static Feature> {
        let features = self.effective_features();
        let mut index = 0;
        while index < features.len() {
            if let Some(opens) = features[index].opens
                && equal(opens, field)
            {
                return Some(&features[index]);
            }
            index += 1;
        }
        None
    }
}

/// Writing a module in the table.
impl Module {
    const fn new(side: Side, name: &'static str, ident: &'static str) -> Self {
        Self {
            side,
            name,
            ident,
            wire: Some((name, Known::Doc)),
            required: false,
            customer_data: matches!(side, Side::Action),
            operations: &[],
            features: &[],
            fields: &[],
            needs: &[],
            single: None,
        }
    }

    const fn controller(name: &'static str, ident: &'static str) -> Self {
        Self::new(Side::Controller, name, ident)
    }

    const fn action(name: &'static str, ident: &'static str) -> Self {
        Self::new(Side::Action, name, ident)
    }

    const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    const fn customer_data(mut self) -> Self {
        self.customer_data = true;
        self
    }

    const fn wire(mut self, key: &'static str, known: Known) -> Self {
        self.wire = Some((key, known));
        self
    }

    const fn single(mut self, single: &'static Self) -> Self {
        self.single = Some(single);
        self.wire = None;
        self
    }

    const fn operations(mut self, operations: &'static [Operation]) -> Self {
        self.operations = operations;
        self
    }

    const fn features(mut self, features: &'static [Feature]) -> Self {
        self.features = features;
        self
    }

    const fn fields(mut self, fields: &'static [Field]) -> Self {
        self.fields = fields;
        self
    }

    const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }
}

/// Compares strings in constants, where `==` cannot be used.
pub const fn equal(one: &str, other: &str) -> bool {
    let (one, other) = (one.as_bytes(), other.as_bytes());
    if one.len() != other.len() {
        return false;
    }
    let mut index = 0;
    while index < one.len() {
        if one[index] != other[index] {
            return false;
        }
        index += 1;
    }
    true
}
