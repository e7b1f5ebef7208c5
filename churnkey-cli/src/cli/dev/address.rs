//! The address at which the provider listens.

use std::fmt;
use std::time::Duration;

use reqwest::Url;
use tokio::net::TcpStream;

use crate::cli::exit::Failure;

/// The time of a connection on the same machine or network.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The host and the port of a URL.
#[derive(Clone, Debug)]
pub(super) struct Address {
    host: String,
    port: u16,
}

impl Address {
    pub(super) fn of(url: &str) -> Result<Self, Failure> {
        let with_scheme = match url.contains("://") {
            true => url.to_owned(),
            false => format!("http://{url}"),
        };
        let parsed = Url::parse(&with_scheme).ok();
        let address = parsed.and_then(|url| {
            Some(Self {
                host: url.host_str()?.to_owned(),
                port: url.port_or_known_default()?,
            })
        });
        address.ok_or_else(|| {
            Failure("the URL is invalid: use one such as http://127.0.0.1:8080".to_owned())
        })
    }

    /// True if something accepts a connection.
    pub(super) async fn is_open(&self) -> bool {
        // A URL has brackets around an IPv6 address.
        let host = self.host.trim_matches(['[', ']']);
        let connection = TcpStream::connect((host, self.port));
        matches!(tokio::time::timeout(TIMEOUT, connection).await, Ok(Ok(_)))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn address_is_the_host_and_the_port() {
        for (url, address) in [
            ("http://127.0.0.1:8080/base", "127.0.0.1:8080"),
            ("localhost:9000", "localhost:9000"),
            ("https://billing.example.com", "billing.example.com:443"),
            ("http://[::1]:81", "[::1]:81"),
        ] {
            assert_eq!(Address::of(url).unwrap().to_string(), address);
        }
        assert!(Address::of("http://").is_err());
    }
}
