//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::path::PathBuf;
use std::{env, io};

use churnkey::{Result, Server};

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let directory = env::var_os("DATABASE_DIR").unwrap_or("data".into());
    let billing = Billing::open(&PathBuf::from(directory)).await?;
    Server::from_env(billing)?
        .ready(|billing| async move { billing.ping().await })
        .run()
        .await
}
