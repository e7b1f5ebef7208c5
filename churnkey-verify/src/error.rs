//! The ways in which a run gives no good report.

use std::fmt;

use crate::report::Report;

/// Why nothing could be verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotRun(String);

impl CannotRun {
    pub(crate) fn because<T>(why: impl Into<String>) -> Result<T, Self> {
        Err(Self(why.into()))
    }
}

impl fmt::Display for CannotRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotRun {}

/// A provider is not good, or could not be verified. `Debug` prints the report as people read it, so that a test that
/// unwraps it shows what is wrong.
pub enum Failed {
    /// There are errors.
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
            Self::Faulty(report) => write!(f, "the provider has faults\n\n{report}"),
            Self::CannotRun(why) => write!(f, "the provider could not be verified: {why}"),
        }
    }
}

impl std::error::Error for Failed {}
