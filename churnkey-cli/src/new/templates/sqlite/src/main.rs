//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::env;
use std::path::PathBuf;

use churnkey::{LogQueue, Result, Server};

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<()> {
    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt().with_writer(log.writer()).init();
    let directory = env::var_os("DATABASE_DIR").unwrap_or("data".into());
    let billing = Billing::open(&PathBuf::from(directory)).await?;
    Server::from_env(billing)?
        .ready(|billing| async move { billing.ping().await })
        .run()
        .await
}
