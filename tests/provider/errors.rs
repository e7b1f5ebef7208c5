//! Errors both ways: types of the user in our functions, and our error in types of the user.

use std::error::Error as StdError;
use std::fmt;
use std::time::Duration;

use churnkey::http::StatusCode;
use churnkey::{Error, IntoError, Result, ResultExt as _};

/// The error of a module below, with a status of its own.
#[derive(Debug, IntoError)]
enum LedgerError {
    #[churnkey(conflict, message)]
    Closed,
    #[churnkey(unavailable(after = "1500ms"))]
    Busy,
    #[churnkey(internal)]
    Hidden(Error),
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("the ledger is closed"),
            Self::Busy => f.write_str("the ledger is busy"),
            Self::Hidden(_) => f.write_str("the ledger is hidden"),
        }
    }
}

impl StdError for LedgerError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Hidden(error) => Some(error),
            _ => None,
        }
    }
}

/// The error of a company, with every form of a variant.
#[derive(Debug, IntoError)]
enum BillingError {
    #[churnkey(not_found)]
    NoSuchCustomer {
        id: u32,
    },
    #[churnkey(bad_request, message = "the date has passed")]
    Late,
    Database(std::io::Error),
    Churnkey(Error),
    Ledger {
        customer: u32,
        source: LedgerError,
    },
    Other(u32, u32),
}

impl fmt::Display for BillingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchCustomer { id } => write!(f, "no customer {id}"),
            Self::Late => f.write_str("late"),
            Self::Database(error) => error.fmt(f),
            Self::Churnkey(error) => error.fmt(f),
            Self::Ledger { customer, .. } => write!(f, "the ledger of {customer}"),
            Self::Other(one, other) => write!(f, "{one} is not {other}"),
        }
    }
}

impl StdError for BillingError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            Self::Ledger { source, .. } => Some(source),
            _ => None,
        }
    }
}

impl From<Error> for BillingError {
    fn from(error: Error) -> Self {
        Self::Churnkey(error)
    }
}

#[derive(Debug, IntoError)]
#[churnkey(not_found, message)]
struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("gone for good")
    }
}

impl StdError for Gone {}

/// The error after `?` in a function that returns `churnkey::Result`.
fn through_question_mark(error: impl IntoError) -> Error {
    fn convert(error: impl IntoError) -> Result<()> {
        Err(error)?
    }
    convert(error).unwrap_err()
}

fn causes(error: &Error) -> Vec<String> {
    let mut texts = Vec::new();
    let mut next = error.source();
    while let Some(error) = next {
        texts.push(error.to_string());
        next = error.source();
    }
    texts
}

#[test]
fn a_variant_keeps_its_status_through_question_mark() {
    let ledger = |source| BillingError::Ledger {
        customer: 7,
        source,
    };
    let io = std::io::Error::other("connection reset");
    let table = [
        (
            BillingError::NoSuchCustomer { id: 7 },
            404,
            "Not Found",
            vec!["no customer 7"],
        ),
        (BillingError::Late, 400, "the date has passed", vec!["late"]),
        (
            BillingError::Database(io),
            500,
            "Internal Server Error",
            vec!["connection reset"],
        ),
        (
            BillingError::Churnkey(Error::conflict("it is being changed")),
            409,
            "it is being changed",
            vec![],
        ),
        (
            BillingError::Churnkey(Error::not_found("gone").with_cause("row 7")),
            404,
            "gone",
            vec!["row 7"],
        ),
        (
            ledger(LedgerError::Closed),
            409,
            "the ledger is closed",
            vec!["the ledger of 7", "the ledger is closed"],
        ),
        (
            ledger(LedgerError::Busy),
            503,
            "Service Unavailable",
            vec!["the ledger of 7", "the ledger is busy"],
        ),
        (
            ledger(LedgerError::Hidden(Error::not_found("gone"))),
            500,
            "Internal Server Error",
            vec!["the ledger of 7", "the ledger is hidden", "gone"],
        ),
        (
            BillingError::Other(1, 2),
            500,
            "Internal Server Error",
            vec!["1 is not 2"],
        ),
    ];
    for (error, status, message, logged) in table {
        let shown = format!("{error:?}");
        let error = through_question_mark(error);
        assert_eq!(error.status().as_u16(), status, "{shown}");
        assert_eq!(error.message(), message, "{shown}");
        assert_eq!(causes(&error), logged, "{shown}");
    }
    let error = through_question_mark(Gone);
    assert_eq!(
        (error.status().as_u16(), error.message()),
        (404, "gone for good")
    );
}

