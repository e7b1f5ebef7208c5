//! The items that generated code uses, so that a wrong type in an annotated function is one error,
//! at that type.
//!
//! Methods that are called with a dot have names that no trait of a user has: a trait that is
//! implemented for every type would make the call ambiguous.

use std::error::Error as StdError;
use std::marker::PhantomData;

use crate::error::{Error, IntoError};
use crate::http::request_context::FromRequestContext;
use crate::integration::endpoint::OperationKind;
use crate::integration::integration::{Extras, Integration, OneFunctionFor, RemoveTheOther};
use crate::page::Page;

/// The arguments that an operation gives its function, as a tuple.
pub type Input<E> = <E as OperationKind>::Input;

/// The output of an operation.
pub type Output<E> = <E as OperationKind>::Output;

/// The type of an argument, which must be the one that the operation gives.
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

/// The return type of a function, which must be a result. The error is a parameter instead of an
/// associated type, because rustc reports a projection that fails a second time.
#[diagnostic::on_unimplemented(
    message = "the operation answers with a `churnkey::Result<{Wanted}>`, and the function returns \
               `{Self}`",
    label = "write `churnkey::Result<{Wanted}>`"
)]
pub trait ReturnType<Wanted, E>: Sized {
    fn answer(self) -> Result<Wanted, E>;
}

#[diagnostic::do_not_recommend]
impl<A: Answer<Wanted>, Wanted, E> ReturnType<Wanted, E> for Result<A, E> {
    fn answer(self) -> Result<Wanted, E> {
        self.map(A::answer)
    }
}

/// The success of a function, which must be the output of the operation. A model may stand for an
/// `Option` of it.
#[diagnostic::on_unimplemented(
    message = "the operation answers with `{Wanted}`, and the function with `{Self}`",
    label = "the answer is `{Wanted}`",
    note = "write `churnkey::Result<{Wanted}>` as the return type"
)]
pub trait Answer<Wanted>: Sized {
    fn answer(self) -> Wanted;
}

#[diagnostic::do_not_recommend]
impl<M> Answer<Option<M>> for Option<M> {
    fn answer(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<M> Answer<Option<M>> for M {
    fn answer(self) -> Option<M> {
        Some(self)
    }
}

#[diagnostic::do_not_recommend]
impl<M> Answer<Page<M>> for Page<M> {
    fn answer(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl Answer<()> for () {
    fn answer(self) -> Self {
        self
    }
}

/// The error of a function, which must choose its response. In the place of [`IntoError`], so that
/// [`Error`] itself is one and the note is about functions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the error of a churnkey function",
    label = "`{Self}` has no status for Churnkey",
    note = "return `churnkey::Result<..>`; inside, `.or_internal()?` of `churnkey::ResultExt` or \
            `.map_err(churnkey::Error::internal)?` makes a foreign error an opaque 500 with a \
            logged cause, and `.or_not_found(\"..\")?` and the like another status",
    note = "for an error type of your own, write `#[derive(churnkey::IntoError)]` and give each \
            variant its status; it may hold this error",
    note = "`anyhow::Result` and `eyre::Result` need the feature `anyhow` or `eyre` of `churnkey`"
)]
pub trait FunctionError {
    fn into_error(self) -> Error;
}

#[diagnostic::do_not_recommend]
impl FunctionError for Error {
    fn into_error(self) -> Error {
        self
    }
}

#[diagnostic::do_not_recommend]
impl<E: IntoError> FunctionError for E {
    fn into_error(self) -> Error {
        IntoError::into_error(self)
    }
}

/// The cause that an error type becomes in the log.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be logged as the cause of a response",
    label = "this is not a `std::error::Error` that is `Send + Sync + 'static`",
    note = "implement `std::fmt::Display` and `std::error::Error` for it, for example with `#[derive(thiserror::Error)]`"
)]
pub trait LoggedCause: Sized {
    fn respond(self, response: impl FnOnce(Self, String) -> Response<Self>) -> Error;
}

#[diagnostic::do_not_recommend]
impl<E: StdError + Send + Sync + 'static> LoggedCause for E {
    fn respond(self, response: impl FnOnce(Self, String) -> Response<Self>) -> Error {
        let text = self.to_string();
        match response(self, text) {
            Response::Kept(error) => error,
            Response::Caused(cause, error) => error.with_cause(cause),
        }
    }
}

/// The response of an error type that derives [`IntoError`].
pub enum Response<E> {
    /// The response of the error that it wraps.
    Kept(Error),
    /// A response of its own, with the whole error as the cause.
    Caused(E, Error),
}

/// An error that a variant wraps. If it chooses a response, the inherent method keeps that; else
/// [`Opaque`] makes the whole variant the cause of a 500.
pub struct Wrapped<E>(pub E);

