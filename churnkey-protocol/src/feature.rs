//! Features: the options of a module, which the manifest lists.

use crate::{Known, Need};

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
