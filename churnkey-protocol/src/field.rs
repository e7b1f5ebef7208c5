//! Fields of an action's body.

use crate::known::Known;
use crate::operation::Model;

/// A field of an action's body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Name on the wire: `scheduledAt`.
    pub name: &'static str,
    /// Other names that are read if it is absent: `coupon` for `id`. They are **assumed**.
    pub aliases: &'static [&'static str],
    /// Type of its value.
    pub kind: FieldKind,
    /// A body without it is refused with 400. Always **assumed**.
    pub required: bool,
    /// Certainty of its name and of its presence in this body.
    pub known: Known,
}

/// Type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldKind {
    /// Id of a model, a string.
    Id(Model),
    /// One of [`Word::SCHEDULES`](crate::Word::SCHEDULES).
    Schedule,
    /// A span of time, or the date of its end.
    Duration,
    /// A boolean; absent means false.
    Flag,
}

impl FieldKind {
    /// Compares kinds in constants, where `==` cannot be used.
    pub const fn is(self, other: Self) -> bool {
        use FieldKind::{Duration, Flag, Id, Schedule};
        match (self, other) {
            (Id(one), Id(other)) => one as u8 == other as u8,
            (Schedule, Schedule) | (Duration, Duration) | (Flag, Flag) => true,
            _ => false,
        }
    }
}

impl Field {
    /// The name and the aliases.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        [self.name].into_iter().chain(self.aliases.iter().copied())
    }
}

/// Writing a field in the table.
impl Field {
    pub(crate) const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self {
            name,
            aliases: &[],
            kind,
            required: !matches!(kind, FieldKind::Flag),
            known: Known::Doc,
        }
    }

    pub(crate) const fn aliases(mut self, aliases: &'static [&'static str]) -> Self {
        self.aliases = aliases;
        self
    }

    pub(crate) const fn assumed(mut self) -> Self {
        self.known = Known::Assumed;
        self
    }
}
