use std::fmt;

use serde::Serialize;

/// The moment at which a change takes effect. Protocol: **doc**.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Schedule {
    /// At once.
    Immediate,
    /// At the end of the current period.
    EndOfPeriod,
}

impl Schedule {
    /// The string on the wire: `immediate` or `end-of-period`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::EndOfPeriod => "end-of-period",
        }
    }
}

impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
