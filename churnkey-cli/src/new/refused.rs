//! The error of `churnkey new`.

use std::fmt;

/// The reason why no project was created. The message says what to change.
#[derive(Debug)]
pub struct Refused(String);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Refused {}

pub(super) fn refused(why: impl Into<String>) -> Refused {
    Refused(why.into())
}
