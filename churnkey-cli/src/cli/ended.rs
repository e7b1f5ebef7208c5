//! The ends of a command.

/// How a command ended. Whatever could not be done at all is an error instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    Well,
    WithFaults,
    Interrupted,
}

/// Why a command could not do its work, in words for people.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl<T: std::fmt::Display> From<T> for Failure {
    fn from(why: T) -> Self {
        Self(why.to_string())
    }
}
