//! Requests, byte by byte.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use crate::sentinels::TOKEN;

#[derive(Clone)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Request {
    /// With the token.
    pub(crate) fn new(method: &str, target: impl Into<String>) -> Self {
        Self::stranger(method, target).header("Authorization", format!("Bearer {TOKEN}"))
    }

    /// Without the token.
    pub(crate) fn stranger(method: &str, target: impl Into<String>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    pub(crate) fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn json(self, body: impl Into<Vec<u8>>) -> Self {
        self.header("Content-Type", "application/json").body(body)
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\n", self.method, self.target);
        head.push_str("Host: provider.test\r\nConnection: close\r\n");
        for (name, value) in &self.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = self.body.as_deref().unwrap_or_default();
        if self.body.is_some() {
            head.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        [head.as_bytes(), b"\r\n", body].concat()
    }

    /// The status and the whole answer, from the status line to the last byte of the body.
    pub(crate) fn send(&self, address: SocketAddr) -> (u16, String) {
        let answer = exchange(address, &self.bytes(), false);
        let status = answer
            .strip_prefix("HTTP/1.1 ")
            .and_then(|rest| rest.get(..3)?.parse().ok());
        let status = status.unwrap_or_else(|| panic!("{self} is answered with `{answer}`"));
        (status, answer)
    }
}

/// What one looks for when it goes wrong.
impl std::fmt::Display for Request {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let body = self.body.as_deref().unwrap_or_default();
        let body = String::from_utf8_lossy(&body[..body.len().min(300)]);
        write!(
            f,
            "{} {} {:?} {body}",
            self.method, self.target, self.headers
        )
    }
}

/// Sends bytes that may be no request, and reads whatever comes back. A server may answer and close before it has read all of them.
pub(crate) fn exchange(address: SocketAddr, bytes: &[u8], and_no_more: bool) -> String {
    let mut stream = TcpStream::connect(address).expect("the provider listens");
    let timeout = Some(Duration::from_secs(20));
    stream.set_read_timeout(timeout).expect("a timeout");
    let _closed = stream.write_all(bytes);
    if and_no_more {
        let _closed = stream.shutdown(Shutdown::Write);
    }
    let mut answer = Vec::new();
    let _reset = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}
