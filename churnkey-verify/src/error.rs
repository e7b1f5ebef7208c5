//! Errors of a run.

use std::fmt;

use crate::report::Report;

/// The reason why a provider could not be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotRun {
    why: String,
    is_unreachable: bool,
}

impl CannotRun {
    pub(crate) fn because<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self {
            why: why.into(),
            is_unreachable: false,
        })
    }

    /// No server answers at the URL.
    pub(crate) fn unreachable(why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            is_unreachable: true,
        }
    }

    /// Returns true if no server can be reached at the URL, so that a later run may succeed. All
    /// other reasons are settings.
    pub fn is_unreachable(&self) -> bool {
        self.is_unreachable
    }
}

impl fmt::Display for CannotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.why)
    }
}

impl std::error::Error for CannotRun {}

/// The error of a provider that is not good or could not be verified.
///
/// `Debug` prints the report as text, so that a test that unwraps the error shows the findings.
pub enum Failed {
    /// The report has errors.
    Faulty(Box<Report>),
    /// Nothing could be verified.
    CannotRun(CannotRun),
}

impl fmt::Debug for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Faulty(report) => write!(f, "the provider has faults:\n\n{report}"),
            Self::CannotRun(why) => write!(f, "the provider could not be verified: {why}"),
        }
    }
}

impl std::error::Error for Failed {}
