//! What generated code calls, so that a wrong type in an annotated function is one error, at that type.

use std::error::Error as StdError;

use crate::operation::Endpoint;
use crate::page::Page;
use crate::{Error, IntoError};

/// What an operation gives its function, as a tuple.
pub type Input<E> = <E as Endpoint>::Input;

/// What an operation answers.
pub type Output<E> = <E as Endpoint>::Output;

/// The type that a function writes for an argument must be the one that the operation gives.
#[diagnostic::on_unimplemented(
    message = "the operation gives a `{Given}` here, not a `{Self}`",
    label = "write `{Given}`"
)]
pub trait Argument<Given>: Sized {
    fn take(given: Given) -> Self;
}

impl<Given> Argument<Given> for Given {
    fn take(given: Given) -> Self {
        given
    }
}

/// The type that a function returns must hold what the operation answers. The error is a parameter instead of an associated type, because a
/// projection that fails is reported a second time.
#[diagnostic::on_unimplemented(
    message = "the operation answers with a `churnkey::Result<{Answer}>`, and the function returns `{Self}`",
    label = "write `churnkey::Result<{Answer}>`"
)]
pub trait Answers<Answer, E>: Sized {
    fn answer(self) -> Result<Answer, E>;
}

#[diagnostic::do_not_recommend]
impl<M, E> Answers<Option<M>, E> for Result<Option<M>, E> {
    fn answer(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<M, E> Answers<Option<M>, E> for Result<M, E> {
    fn answer(self) -> Result<Option<M>, E> {
        self.map(Some)
    }
}

#[diagnostic::do_not_recommend]
impl<M, E> Answers<Page<M>, E> for Result<Page<M>, E> {
    fn answer(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E> Answers<(), E> for Result<(), E> {
    fn answer(self) -> Self {
        self
    }
}

/// Turns the error of a function into an answer: by [`IntoError`] where its type has that, which the inherent method finds; else as an
/// opaque 500, which [`Opaque`] does.
pub struct Failure<E>(pub E);

impl<E: IntoError> Failure<E> {
    pub fn into_error(self) -> Error {
        self.0.into_error()
    }
}

pub trait Opaque<E> {
    fn into_error(self) -> Error
    where
        E: StandardError;
}

impl<E> Opaque<E> for Failure<E> {
    fn into_error(self) -> Error
    where
        E: StandardError,
    {
        Error::internal(self.0.into_cause())
    }
}

/// In the place of the standard trait, so that an error type that has neither is told about both.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a churnkey function",
    label = "the error of this type cannot be answered",
    note = "return `churnkey::Result<..>`, or an error that implements `std::error::Error` and is `Send + Sync + 'static`, which is answered as an \
            opaque 500, or one that implements `churnkey::IntoError` and chooses its answer"
)]
pub trait StandardError {
    fn into_cause(self) -> Box<dyn StdError + Send + Sync>;
}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> StandardError for E {
    fn into_cause(self) -> Box<dyn StdError + Send + Sync> {
        Box::new(self)
    }
}

/// Ends the compilation with a message of ours, at the caller.
#[track_caller]
pub const fn fail(message: &str) -> ! {
    panic!("{}", message)
}
