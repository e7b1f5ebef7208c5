//! Compile-time detection of the operations that a context type provides.

use std::marker::PhantomData;

use super::dispatch;
use super::endpoint::OperationKind;
use super::integration::{Provides, Route};
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

impl<T: Provides<E>, E: OperationKind> Probe<T, E> {
    pub const PRESENT: bool = true;
    pub const OPTIONS: Options = T::OPTIONS;
}

impl<T: Provides<E> + Send + Sync + 'static, E: OperationKind> Probe<T, E> {
    pub const ROUTE: Option<Route<T>> = Some(Route {
        operation: E::OPERATION,
        options: T::OPTIONS,
        handler: dispatch::handler::<T, E>,
    });
}
