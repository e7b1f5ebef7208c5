//! The company of the example `acme` on PostgreSQL: any number of instances share one database and
//! keep no state of their own.
//!
//! ```text
//! createdb acme
//! ACME_DATABASE_URL='postgresql://%2Fvar%2Frun%2Fpostgresql/acme' CK_INTEGRATION_TOKEN=local-token \
//!     cargo run -p postgres
//! ```
//!
//! The first instance creates the tables and fills them with customers. Start more instances with
//! another `CHURNKEY_ADDR`, and put a load balancer in front. Environment variables:
//!
//! | variable | meaning |
//! | --- | --- |
//! | `ACME_DATABASE_URL` | the database, as `postgresql://user:password@host:port/name` |
//! | `ACME_DATABASE_CONNECTIONS` | the maximum number of connections of this instance; 8 if absent |
//! | `CK_INTEGRATION_TOKEN`, `CK_INTEGRATION_TOKEN_FILE` | the token that Churnkey sends, the same for all instances, or a file that has it and is read again on SIGHUP |
//! | `CHURNKEY_ADDR` | the address to listen on; `127.0.0.1:8080` if absent |
//!
//! The connection to the database is not encrypted. On a shared network, give the pool in
//! `database.rs` a TLS connector, such as that of `tokio-postgres-rustls`.

use std::env;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::SocketAddr;
use std::num::NonZeroUsize;

use churnkey::http::StatusCode;
use churnkey::{Error, LogQueue, Result, ResultExt as _, Server};
use postgres::Acme;
use tokio::net::TcpListener;

const CONNECTIONS: NonZeroUsize = NonZeroUsize::new(8).expect("eight is not zero");

#[tokio::main]
async fn main() -> Result<()> {
    // A log that is full, closed or stalled affects no request.
    let log = LogQueue::stderr().with_panics();
    tracing_subscriber::fmt()
        .with_writer(log.writer())
        .with_ansi(io::stderr().is_terminal())
        .init();

    let url = required(
        "ACME_DATABASE_URL",
        "postgresql://user:password@host:port/name",
    )?;
    let connections = match setting("ACME_DATABASE_CONNECTIONS") {
        Some(number) => number.trim().parse::<NonZeroUsize>().map_err(|_| {
            refusal("ACME_DATABASE_CONNECTIONS must be a whole number from 1".to_owned())
        })?,
        None => CONNECTIONS,
    };
    let address = setting("CHURNKEY_ADDR").unwrap_or("127.0.0.1:8080".to_owned());

    let acme = Acme::open(&url, connections.get()).await?;
    let listener = TcpListener::bind(&address).await.map_err(|cause| {
        refusal(format!(
            "cannot listen on {address}: set CHURNKEY_ADDR to another address"
        ))
        .with_cause(cause)
    })?;
    show_address(listener.local_addr().or_internal()?);
    Server::from_env(acme)?
        .ready(|acme| async move { acme.ping().await })
        .run_on(listener)
        .await
}

fn required(name: &str, such_as: &str) -> Result<String> {
    setting(name).ok_or_else(|| refusal(format!("set {name} in the environment: {such_as}")))
}

fn setting(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.trim().is_empty())
}

fn refusal(message: String) -> Error {
    Error::new(StatusCode::INTERNAL_SERVER_ERROR, message)
}

fn show_address(address: SocketAddr) {
    let _shown = writeln!(
        io::stdout(),
        "The features of Acme:\n  curl -H \"Authorization: Bearer $CK_INTEGRATION_TOKEN\" http://{address}/churnkey/features"
    );
}
