//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::error::Error;
use std::{env, io};

use churnkey::Server;

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
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
