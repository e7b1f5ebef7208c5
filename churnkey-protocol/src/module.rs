//! Modules with their features and needs.
//!
//! A module has features, the variants of a feature have needs, and a need is a module: one file.

use crate::equal::equal;
use crate::field::Field;
use crate::known::Known;
use crate::operation::Operation;

/// Direction of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// Reads data.
    Controller,
    /// Changes data, and with it possibly the amount that a customer pays.
    Action,
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
    /// The other spelling of an assumed key, `apply-coupon`.
    pub wire_kebab: Option<&'static str>,
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
            wire_kebab: None,
            required: false,
            customer_data: matches!(side, Side::Action),
            operations: &[],
            features: &[],
            fields: &[],
            needs: &[],
            single: None,
        }
    }

    pub(crate) const fn controller(name: &'static str, ident: &'static str) -> Self {
        Self::new(Side::Controller, name, ident)
    }

    pub(crate) const fn action(name: &'static str, ident: &'static str) -> Self {
        Self::new(Side::Action, name, ident)
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    pub(crate) const fn customer_data(mut self) -> Self {
        self.customer_data = true;
        self
    }

    pub(crate) const fn wire_assumed(mut self, camel: &'static str, kebab: &'static str) -> Self {
        self.wire = Some((camel, Known::Assumed));
        self.wire_kebab = Some(kebab);
        self
    }

    pub(crate) const fn single(mut self, single: &'static Self) -> Self {
        self.single = Some(single);
        self.wire = None;
        self
    }

    pub(crate) const fn operations(mut self, operations: &'static [Operation]) -> Self {
        self.operations = operations;
        self
    }

    pub(crate) const fn features(mut self, features: &'static [Feature]) -> Self {
        self.features = features;
        self
    }

    pub(crate) const fn fields(mut self, fields: &'static [Field]) -> Self {
        self.fields = fields;
        self
    }

    pub(crate) const fn needs(mut self, needs: &'static [Need]) -> Self {
        self.needs = needs;
        self
    }
}

/// An option of a module's attribute, and its feature in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Feature {
    /// Word in the attribute: `start_dates`.
    pub name: &'static str,
    /// Key in the manifest: `startDates`.
    pub wire: &'static str,
    /// Values that it can have.
    pub kind: FeatureKind,
    /// Wire name of the body field that it opens.
    ///
    /// A body that uses the field for a value that the manifest switches off is refused with 400.
    pub opens: Option<&'static str>,
    /// Certainty of its key.
    ///
    /// A flag whose key is assumed is left out of the manifest unless it is on.
    pub known: Known,
}

/// Values that a feature can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeatureKind {
    /// A choice of [`Word::SCHEDULES`], at least one: `name(immediate, end_of_period)`.
    Schedules,
    /// A choice of [`Word::DURATIONS`], at least one: `name(period, date)`.
    Durations,
    /// On or off: `name`.
    Flag,
    /// One of several strings: `name = "product"`. The first is the default.
    Variants(&'static [Variant]),
}

/// A word of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word {
    /// Word in the attribute: `end_of_period`.
    pub name: &'static str,
    /// Word in the manifest and in bodies: `end-of-period`.
    pub wire: &'static str,
}

/// A string of a choice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Variant {
    /// The string in the attribute and in the manifest: `product`.
    pub word: &'static str,
    /// The module that must exist with it.
    pub needs: Option<Need>,
}

impl Word {
    /// Moments at which a change takes effect.
    pub const SCHEDULES: &'static [Self] = &[
        Self::new("immediate", "immediate"),
        Self::new("end_of_period", "end-of-period"),
    ];

    /// Forms of a length: a span of time, or the date of its end.
    pub const DURATIONS: &'static [Self] =
        &[Self::new("period", "period"), Self::new("date", "date")];

    const fn new(name: &'static str, wire: &'static str) -> Self {
        Self { name, wire }
    }
}

impl FeatureKind {
    /// Words of a list; none for the other kinds.
    pub const fn words(self) -> &'static [Word] {
        match self {
            Self::Schedules => Word::SCHEDULES,
            Self::Durations => Word::DURATIONS,
            Self::Flag | Self::Variants(_) => &[],
        }
    }
}

/// Writing a feature in the table.
impl Feature {
    const fn new(name: &'static str, wire: &'static str, kind: FeatureKind) -> Self {
        Self {
            name,
            wire,
            kind,
            opens: None,
            known: Known::Doc,
        }
    }

    pub(crate) const fn schedules(name: &'static str, wire: &'static str) -> Self {
        Self::new(name, wire, FeatureKind::Schedules)
    }

    pub(crate) const fn durations(name: &'static str, wire: &'static str) -> Self {
        Self::new(name, wire, FeatureKind::Durations)
    }

    pub(crate) const fn flag(name: &'static str, wire: &'static str) -> Self {
        Self::new(name, wire, FeatureKind::Flag)
    }

    pub(crate) const fn variants(
        name: &'static str,
        wire: &'static str,
        variants: &'static [Variant],
    ) -> Self {
        Self::new(name, wire, FeatureKind::Variants(variants))
    }

    pub(crate) const fn opens(mut self, field: &'static str) -> Self {
        self.opens = Some(field);
        self
    }

    pub(crate) const fn assumed(mut self) -> Self {
        self.known = Known::Assumed;
        self
    }
}

impl Variant {
    pub(crate) const fn new(word: &'static str) -> Self {
        Self { word, needs: None }
    }

    pub(crate) const fn needs(mut self, need: Need) -> Self {
        self.needs = Some(need);
        self
    }
}
