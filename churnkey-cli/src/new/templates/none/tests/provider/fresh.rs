use std::sync::Arc;

use my_provider::Billing;

/// A new provider for one test.
pub struct Fresh(Arc<Billing>);

impl Fresh {
    pub async fn start() -> Self {
        Self(Arc::new(Billing::with_examples()))
    }

    pub fn billing(&self) -> Arc<Billing> {
        Arc::clone(&self.0)
    }

    /// Does nothing: a provider in memory needs no cleanup.
    pub async fn end(self) {}
}
