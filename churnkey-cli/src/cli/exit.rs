//! The results of a command.

/// The result of a command that ran. A command that could not run returns a [`Failure`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Exit {
    Success,
    Faults,
    /// No faults, but a part that was requested was not exercised.
    NotExercised,
    Interrupted,
}

/// The reason why a command could not run, as a message for the user.
#[derive(Debug)]
pub(super) struct Failure(pub(super) String);

impl<T: std::fmt::Display> From<T> for Failure {
    fn from(why: T) -> Self {
        Self(why.to_string())
    }
}
