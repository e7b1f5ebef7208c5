//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::env;
use std::error::Error;

use churnkey::http::StatusCode;
use churnkey::{LogQueue, ResultExt as _, Server};

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt().with_writer(log.writer()).init();
    let database = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let advice = "set DATABASE_URL to postgresql://user:password@host:port/name";
    let database = database.or_status(StatusCode::INTERNAL_SERVER_ERROR, advice)?;
    let billing = Billing::open(&database.parse()?).await?;
    Server::from_env(billing)?
        .ready(|billing| async move { billing.ping().await })
        .run()
        .await?;
    Ok(())
}
