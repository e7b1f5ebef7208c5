//! What happens during a run, for those who show it.

use crate::check::Module;
use crate::report::{Finding, ModuleReport};

/// Something that happened during a run.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// A module is being looked at.
    Began(Module),
    /// So far. It comes after every request.
    #[non_exhaustive]
    Progress {
        /// The module that is being looked at.
        module: Module,
        /// How many items were read from its lists.
        items: u64,
        /// Requests sent since the run began.
        requests: u64,
    },
    /// Something is wrong. The same fault is told once, whatever the places it stands in.
    Found(Finding),
    /// All of a module has been looked at.
    Ended(ModuleReport),
}
