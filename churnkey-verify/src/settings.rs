//! The extent of a run.

use crate::module::Module;

/// The extent of a run.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    /// Permission to change data.
    pub(crate) actions: bool,
    /// Test and live mode share the same data on purpose.
    pub(crate) same_data: bool,
    /// The only module to check; `None` for all.
    pub(crate) only: Option<Module>,
    /// Number of requests at the same time; 0 for the default.
    pub(crate) jobs: usize,
    /// Limit for the items that are read of each list.
    pub(crate) sample: Option<u64>,
    /// Ids of customers that the caller named.
    pub(crate) customers: Vec<String>,
    /// Ids of customers and subscriptions that the caller named.
    pub(crate) subscriptions: Vec<(String, String)>,
}
