//! The settings of a dashboard.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use churnkey_runtime::Mode;
use churnkey_verify::CannotRun;

/// The settings of a dashboard.
#[derive(Clone)]
#[non_exhaustive]
pub struct Options {
    /// The provider's API root URL, to which `/churnkey` is appended.
    pub url: String,
    /// The integration token. If `None`, `CK_INTEGRATION_TOKEN` in the environment is used.
    pub token: Option<String>,
    /// The mode of the data. In live mode each action must be confirmed.
    pub mode: Mode,
    /// Test and live mode share the same data on purpose. Without it, an action is sent only if the
    /// data of the two modes differ.
    pub same_data: bool,
    /// A file with recorded calls, which the request log shows. With it, the URL may be empty.
    pub recording: Option<PathBuf>,
    /// The file in which pinned customers are kept. If `None`, they are lost at the end.
    pub pins: Option<PathBuf>,
    /// The address to listen on, which must be a loopback address.
    pub listen: SocketAddr,
}

impl Options {
    /// Settings for test data, on port 8899 of 127.0.0.1.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            token: None,
            mode: Mode::Test,
            same_data: false,
            recording: None,
            pins: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 8899)),
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("url", &self.url)
            .field("mode", &self.mode)
            .field("listen", &self.listen)
            .finish_non_exhaustive()
    }
}

/// The reason why a dashboard cannot start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CannotStart(String);

impl CannotStart {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

impl fmt::Display for CannotStart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for CannotStart {}

impl From<CannotRun> for CannotStart {
    fn from(why: CannotRun) -> Self {
        Self(why.to_string())
    }
}
