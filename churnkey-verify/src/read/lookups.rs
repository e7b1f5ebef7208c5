//! Cache of items that were looked up in other modules.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::Value;

use crate::module::Module;

/// Capacity of the cache.
pub(super) const MAX_ITEMS: usize = 10_000;

/// Items of other modules that were looked up, by module and id.
#[derive(Debug, Default)]
pub(crate) struct Lookups(Mutex<Cache>);

#[derive(Debug, Default)]
pub(super) struct Cache {
    pub(super) items: HashMap<(Module, String), Option<Value>>,
    /// Modules without a response, which are not requested again.
    pub(super) unresponsive: HashSet<Module>,
}

impl Lookups {
    /// Keeps an item that was retrieved.
    pub(super) fn keep(&self, module: Module, id: &str, item: &Value) {
        let mut cache = self.lock();
        if cache.items.len() < MAX_ITEMS {
            cache
                .items
                .insert((module, id.to_owned()), Some(item.clone()));
        }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Cache> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