impl<E: Into<Error>> Wrapped<E> {
    pub fn respond<W>(self, text: String, _: impl FnOnce(E) -> W) -> Response<W> {
        Response::Kept(self.0.into().within(text))
    }
}

pub trait Opaque<E> {
    fn respond<W>(self, text: String, whole: impl FnOnce(E) -> W) -> Response<W>;
}

impl<E> Opaque<E> for Wrapped<E> {
    fn respond<W>(self, _: String, whole: impl FnOnce(E) -> W) -> Response<W> {
        Response::Caused(whole(self.0), Error::internal_without_cause())
    }
}

/// The return type of a function that has none by mistake: its `?` takes every error.
pub type AnyResult<T> = Result<T, AnyError>;

/// Any error, in a function that does not compile.
pub struct AnyError;

impl<E: StdError> From<E> for AnyError {
    fn from(_: E) -> Self {
        Self
    }
}

/// Requires that the future of a function can move between threads. Checked at the call, where
/// rustc names the function.
pub fn sendable<F: Future + Send>(future: F) -> F {
    future
}

/// A field of a context, which the threads of the server share.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shared between the threads of the server",
    label = "this field is not `Send + Sync`",
    note = "hold an `Arc` instead of an `Rc`, a `Mutex` or an atomic instead of a `RefCell` or a \
            `Cell`, and write trait objects as `dyn Trait + Send + Sync`"
)]
pub trait Shared {
    fn check(&self) {}
}

#[diagnostic::do_not_recommend]
impl<T: Send + Sync + ?Sized> Shared for T {}

/// Implemented by an operation for a context that has its function; for every context if the macro
/// could not parse the context type, and reported that. `Function` is a type of the function's
/// crate, without which the implementation would break the orphan rule.
pub trait UnknownContext<Function, Context> {}

/// Implemented by an operation whose attribute rustc does not expand, for the context of a derive.
/// `Derive` is a type of the derive's crate.
pub trait NotExpanded<Derive, Context> {}

/// The context type of a function. A name of its own, because an unresolved type inside
/// [`UnknownContext`] would be reported a second time, in other words.
pub trait ContextOf {
    type Context;
}

/// Detects whether an operation has a function: one that [`OneFunctionFor`] it, else one with an
/// [`UnknownContext`], else one that is [`NotExpanded`], else one for another context. The compiler
/// tries five methods in this order on `&&&&ImplProbe`: by value, with one reference more, with one
/// less, with two less, with three less.
pub struct ImplProbe<T, E>(PhantomData<(T, E)>);

impl<T, E> ImplProbe<T, E> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ViaImpl {
    fn __churnkey_found(&self) -> True {
        True
    }
}

impl<T: OneFunctionFor<E, RemoveTheOther>, E: OperationKind> ViaImpl for &&&ImplProbe<T, E> {}

pub trait ViaUnknownContext<Function> {
    fn __churnkey_found(&self) -> True {
        True
    }
}

impl<Function, T, E: UnknownContext<Function, T>> ViaUnknownContext<Function>
    for &&&&ImplProbe<T, E>
{
}

pub trait ViaNotExpanded<Derive> {
    fn __churnkey_found(&self) -> True {
        True
    }
}

impl<Derive, T, E: NotExpanded<Derive, T>> ViaNotExpanded<Derive> for &&ImplProbe<T, E> {}

pub trait ViaOtherContext<Function, Context> {
    fn __churnkey_found(&self) -> Elsewhere<Context> {
        Elsewhere(PhantomData)
    }
}

impl<Function, Context, T, E: UnknownContext<Function, Context>> ViaOtherContext<Function, Context>
    for &ImplProbe<T, E>
{
}

pub trait ViaNothing {
    fn __churnkey_found(&self) -> False {
        False
    }
}

impl<T, E> ViaNothing for ImplProbe<T, E> {}

/// An operation with a function for another context. If that is an integration, the operation is
/// missing here. If it is none, the context is the mistake, and its function reports it.
pub struct Elsewhere<Context>(PhantomData<Context>);

/// Converts the outcome of [`ImplProbe`] into a boolean, by value or with one reference more.
pub trait ViaOutcome {
    type Present: Boolean;

    fn __churnkey_present(&self) -> Self::Present {
        never()
    }
}

impl ViaOutcome for True {
    type Present = Self;
}

impl ViaOutcome for False {
    type Present = Self;
}

impl<Context: Integration> ViaOutcome for Elsewhere<Context> {
    type Present = False;
}

pub trait ViaReported {
    fn __churnkey_present(&self) -> True {
        True
    }
}

impl<Context> ViaReported for &Elsewhere<Context> {}

/// The integrations of a crate: each derive implements it for [`Crate`]. `Derive` is a type of the
/// derive's crate, and another one for each, so that nothing follows from two derives.
pub trait HasIntegration<Derive, Context> {}

/// The crate of an integration.
pub struct Crate;

/// A type in code that is never run.
pub struct Type<T>(PhantomData<T>);

