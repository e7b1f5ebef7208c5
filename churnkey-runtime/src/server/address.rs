//! The address of a server.

use std::error::Error;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::str::FromStr;

use tokio::net::TcpListener;

use super::socket::ListenSocket;

/// The address on which a [`Server`](crate::Server) listens: a socket address, a host name with a
/// port, or the path of a Unix socket.
///
/// ```
/// # use churnkey_runtime as churnkey;
/// use churnkey::server::ListenAddress;
///
/// let all_interfaces: ListenAddress = "0.0.0.0:8080".parse()?;
/// let host: ListenAddress = "localhost:8080".parse()?;
/// let unix_socket: ListenAddress = "unix:/run/billing/churnkey.sock".parse()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A host name is resolved when the server starts, and the first address that can be bound is used.
///
/// A file that a process left at the path of a Unix socket is replaced. On Windows, a Unix socket
/// cannot be bound.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListenAddress(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Socket(SocketAddr),
    Host(String, u16),
    Unix(PathBuf),
}

impl ListenAddress {
    /// The path of a Unix socket.
    pub fn unix(path: impl Into<PathBuf>) -> Self {
        Self(Kind::Unix(path.into()))
    }

    pub(super) async fn bind(&self) -> io::Result<ListenSocket> {
        match &self.0 {
            Kind::Socket(address) => Ok(TcpListener::bind(address).await?.into()),
            Kind::Host(host, port) => {
                let listener = TcpListener::bind((host.as_str(), *port)).await?;
                Ok(listener.into())
            }
            Kind::Unix(path) => ListenSocket::bind_unix(path),
        }
    }
}

impl From<SocketAddr> for ListenAddress {
    fn from(address: SocketAddr) -> Self {
        Self(Kind::Socket(address))
    }
}

impl FromStr for ListenAddress {
    type Err = InvalidListenAddress;

    fn from_str(text: &str) -> Result<Self, InvalidListenAddress> {
        if let Some(path) = text.strip_prefix("unix:").filter(|path| !path.is_empty()) {
            return Ok(Self::unix(path));
        }
        if let Ok(address) = text.parse() {
            return Ok(Self(Kind::Socket(address)));
        }
        let host_and_port = text.rsplit_once(':').and_then(|(host, port)| {
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
            // Digits and dots alone are an IP address with a mistake.
            let is_host =
                host.bytes().all(is_name) && host.bytes().any(|byte| byte.is_ascii_alphabetic());
            let port = port.parse().ok().filter(|_| is_host)?;
            Some(Kind::Host(host.to_owned(), port))
        });
        host_and_port.map(Self).ok_or(InvalidListenAddress(()))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Socket(address) => address.fmt(f),
            Kind::Host(host, port) => write!(f, "{host}:{port}"),
            Kind::Unix(path) => write!(f, "unix:{}", path.display()),
        }
    }
}

/// The error of a string that is not a [`ListenAddress`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidListenAddress(());

impl fmt::Display for InvalidListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "must be an IP address or a host name and a port, such as 127.0.0.1:8080, [::]:8080 \
             or localhost:8080, or the path of a Unix socket, such as unix:/run/billing.sock",
        )
    }
}

impl Error for InvalidListenAddress {}
