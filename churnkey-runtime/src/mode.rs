//! Test or live, and which of them a provider serves.

use std::fmt;

use axum::http::{HeaderMap, HeaderName};

use crate::error::{Error, Result};

const HEADER: HeaderName = HeaderName::from_static("x-churnkey-mode");

/// The data that a request is about: test data or real customers.
///
/// It is in the header `X-Churnkey-Mode`; an absent header means live (protocol: **doc**). Take it
/// as an argument of an annotated function to choose the database:
///
/// ```
/// # use churnkey_runtime as churnkey;
/// # struct Billing { test: String, live: String }
/// fn database(billing: &Billing, mode: churnkey::Mode) -> &str {
///     match mode {
///         churnkey::Mode::Test => &billing.test,
///         churnkey::Mode::Live => &billing.live,
///     }
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// Test data.
    Test,
    /// Real customers.
    Live,
}

impl Mode {
    /// The word in the header: `test` or `live`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }

    /// Reads the mode, in any letter case. Any other value and a repeated header are a 400
    /// (**assumed**): a request whose mode is in doubt must not reach live data.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self> {
        let mut values = headers.get_all(HEADER).iter();
        match (values.next().map(|value| value.as_bytes()), values.next()) {
            (None, _) => Ok(Self::Live),
            (Some(value), None) if value.eq_ignore_ascii_case(b"live") => Ok(Self::Live),
            (Some(value), None) if value.eq_ignore_ascii_case(b"test") => Ok(Self::Test),
            _ => Err(Error::bad_request(
                "the header `X-Churnkey-Mode` must be `test` or `live`",
            )),
        }
    }
}

/// The modes in which a provider serves its operations: `modes(..)` of the derive.
///
/// The manifest is no data and is served in both modes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Modes {
    /// Each function takes the [`Mode`] and chooses its data by it: the default.
    Separate,
    /// Requests in the other mode are a 400, and no function sees them: `modes(test)` or
    /// `modes(live)`.
    Only(Mode),
    /// Both modes share the same data: `modes(shared)`. A test request changes what a live request
    /// reads.
    Shared,
}

impl Modes {
    /// Returns true if functions are called for requests in this mode.
    pub const fn serves(self, mode: Mode) -> bool {
        match self {
            Self::Only(only) => only as u8 == mode as u8,
            Self::Separate | Self::Shared => true,
        }
    }

    /// Refuses a request in a mode that is not served.
    pub(crate) fn check(self, mode: Mode) -> Result<()> {
        match self {
            Self::Only(Mode::Test) if mode == Mode::Live => Err(Error::bad_request(
                "this provider serves test mode only: the header `X-Churnkey-Mode` must be `test`, \
                 and a request without the header is in live mode",
            )),
            Self::Only(Mode::Live) if mode == Mode::Test => Err(Error::bad_request(
                "this provider serves live mode only: the header `X-Churnkey-Mode` must be `live` \
                 or absent",
            )),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
