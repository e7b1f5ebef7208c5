//! Serves the provider as the environment describes it: `.env.example` has the variables.

use std::io;

use churnkey::Result;

use my_provider::Billing;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(io::stderr).init();
    churnkey::serve(Billing::with_examples()).await
}
