//! Serves the provider with settings from the environment; `.env.example` lists the variables.

use std::io;

use churnkey::Result;

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    churnkey::serve(Billing::with_examples()).await
}
