//! Peers on sockets with options of their own.

use std::io;
use std::net::{IpAddr, SocketAddr};

use test_support::Peer;
use tokio::net::TcpSocket;

use super::RUNTIME;

/// A peer with another address of the loopback.
pub(crate) fn peer_from(source: IpAddr, address: SocketAddr) -> Peer {
    open(address, |socket| socket.bind(SocketAddr::new(source, 0)))
}

/// A peer whose system buffers little that it has not read.
pub(crate) fn peer_with_small_window(address: SocketAddr) -> Peer {
    open(address, |socket| socket.set_recv_buffer_size(64 << 10))
}

fn open(address: SocketAddr, set: impl FnOnce(&TcpSocket) -> io::Result<()>) -> Peer {
    let connected = RUNTIME.block_on(async {
        let socket = TcpSocket::new_v4()?;
        set(&socket)?;
        socket.connect(address).await?.into_std()
    });
    let stream = connected.unwrap();
    stream.set_nonblocking(false).unwrap();
    Peer::on(stream).unwrap()
}
