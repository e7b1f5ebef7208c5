//! The socket that a server listens on.

use std::io;
use std::net::SocketAddr;
use std::path::Path;

#[cfg(not(unix))]
use tokio::net::TcpStream as LocalStream;
use tokio::net::{TcpListener, TcpStream};
#[cfg(unix)]
use tokio::net::{UnixListener, UnixStream as LocalStream};
use tokio_util::either::Either;

/// A bound socket, for [`Server::run_on`](crate::Server::run_on): made from a [`TcpListener`], or
/// on Unix from a `tokio::net::UnixListener`.
#[derive(Debug)]
pub struct ListenSocket(Bound);

#[derive(Debug)]
enum Bound {
    Tcp(TcpListener),
    #[cfg(unix)]
    Unix(UnixListener),
}

/// An accepted connection.
pub(super) type Connected = Either<TcpStream, LocalStream>;

impl ListenSocket {
    /// Binds a Unix socket, and replaces a file that a process without a listener left there.
    #[cfg(unix)]
    pub(super) fn bind_unix(path: &Path) -> io::Result<Self> {
        let bound = match UnixListener::bind(path) {
            Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
                std::fs::remove_file(path)?;
                UnixListener::bind(path)
            }
            bound => bound,
        };
        Ok(bound?.into())
    }

    #[cfg(not(unix))]
    pub(super) fn bind_unix(_: &Path) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Accepts a connection. A peer of a Unix socket has no address.
    pub(super) async fn accept(&self) -> io::Result<(Connected, Option<SocketAddr>)> {
        match &self.0 {
            Bound::Tcp(listener) => {
                let (stream, peer) = listener.accept().await?;
                // Answers are written whole, so Nagle's algorithm would only delay them. An error
                // of a closed socket occurs again when it is read.
                let _unset = stream.set_nodelay(true);
                Ok((Either::Left(stream), Some(peer)))
            }
            #[cfg(unix)]
            Bound::Unix(listener) => {
                let (stream, _) = listener.accept().await?;
                Ok((Either::Right(stream), None))
            }
        }
    }

    /// Closes the socket, and returns the connections that waited in its queue. The system call is
    /// repeated here, without tokio, because tokio may not have heard of the last ones yet.
    pub(super) fn close(self) -> Vec<(Connected, Option<SocketAddr>)> {
        let mut queued = Vec::new();
        match self.0 {
            Bound::Tcp(listener) => {
                let Ok(listener) = listener.into_std() else {
                    return queued;
                };
                while let Some((stream, peer)) = next(|| listener.accept()) {
                    let set = stream.set_nonblocking(true);
                    let _unset = stream.set_nodelay(true);
                    if let Ok(stream) = set.and_then(|()| TcpStream::from_std(stream)) {
                        queued.push((Either::Left(stream), Some(peer)));
                    }
                    if queued.len() >= MAX_QUEUED {
                        break;
                    }
                }
            }
            #[cfg(unix)]
            Bound::Unix(listener) => {
                let Ok(listener) = listener.into_std() else {
                    return queued;
                };
                while let Some((stream, _)) = next(|| listener.accept()) {
                    let set = stream.set_nonblocking(true);
                    if let Ok(stream) = set.and_then(|()| LocalStream::from_std(stream)) {
                        queued.push((Either::Right(stream), None));
                    }
                    if queued.len() >= MAX_QUEUED {
                        break;
                    }
                }
            }
        }
        queued
    }

    /// The place where clients find the provider, for the log.
    pub(super) fn place(&self) -> io::Result<String> {
        match &self.0 {
            Bound::Tcp(listener) => Ok(format!("http://{}/churnkey", listener.local_addr()?)),
            #[cfg(unix)]
            Bound::Unix(listener) => {
                let address = listener.local_addr()?;
                let path = address.as_pathname().map(Path::display);
                let path = path.map_or_else(|| "a Unix socket".to_owned(), |path| path.to_string());
                Ok(format!("{path}, at /churnkey"))
            }
        }
    }
}

/// The length of the queue that tokio asks for.
const MAX_QUEUED: usize = 1024;

/// Accepts a connection that waits. Connections that ended in the queue are left out.
fn next<T>(accept: impl Fn() -> io::Result<T>) -> Option<T> {
    loop {
        match accept() {
            Ok(accepted) => return Some(accepted),
            Err(error) if is_connection_error(&error) => {}
            Err(_) => return None,
        }
    }
}

/// Recognizes errors of the connection that was being accepted, in contrast to the listener's own.
pub(super) fn is_connection_error(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(
        error.kind(),
        ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted
    )
}

/// `true` for a socket file without a listener, as a process leaves it behind.
#[cfg(unix)]
fn is_stale(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;

    let is_socket = std::fs::symlink_metadata(path).is_ok_and(|file| file.file_type().is_socket());
    is_socket
        && std::os::unix::net::UnixStream::connect(path)
            .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

impl From<TcpListener> for ListenSocket {
    fn from(listener: TcpListener) -> Self {
        Self(Bound::Tcp(listener))
    }
}

#[cfg(unix)]
impl From<UnixListener> for ListenSocket {
    fn from(listener: UnixListener) -> Self {
        Self(Bound::Unix(listener))
    }
}
