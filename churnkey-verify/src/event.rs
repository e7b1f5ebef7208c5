//! Events of a run, for a display of its progress.

use crate::module::Module;
use crate::report::{Finding, ModuleReport};

/// An event of a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The checks of a module began.
    Began(Module),
    /// A request was sent.
    #[non_exhaustive]
    Progress {
        /// The module whose checks are running.
        module: Module,
        /// Number of items that were read from its lists.
        items: u64,
        /// Number of requests since the run began.
        requests: u64,
        /// Number of modules so far, with this one.
        position: usize,
        /// Number of modules of the run; 0 if it is not known yet.
        modules: usize,
    },
    /// A fault was found. The same fault in several places is reported once.
    Found(Finding),
    /// The checks of a module ended.
    Ended(ModuleReport),
}
