//! Certainty of facts.

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
