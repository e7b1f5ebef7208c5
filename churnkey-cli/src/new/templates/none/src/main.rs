//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use churnkey::{LogQueue, Result};

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<()> {
    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt().with_writer(log.writer()).init();
    churnkey::serve(Billing::with_examples()).await
}
