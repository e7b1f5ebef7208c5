//! Compile-time detection of the operations that a context type provides.

use std::marker::PhantomData;

use super::dispatch;
use super::endpoint::OperationKind;
use super::integration::{Integration, OneFunctionFor, RemoveTheOther, Route, confuses_modes};
use crate::manifest::Options;

/// Looks up an operation of a type: its inherent constants exist where the type provides the
/// operation, and those of [`ProbeFallback`] are found where it does not.
///
/// This works for concrete types only: generic code would always find the fallback.
pub struct Probe<T, E>(PhantomData<(T, E)>);

/// The constants of an operation that a type does not provide.
pub trait ProbeFallback<T> {
    const PRESENT: bool = false;
    const OPTIONS: Options = Options::None;
    const ROUTE: Option<Route<T>> = None;
}

impl<T, E> ProbeFallback<T> for Probe<T, E> {}

impl<T: OneFunctionFor<E, RemoveTheOther>, E: OperationKind> Probe<T, E> {
    pub const PRESENT: bool = true;
    pub const OPTIONS: Options = T::OPTIONS;
}

impl<T: OneFunctionFor<E, RemoveTheOther> + Send + Sync + 'static, E: OperationKind> Probe<T, E> {
    pub const ROUTE: Option<Route<T>> = Some(Route {
        operation: E::OPERATION,
        options: T::OPTIONS,
        reads_mode: T::EXTRAS.read_mode,
        handler: dispatch::handler::<T, E>,
    });
}

/// Looks up whether the function of an operation confuses test and live mode, like [`Probe`]: of a
/// context without the derive nothing is known, and nothing is reported.
pub struct ModeProbe<T, E>(PhantomData<(T, E)>);

/// The constants for a type that is no integration.
pub trait ModeProbeFallback {
    const APPLIES: bool = false;
    const CONFUSES_MODES: bool = false;
}

impl<T, E> ModeProbeFallback for ModeProbe<T, E> {}

impl<T: Integration, E: OperationKind> ModeProbe<T, E> {
    pub const APPLIES: bool = true;
    pub const CONFUSES_MODES: bool = confuses_modes::<T>(E::OPERATION);
}
