//! Cache of items that were looked up in other modules.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::check::Module;

/// How many looked-up items are remembered.
pub(super) const MOST: usize = 10_000;

/// Items of other modules that were looked up, by module and id.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Mutex<Cache>);

#[derive(Debug, Default)]
pub(super) struct Cache {
    pub(super) items: HashMap<(Module, String), Option<Value>>,
    /// Modules that did not answer, and are not waited for again.
    pub(super) silent: HashSet<Module>,
}

impl Lookups {
    pub(super) fn lock(&self) -> MutexGuard<'_, Cache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
