//! The errors that choose their response.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::iter;

use super::error::{Cause, Error};
use crate::model::{InvalidAmount, InvalidId, InvalidPercent, InvalidTimestamp, UnknownCurrency};
use crate::validate::ValidationError;

/// An error that chooses its response.
///
/// Derive it: `#[derive(churnkey::IntoError)]` takes the status of each
/// variant. Written by hand, it needs nothing but this:
///
/// ```
/// # use churnkey_runtime as churnkey;
/// enum BillingError {
///     Locked,
///     Database(std::io::Error),
/// }
///
/// impl churnkey::IntoError for BillingError {
///     fn into_error(self) -> churnkey::Error {
///         match self {
///             Self::Locked => churnkey::Error::conflict("the subscription is being changed"),
///             Self::Database(cause) => churnkey::Error::internal(cause),
///         }
///     }
/// }
///
/// fn change(locked: bool) -> churnkey::Result<()> {
///     if locked { Err(BillingError::Locked)? }
///     Ok(())
/// }
///
/// assert_eq!(change(true).unwrap_err().status(), 409);
/// ```
///
/// An annotated function may return such a type, `Result<Option<Price>, BillingError>`, and `?`
/// takes it in a function that returns [`churnkey::Result`](crate::Result). Both keep its status.
// Of these texts, the compiler prints only the label at a `?`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not choose a response",
    label = "`{Self}` has no status: write `.or_internal()?`, `.or_not_found(\"..\")?` or the like, with `use churnkey::ResultExt as _`; or \
             return an error type that holds it and derives `churnkey::IntoError`",
    note = "`anyhow::Error` and `eyre::Report` need the feature `anyhow` or `eyre` of `churnkey`"
)]
pub trait IntoError {
    /// The response for this error.
    fn into_error(self) -> Error;
}

impl<E: IntoError> From<E> for Error {
    fn from(error: E) -> Self {
        error.into_error()
    }
}

/// Opaque, unless an [`Error`] is in the chain of the box, whose response is kept.
impl IntoError for Cause {
    fn into_error(self) -> Error {
        match self.downcast::<Error>() {
            Ok(error) => *error,
            Err(cause) => {
                let first: &(dyn StdError + 'static) = &*cause;
                response_in(iter::successors(Some(first), |&error| error.source()))
                    .with_cause(cause)
            }
        }
    }
}

/// The response of the first [`Error`] in a chain, else an opaque 500.
fn response_in<'a>(mut chain: impl Iterator<Item = &'a (dyn StdError + 'static)>) -> Error {
    let error = chain.find_map(|error| error.downcast_ref::<Error>());
    error.map_or_else(Error::internal_without_cause, Error::response)
}

macro_rules! reports {
    ($($feature:literal $report:ty),*) => {$(
        /// Opaque, unless an [`Error`] is in the chain of the report, whose response is kept.
        #[cfg(feature = $feature)]
        impl IntoError for $report {
            fn into_error(self) -> Error {
                if self.chain().next().is_some_and(|first| first.is::<Error>()) {
                    return self.downcast().unwrap_or_else(Error::internal);
                }
                response_in(self.chain()).with_cause(self)
            }
        }
    )*};
}

reports!("anyhow" anyhow::Error, "eyre" eyre::Report);

/// An id that is no key of the billing system belongs to no record: 404.
impl IntoError for InvalidId {
    fn into_error(self) -> Error {
        Error::not_found("Not Found").with_cause(self)
    }
}

/// Values of the billing system that the protocol cannot express: an opaque 500.
macro_rules! opaque {
    ($($error:ty),*) => {$(
        impl IntoError for $error {
            fn into_error(self) -> Error {
                Error::internal(self)
            }
        }
    )*};
}

opaque!(
    InvalidAmount,
    InvalidPercent,
    InvalidTimestamp,
    UnknownCurrency,
    ValidationError
);

impl IntoError for Infallible {
    fn into_error(self) -> Error {
        match self {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(any(feature = "anyhow", feature = "eyre"))]
    fn texts(error: &Error) -> Vec<String> {
        let causes = iter::successors(error.source(), |&error| error.source());
        causes.map(ToString::to_string).collect()
    }

    #[cfg(feature = "anyhow")]
    #[test]
    fn an_anyhow_error_is_opaque_unless_it_holds_ours() {
        use anyhow::Context as _;

        let error = Error::from(anyhow::anyhow!("no route to host").context("charging"));
        assert_eq!(error.status().as_u16(), 500);
        assert_eq!(texts(&error), ["charging", "no route to host"]);

        let ours = || Error::not_found("there is no such price").with_cause("row 7");
        let error = Error::from(anyhow::Error::from(ours()));
        assert_eq!(
            (error.status().as_u16(), error.message()),
            (404, "there is no such price")
        );
        assert_eq!(texts(&error), ["row 7"]);

        let with_context = Err::<(), _>(ours()).context("charging").unwrap_err();
        let error = Error::from(with_context);
        assert_eq!(
            (error.status().as_u16(), error.message()),
            (404, "there is no such price")
        );
        assert_eq!(
            texts(&error),
            ["charging", "there is no such price", "row 7"]
        );
    }

    #[cfg(feature = "anyhow")]
    #[test]
    fn question_mark_works_in_both_directions() {
        fn theirs() -> anyhow::Result<()> {
            Err(Error::conflict("it is being changed"))?
        }
        fn ours() -> crate::Result<()> {
            Ok(theirs()?)
        }
        assert_eq!(ours().unwrap_err().status().as_u16(), 409);
    }

    #[cfg(feature = "eyre")]
    #[test]
    fn an_eyre_report_is_opaque_unless_it_holds_ours() {
        use eyre::WrapErr as _;

        let error = Error::from(eyre::eyre!("no route to host"));
        assert_eq!(error.status().as_u16(), 500);
        assert_eq!(texts(&error), ["no route to host"]);

        let ours = Err::<(), _>(Error::not_found("there is no such price"));
        let error = Error::from(ours.wrap_err("charging").unwrap_err());
        assert_eq!(
            (error.status().as_u16(), error.message()),
            (404, "there is no such price")
        );
        assert_eq!(texts(&error), ["charging", "there is no such price"]);
    }

    #[test]
    fn values_that_cannot_be_sent_are_opaque() {
        let zero = crate::model::Percent::try_from(0.0).unwrap_err();
        let error = Error::from(zero);
        assert_eq!(error.status().as_u16(), 500);
        assert!(
            error
                .cause()
                .is_some_and(|cause| cause.is::<InvalidPercent>())
        );
    }
}
