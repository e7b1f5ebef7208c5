//! Socket activation: a socket that systemd has bound, and passes by `LISTEN_FDS`.

use std::io;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use listenfd::ListenFd;

use super::announce::startup_error;
use super::socket::ListenSocket;
use crate::error::Result;

/// A passed socket. tokio can use it only within its runtime.
pub(super) enum Passed {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Passed {
    /// Takes the socket, if there is one.
    ///
    /// # Errors
    ///
    /// There are several, or it is neither a TCP socket nor a Unix stream socket.
    pub(super) fn take() -> Result<Option<Self>> {
        let mut passed = ListenFd::from_env();
        match passed.len() {
            0 => Ok(None),
            1 => {
                let socket = match passed.take_unix_listener(0) {
                    Ok(unix) => Ok(unix.map(Self::Unix)),
                    Err(_) => passed.take_tcp_listener(0).map(|tcp| tcp.map(Self::Tcp)),
                };
                socket.map_err(|cause| {
                    startup_error(
                        "LISTEN_FDS has a socket on which no server can listen: set \
                         `ListenStream` in the socket unit",
                    )
                    .with_cause(cause)
                })
            }
            count => Err(startup_error(format!(
                "LISTEN_FDS has {count} sockets, and the server listens on one: set one \
                 `ListenStream` in the socket unit"
            ))),
        }
    }

    /// Registers the socket with tokio.
    pub(super) fn listen(self) -> io::Result<ListenSocket> {
        match self {
            Self::Tcp(socket) => {
                socket.set_nonblocking(true)?;
                Ok(tokio::net::TcpListener::from_std(socket)?.into())
            }
            Self::Unix(socket) => {
                socket.set_nonblocking(true)?;
                Ok(tokio::net::UnixListener::from_std(socket)?.into())
            }
        }
    }
}
