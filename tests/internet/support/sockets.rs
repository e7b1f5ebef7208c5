//! Peers on sockets with special options.

use std::io;
use std::net::{IpAddr, SocketAddr};

use test_support::Peer;
use tokio::net::TcpSocket;

use super::RUNTIME;

/// Connects a peer from another loopback address.
pub(crate) fn peer_from(source: IpAddr, address: SocketAddr) -> Peer {
    open(address, |socket| socket.bind(SocketAddr::new(source, 0)))
}

/// Connects a peer with a small receive buffer.
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
