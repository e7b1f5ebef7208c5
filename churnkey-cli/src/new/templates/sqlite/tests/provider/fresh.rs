use std::sync::Arc;

use tempfile::TempDir;

use my_provider::Billing;

/// A new provider for one test, with its files in a temporary directory.
pub struct Fresh {
    billing: Arc<Billing>,
    directory: TempDir,
}

impl Fresh {
    pub async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let billing = Arc::new(Billing::open(directory.path()).await.unwrap());
        Self { billing, directory }
    }

    pub fn billing(&self) -> Arc<Billing> {
        Arc::clone(&self.billing)
    }

    pub async fn end(self) {
        self.directory.close().unwrap();
    }
}
