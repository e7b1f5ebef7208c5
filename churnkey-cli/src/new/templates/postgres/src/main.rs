//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::{env, io};

use churnkey::http::StatusCode;
use churnkey::{Error, Result, Server};

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    let database = env::var("DATABASE_URL").ok().filter(|url| !url.is_empty());
    let database = database.ok_or_else(|| {
        let advice = "set DATABASE_URL to postgresql://user:password@host:port/name";
        Error::new(StatusCode::INTERNAL_SERVER_ERROR, advice)
    })?;
    let billing = Billing::open(&database.parse()?).await?;
    Server::from_env(billing)?
        .ready(|billing| async move { billing.ping().await })
        .run()
        .await
}
