use std::sync::Arc;

use my_provider::Billing;

/// A provider of the test's own.
pub struct Fresh(Arc<Billing>);

impl Fresh {
    pub async fn start() -> Self {
        Self(Arc::new(Billing::with_examples()))
    }

    pub fn billing(&self) -> Arc<Billing> {
        Arc::clone(&self.0)
    }

    /// Nothing is left of it that has to be put away.
    pub async fn end(self) {}
}