/// Finds the integration whose functions take a context: the context itself, else the integration
/// of the crate, else none, which `serve` reports. The order is that of [`ImplProbe`].
pub struct ContextProbe<T>(PhantomData<T>);

impl<T> ContextProbe<T> {
    pub const NEW: Self = Self(PhantomData);
}

pub trait ViaIntegration<T> {
    fn __churnkey_contexts(&self) -> (Type<T>, Type<T>) {
        never()
    }
}

impl<T: Integration> ViaIntegration<T> for &ContextProbe<T> {}

pub trait ViaOtherIntegration<T, Derive, Other> {
    fn __churnkey_contexts(&self) -> (Type<T>, Type<Other>) {
        never()
    }
}

impl<T, Derive, Other> ViaOtherIntegration<T, Derive, Other> for &&ContextProbe<T> where
    Crate: HasIntegration<Derive, Other>
{
}

pub trait ViaNoIntegration<T> {
    fn __churnkey_contexts(&self) -> (Type<T>, Type<T>) {
        never()
    }
}

impl<T> ViaNoIntegration<T> for ContextProbe<T> {}

/// The context of a function, which must be the integration.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integration, so this function is never called: the integration \
               of this crate is `{Integration}`",
    label = "write `{Integration}`",
    note = "if `{Self}` is an integration too, put `#[derive(churnkey::Integration)]` on it"
)]
pub trait ContextOfFunction<Integration>: Sized {
    fn serves(_: (Type<Self>, Type<Integration>)) {}
}

#[diagnostic::do_not_recommend]
impl<T> ContextOfFunction<T> for T {}

pub struct True;
pub struct False;

/// A boolean as a type.
pub trait Boolean {
    const VALUE: bool;
}

impl Boolean for True {
    const VALUE: bool = true;
}

impl Boolean for False {
    const VALUE: bool = false;
}

/// The value of a `Boolean` that a closure returns, by its type alone: the closure is never
/// called, which a constant could not do.
pub const fn is_true<F: Fn() -> T, T: Boolean>(_: &F) -> bool {
    T::VALUE
}

/// Properties of the arguments that a function takes besides its input.
pub trait ExtraProperties {
    const EXTRAS: Extras;
}

impl<A: ExtraProperties, B: ExtraProperties> ExtraProperties for (A, B) {
    const EXTRAS: Extras = Extras {
        read_mode: A::EXTRAS.read_mode || B::EXTRAS.read_mode,
        joinable: A::EXTRAS.joinable && B::EXTRAS.joinable,
    };
}

/// The properties of the types that a closure returns, without calling it, as [`is_true`].
pub const fn extras<F: Fn() -> T, T: ExtraProperties>(_: &F) -> Extras {
    T::EXTRAS
}

/// An argument of a function whose type is inferred from the function: detects its dependence on a
/// request. Its type is not repeated, and a type that is no extractor is not required to be one,
/// because both would report a mistake a second time.
pub struct Extra<X>(PhantomData<X>);

impl<X> Extra<X> {
    pub const NEW: Self = Self(PhantomData);

    /// The argument, in code that is never run.
    pub fn value(&self) -> X {
        never()
    }
}

/// An argument in code that is never run.
pub fn never<T>() -> T {
    unreachable!("this code has no caller")
}

pub struct Extractor<X>(PhantomData<X>);

impl<X: FromRequestContext> ExtraProperties for Extractor<X> {
    const EXTRAS: Extras = Extras {
        read_mode: X::READS_MODE,
        joinable: X::JOINABLE,
    };
}

/// A type that is no extractor, for which rustc reports an error: suppresses further ones.
pub struct Other;

impl ExtraProperties for Other {
    const EXTRAS: Extras = Extras {
        read_mode: true,
        joinable: false,
    };
}

pub trait ViaExtractor<X> {
    fn __churnkey_extra(&self) -> Extractor<X> {
        Extractor(PhantomData)
    }
}

impl<X: FromRequestContext> ViaExtractor<X> for &Extra<X> {}

pub trait ViaOther {
    fn __churnkey_extra(&self) -> Other {
        Other
    }
}

impl<X> ViaOther for Extra<X> {}

/// A requirement that is met, as a type.
pub struct Met;
/// A requirement that is not met. Generated code has a trait that it does not implement, with the
/// message.
pub struct Missing;

/// The outcome of a condition as a type.
pub struct Condition<const FAILS: bool>;

impl Condition<false> {
    pub fn lint<T>() {}

    pub fn outcome() -> Met {
        Met
    }
}

impl Condition<true> {
    pub fn lint<T>() -> T {
        never()
    }

    pub fn outcome() -> Missing {
        Missing
    }
}

/// Stops the compilation with a message, at the caller.
#[track_caller]
pub const fn fail(message: &str) -> ! {
    panic!("{}", message)
}
