//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::env;
use std::error::Error;

use churnkey::{LogQueue, Server};

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt().with_writer(log.writer()).init();
    let database = env::var("DATABASE_URL").unwrap_or_default();
    if database.is_empty() {
        return Err("set DATABASE_URL; `.env.example` has its form".into());
    }
    let billing = Billing::open(&database).await?;
    Server::from_env(billing)?
        .ready(|billing| async move { billing.ping().await })
        .run()
        .await?;
    Ok(())
}
