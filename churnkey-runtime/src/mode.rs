//! Test or live.

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
