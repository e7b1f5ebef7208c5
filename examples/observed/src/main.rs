//! A provider with Prometheus metrics and a log of JSON lines.
//!
//! ```text
//! CK_INTEGRATION_TOKEN=local-token cargo run -p observed
//! curl http://127.0.0.1:9464/metrics
//! ```
//!
//! In addition to the variables of `churnkey::serve`, it reads:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `METRICS_ADDR` | the address of `/metrics`; `127.0.0.1:9464` if absent |
//! | `RUST_LOG` | the log filter; `info` if absent |
//!
//! `/metrics` needs no token: keep its address off the internet.

mod billing;

use std::env;
use std::error::Error;
use std::time::Duration;

use billing::Billing;
use churnkey::LogQueue;
use churnkey::axum::{self, Router, routing::get};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::time::interval;
use tracing_subscriber::EnvFilter;

/// The buckets of the histogram, in seconds: from a lookup in memory to the deadline of a request.
const DURATIONS: [f64; 12] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0,
];

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A log that is full, closed or stalled affects no request. Lost lines are counted in
    // `churnkey_log_lines_lost_total`.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_env_filter(
            EnvFilter::builder()
                .with_default_directive(tracing::Level::INFO.into())
                .from_env_lossy(),
        )
        .with_writer(log.writer())
        .init();
    // The recorder must be installed before the provider is created, because the provider describes
    // its metrics to the installed recorder.
    let metrics = PrometheusBuilder::new()
        .set_buckets_for_metric(
            Matcher::Full("churnkey_request_duration_seconds".to_owned()),
            &DURATIONS,
        )?
        .install_recorder()?;

    let address = metrics_address();
    let listener = TcpListener::bind(address).await?;
    tracing::info!(
        "serving metrics on http://{}/metrics",
        listener.local_addr()?
    );
    tokio::spawn(run_upkeep(metrics.clone()));
    tokio::spawn(async move {
        let router = Router::new().route("/metrics", get(async move || metrics.render()));
        axum::serve(listener, router).await
    });

    churnkey::serve(Billing::new()).await?;
    Ok(())
}

/// Moves new measurements into their buckets, so that memory does not grow between two scrapes.
async fn run_upkeep(metrics: PrometheusHandle) {
    let mut ticks = interval(Duration::from_secs(5));
    loop {
        ticks.tick().await;
        metrics.run_upkeep();
    }
}

fn metrics_address() -> String {
    let set = env::var("METRICS_ADDR").ok();
    set.filter(|value| !value.trim().is_empty())
        .unwrap_or_else(|| "127.0.0.1:9464".to_owned())
}

#[cfg(test)]
mod tests;
