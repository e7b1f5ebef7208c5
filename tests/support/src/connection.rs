//! A client with one connection, which it opens again after the server has closed it.

use std::io;
use std::net::SocketAddr;

use crate::{Peer, Reply, Request};

pub struct Connection {
    address: SocketAddr,
    peer: Option<Peer>,
}

impl Connection {
    pub fn new(address: SocketAddr) -> Self {
        Self {
            address,
            peer: None,
        }
    }

    /// Sends a request and reads its reply, which must end at its `Content-Length`.
    pub fn send(&mut self, request: &Request) -> io::Result<Reply> {
        let mut peer = match self.peer.take() {
            Some(peer) => peer,
            None => Peer::connect(self.address)?,
        };
        // A server can respond before it has read a body that it rejects. That reply is valid.
        peer.send(request.bytes());
        let reply = peer.read(request.is_head())?;
        let reply = reply.ok_or(io::ErrorKind::UnexpectedEof)?;
        if peer.has_more() {
            let message = "more bytes than Content-Length says";
            return Err(io::Error::new(io::ErrorKind::InvalidData, message));
        }
        let closes = |value: &str| value.to_ascii_lowercase().contains("close");
        if !reply.header("connection").is_some_and(closes) {
            self.peer = Some(peer);
        }
        Ok(reply)
    }
}
