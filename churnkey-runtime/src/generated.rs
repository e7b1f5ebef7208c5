//! What generated code calls, so that a wrong type in an annotated function is one error, at that type.

use std::error::Error as StdError;
use std::marker::PhantomData;

use crate::operation::Endpoint;
use crate::page::Page;
use crate::provider::Provides;
use crate::{Error, IntoError};

/// What an operation gives its function, as a tuple.
pub type Input<E> = <E as Endpoint>::Input;

/// What an operation answers.
pub type Output<E> = <E as Endpoint>::Output;

/// The type that a function writes for an argument must be the one that the operation gives.
#[diagnostic::on_unimplemented(
    message = "this argument is `{Self}`, and the operation gives `{Given}`",
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

/// Turns the error of a function into an answer: by [`IntoError`] where its type has that, which the inherent method finds; else it stays
/// what it is, which [`Opaque`] does.
pub struct Failure<E>(pub E);

impl<E: IntoError> Failure<E> {
    pub fn answer(self) -> Error {
        self.0.into_error()
    }
}

pub trait Opaque<E> {
    fn answer(self) -> E;
}

impl<E> Opaque<E> for Failure<E> {
    fn answer(self) -> E {
        self.0
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
    fn into_error(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl StandardError for Error {
    fn into_error(self) -> Error {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> StandardError for E {
    fn into_error(self) -> Error {
        Error::internal(self)
    }
}

/// What a function does must be able to move between the threads of the server. Asked at the call, where rustc names the function.
pub fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// A field of a context, which all threads of the server share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between the threads of the server",
    label = "this field is not `Send + Sync`",
    note = "hold an `Arc` instead of an `Rc`, a `Mutex` or an atomic instead of a `RefCell` or a `Cell`, and write trait objects as \
            `dyn Trait + Send + Sync`"
)]
pub trait Shared {
    fn check(&self) {}
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> Shared for T {}

/// An operation has a function for a context: for any, if the macro could not make out which, and reported that. `Function` is a type of the
/// function's crate, without which the implementation would not be allowed.
pub trait Unplaced<Function, Context> {}

/// The context that a function takes. Named here and not in [`Unplaced`] itself, where the compiler would report a name that it does not find
/// in other words than at the function, and so once more.
pub trait Of {
    type Context;
}

/// Asks whether an operation has a function: one that [`Provides`] it, or else one that is [`Unplaced`], or else none. The compiler tries the
/// three methods in this order on `&&Anywhere`: by value, with one reference more, with one less.
pub struct Anywhere<T, E>(PhantomData<(T, E)>);

impl<T, E> Anywhere<T, E> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait Provided {
    fn found(&self) -> Yes {
        Yes
    }
}

impl<T: Provides<E>, E: Endpoint> Provided for &Anywhere<T, E> {}

pub trait Somewhere<Function> {
    fn found(&self) -> Yes {
        Yes
    }
}

impl<Function, T, E: Unplaced<Function, T>> Somewhere<Function> for &&Anywhere<T, E> {}

pub trait Nowhere {
    fn found(&self) -> No {
        No
    }
}

impl<T, E> Nowhere for Anywhere<T, E> {}

pub struct Yes;
pub struct No;

pub trait Found {
    const FOUND: bool;
}

impl Found for Yes {
    const FOUND: bool = true;
}

impl Found for No {
    const FOUND: bool = false;
}

/// What [`Anywhere`] finds, by the type of the answer alone: the closure is never called, which a constant could not do.
pub const fn found<F: Fn() -> T, T: Found>(_: &F) -> bool {
    T::FOUND
}

/// Ends the compilation with a message of ours, at the caller.
#[track_caller]
pub const fn fail(message: &str) -> ! {
    panic!("{}", message)
}
