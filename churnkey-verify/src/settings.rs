//! The extent of a run.

use crate::check::Module;

/// The extent of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Whether data may be changed.
    pub(crate) actions: bool,
    /// The module to look at, if it is not all.
    pub(crate) only: Option<Module>,
    /// How many items of a list are read, if not all.
    pub(crate) sample: Option<u64>,
    /// Customers that are known to exist.
    pub(crate) customers: Vec<String>,
    /// Subscriptions that are known to exist, each with its customer.
    pub(crate) subscriptions: Vec<(String, String)>,
}
