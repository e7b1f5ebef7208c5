//! An application with routes and state of its own, which also serves a provider for Churnkey.
//!
//! ```text
//! CK_INTEGRATION_TOKEN=local-token CK_API_KEY=local-key cargo run -p embedded
//! curl -H 'Authorization: Bearer local-token' http://127.0.0.1:8080/integrations/churnkey/features
//! curl -H 'Cookie: session=session-of-ada' http://127.0.0.1:8080/account/cancel-flow
//! ```
//!
//! `DATABASE_URL` is the database of the customers, and `TEST_DATABASE_URL` the one for Churnkey's
//! test mode. Both are in memory if they are not set.

mod account;
mod app;
mod billing;
mod database;
mod error;
#[cfg(test)]
mod tests;

use std::env;

use anyhow::Context as _;
use churnkey::{LogQueue, Provider};
use tokio::net::TcpListener;

use crate::app::App;
use crate::billing::Billing;
use crate::database::Databases;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt().with_writer(log.writer()).init();
    let secret = |name| env::var(name).with_context(|| format!("{name} is not set"));
    let database = |name| env::var(name).ok();
    let databases =
        Databases::open(database("DATABASE_URL"), database("TEST_DATABASE_URL")).await?;
    let app = App {
        database: databases.live.clone(),
        churnkey_api_key: secret("CK_API_KEY")?.into(),
    };
    let provider = Provider::new(Billing { databases }, secret("CK_INTEGRATION_TOKEN")?);
    let actions = provider.actions();
    let listener = TcpListener::bind("127.0.0.1:8080").await?;
    let serving = axum::serve(listener, app::router(app, provider));
    let served = async {
        serving.with_graceful_shutdown(interrupted()).await?;
        // An action runs on if its caller disconnects.
        actions.ended().await;
        anyhow::Ok(())
    };
    tokio::select! {
        result = served => result?,
        // A second Ctrl-C cuts actions that hang.
        () = async { interrupted().await; interrupted().await } => {}
    }
    Ok(())
}

/// Waits for Ctrl-C. Without the signal, the application runs until it is killed.
async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
