//! A builder of a request, together with the address of its server.

use std::net::SocketAddr;

use test_support::{Peer, Reply, Request};

#[derive(Clone)]
pub(crate) struct Call {
    address: SocketAddr,
    request: Request,
}

impl Call {
    pub(crate) fn new(address: SocketAddr, method: &str, target: &[u8]) -> Self {
        Self {
            address,
            request: Request::new(method, target),
        }
    }

    /// Adds a header, also if one of the same name exists.
    pub(crate) fn header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.with(|request| request.header(name, value))
    }

    pub(crate) fn without(self, name: &str) -> Self {
        self.with(|request| request.without(name))
    }

    pub(crate) fn json(self, body: impl ToString) -> Self {
        self.with(|request| request.json(body))
    }

    pub(crate) fn body(self, body: impl AsRef<[u8]>) -> Self {
        self.with(|request| request.body(body))
    }

    fn with(self, change: impl FnOnce(Request) -> Request) -> Self {
        Self {
            request: change(self.request),
            ..self
        }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.request.bytes()
    }

    /// Sends the request on a new connection.
    pub(crate) fn send(self) -> Reply {
        self.send_on(&mut Peer::open(self.address))
    }

    pub(crate) fn send_on(&self, peer: &mut Peer) -> Reply {
        peer.send(self.bytes());
        if self.request.is_head() {
            peer.head_reply()
        } else {
            peer.reply()
        }
    }
}