#[test]
fn error_survives_a_round_trip_through_a_user_type() {
    fn ours() -> Result<()> {
        Err(Error::not_found("there is no such price"))
    }
    fn theirs() -> Result<(), BillingError> {
        Ok(ours()?)
    }
    fn ours_again() -> Result<()> {
        Ok(theirs()?)
    }
    let error = ours_again().unwrap_err();
    assert_eq!(error.status(), StatusCode::NOT_FOUND);
    assert_eq!(error.message(), "there is no such price");
}

#[test]
fn a_box_takes_our_error_and_gives_it_back() {
    fn boxed() -> Result<(), Box<dyn StdError + Send + Sync>> {
        Err(Error::not_found("there is no such price").with_cause("row 7"))?
    }
    let error = through_question_mark(boxed().unwrap_err());
    assert_eq!(error.status(), StatusCode::NOT_FOUND);
    assert_eq!(causes(&error), ["row 7"]);

    let foreign: Box<dyn StdError + Send + Sync> = "no route to host".into();
    let error = through_question_mark(foreign);
    assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(causes(&error), ["no route to host"]);

    let wrapping: Box<dyn StdError + Send + Sync> =
        Box::new(Wrapping(Error::conflict("it is being changed")));
    let error = through_question_mark(wrapping);
    assert_eq!(error.status(), StatusCode::CONFLICT);
    assert_eq!(error.message(), "it is being changed");
    assert_eq!(causes(&error), ["charging failed", "it is being changed"]);
}

/// An error of the user without a response.
#[derive(Debug)]
struct Wrapping(Error);

impl fmt::Display for Wrapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("charging failed")
    }
}

impl StdError for Wrapping {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        Some(&self.0)
    }
}

#[test]
fn our_error_prints_its_causes_from_main() {
    fn main() -> Result<(), Box<dyn StdError>> {
        let busy = std::io::Error::other("the address is in use");
        Err(Error::internal(busy))?
    }
    let printed = format!("{:?}", main().unwrap_err());
    assert_eq!(
        printed,
        "Internal Server Error\n  because: the address is in use"
    );
}

#[test]
fn each_extension_names_its_response() {
    fn failed() -> Result<(), std::fmt::Error> {
        Err(std::fmt::Error)
    }
    let table = [
        (failed().or_internal(), 500, "Internal Server Error"),
        (failed().or_bad_request("bad"), 400, "bad"),
        (failed().or_not_found("none"), 404, "none"),
        (failed().or_conflict("locked"), 409, "locked"),
        (
            failed().or_unavailable(Duration::from_secs(1)),
            503,
            "Service Unavailable",
        ),
        (
            failed().or_status(StatusCode::PAYMENT_REQUIRED, "unpaid"),
            402,
            "unpaid",
        ),
    ];
    for (result, status, message) in table {
        let error = result.unwrap_err();
        assert_eq!(error.status().as_u16(), status);
        assert_eq!(error.message(), message);
        assert!(
            error
                .cause()
                .is_some_and(|cause| cause.is::<std::fmt::Error>())
        );
    }
    let absent: Option<u8> = None;
    let error = absent.or_not_found("none").unwrap_err();
    assert_eq!(error.status(), StatusCode::NOT_FOUND);
    assert!(error.cause().is_none());
    assert_eq!(Some(7).or_not_found("none").unwrap(), 7);
}
