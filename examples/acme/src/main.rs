//! A subscription company on SQLite that implements Churnkey's protocol. Use it as the starting
//! point for your own provider.
//!
//! ```text
//! cargo run -p acme
//! ```
//!
//! It needs no setup, and prints example requests. Environment variables:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `CK_INTEGRATION_TOKEN` | the token that Churnkey sends; a random one for each run if absent |
//! | `CHURNKEY_ADDR` | the address to listen on; `127.0.0.1:8080` if absent |
//! | `ACME_DB` | the file that holds the data; `acme.db` in the current directory if absent |
//! | `ACME_CLOCK_FROM_REQUESTS` | with any value, requests in test mode set the time, for `churnkey simulate --clock-header` |
//! | `CHURNKEY_MAX_FAILURES_PER_MINUTE` | limit of requests without the token, for each address; 60 if absent |
//!
//! With the feature `openapi`, the argument `openapi` prints the OpenAPI document and exits:
//!
//! ```text
//! cargo run -p acme --features openapi -- openapi > acme.json
//! ```

use std::env;
use std::error::Error;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;

use acme::{Acme, Clock, RequestClock};
use churnkey::axum::extract::Request;
use churnkey::axum::middleware::{self, Next};
use churnkey::http::StatusCode;
use churnkey::{LogQueue, Provider, Server};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    #[cfg(feature = "openapi")]
    if env::args().nth(1).as_deref() == Some("openapi") {
        println!("{:#}", <Acme as churnkey::Integration>::openapi());
        return Ok(());
    }

    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt()
        .with_writer(log.writer())
        .with_ansi(io::stderr().is_terminal())
        .init();

    let file = setting("ACME_DB").unwrap_or("acme.db".to_owned());
    let address = setting("CHURNKEY_ADDR").unwrap_or("127.0.0.1:8080".to_owned());
    let request_clock = setting("ACME_CLOCK_FROM_REQUESTS").map(|_| RequestClock::new());
    let clock = request_clock
        .as_ref()
        .map_or_else(Clock::system, RequestClock::clock);
    let acme = Acme::open(&file, clock).await?;
    let listener = TcpListener::bind(&address).await.map_err(|cause| {
        let advice = format!("cannot listen on {address}: set CHURNKEY_ADDR to another address");
        churnkey::Error::new(StatusCode::INTERNAL_SERVER_ERROR, advice).with_cause(cause)
    })?;

    let (token, shown) = match setting("CK_INTEGRATION_TOKEN") {
        // A configured token is a secret and is not printed.
        Some(token) => (token, "$CK_INTEGRATION_TOKEN".to_owned()),
        None => random_token().map(|token| (token.clone(), token))?,
    };
    show_requests(listener.local_addr()?, &shown);
    let mut provider = Provider::new(acme, token.clone());
    if let Some(failures) = setting("CHURNKEY_MAX_FAILURES_PER_MINUTE") {
        provider = provider.max_failures_per_minute(failures.parse()?);
    }
    let mut server = Server::new(provider).ready(|acme| async move { acme.ping().await });
    if let Some(clock) = request_clock {
        server = server.layer(middleware::from_fn(move |request: Request, next: Next| {
            clock.follow(request.headers(), &token);
            next.run(request)
        }));
    }
    server.run_on(listener).await?;
    Ok(())
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn random_token() -> Result<String, getrandom::Error> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    Ok(bytes.map(|byte| format!("{byte:02x}")).concat())
}

fn show_requests(address: SocketAddr, token: &str) {
    let curl = format!("curl -H \"Authorization: Bearer {token}\" -H 'X-Churnkey-Mode: test'");
    let root = format!("http://{address}/churnkey");
    let customer = "cus_test_0010";
    let pause = format!(
        r#"{{"customerId":"{customer}","subscriptionId":"sub_test_0010_1","startAt":"immediate","duration":{{"type":"period","amount":2,"unit":"month"}}}}"#
    );
    let _shown = writeln!(
        io::stdout(),
        "The features of Acme:\n  {curl} {root}/features\n\
         Its customers:\n  {curl} '{root}/customers?limit=3'\n\
         One customer:\n  {curl} {root}/customers/{customer}\n\
         The subscriptions of this customer:\n  {curl} {root}/customers/{customer}/subscriptions\n\
         Pause the subscription for two months:\n  {curl} -H 'Content-Type: application/json' \
         -d '{pause}' {root}/actions/subscription/pause\n"
    );
}
