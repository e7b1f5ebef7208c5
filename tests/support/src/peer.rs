//! A peer that sends any bytes and reads all bytes that it receives.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::{Reply, TIMEOUT};

pub struct Peer {
    stream: TcpStream,
    /// Received and not yet parsed.
    received: Vec<u8>,
}

impl Peer {
    #[track_caller]
    pub fn open(address: SocketAddr) -> Self {
        Self::connect(address).unwrap()
    }

    pub fn connect(address: SocketAddr) -> io::Result<Self> {
        TcpStream::connect(address).and_then(Self::on)
    }

    /// Creates a peer on a connection with special options.
    pub fn on(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        stream.set_write_timeout(Some(TIMEOUT))?;
        Ok(Self {
            stream,
            received: Vec::new(),
        })
    }

    /// Sends bytes. Returns `false` if the connection no longer accepts them.
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends a byte at a time until all are sent or the server has answered or closed. Returns the
    /// number of bytes sent.
    pub fn drip(&mut self, bytes: impl AsRef<[u8]>, every: Duration) -> usize {
        let deadline = Instant::now() + TIMEOUT;
        self.stream.set_read_timeout(Some(every)).unwrap();
        let mut sent = 0;
        for byte in bytes.as_ref() {
            assert!(Instant::now() < deadline, "{sent} bytes were taken");
            if !self.send([*byte]) {
                break;
            }
            sent += 1;
            let mut chunk = [0; 1024];
            match self.stream.read(&mut chunk) {
                Err(error) if is_silence(&error) => {}
                Ok(0) | Err(_) => break,
                Ok(read) => {
                    self.received.extend_from_slice(&chunk[..read]);
                    break;
                }
            }
        }
        self.stream.set_read_timeout(Some(TIMEOUT)).unwrap();
        sent
    }

    pub fn shut_down_writing(&self) {
        // The server can have closed the connection before.
        let _closed = self.stream.shutdown(Shutdown::Write);
    }

    #[track_caller]
    pub fn ask(&mut self, request: impl AsRef<[u8]>) -> Reply {
        self.send(request);
        self.reply()
    }

    /// Returns the next reply, which has a body unless its status forbids one.
    #[track_caller]
    pub fn reply(&mut self) -> Reply {
        self.next(false)
            .expect("the server closed the connection without a reply")
    }

    /// Returns the next reply to a HEAD.
    #[track_caller]
    pub fn head_reply(&mut self) -> Reply {
        self.next(true)
            .expect("the server closed the connection without a reply")
    }

    /// Returns all replies up to the end of the connection, which must come.
    #[track_caller]
    pub fn replies(&mut self) -> Vec<Reply> {
        std::iter::from_fn(|| self.next(false)).collect()
    }

    /// Asserts that the server ends the connection without another byte.
    #[track_caller]
    pub fn is_closed(&mut self) {
        if let Some(reply) = self.next(false) {
            panic!("an unexpected reply: {} {}", reply.status, reply.text());
        }
    }

    /// Asserts that the server has neither sent anything nor ended the connection.
    #[track_caller]
    pub fn is_open(&mut self) {
        self.stream.set_nonblocking(true).unwrap();
        let read = self.stream.read(&mut [0]);
        self.stream.set_nonblocking(false).unwrap();
        match read {
            Err(error) if is_silence(&error) => {}
            other => panic!("the connection is not idle: {other:?}"),
        }
    }

    /// Waits for the first byte of a reply without consuming it.
    pub fn waits_for_data(&mut self) {
        assert_eq!(self.stream.peek(&mut [0]).unwrap(), 1);
    }

    /// Reads and discards this many bytes, or fewer if the server ends the connection.
    pub fn skip(&mut self, bytes: usize) -> usize {
        let mut skipped = 0;
        let mut chunk = vec![0; 64 << 10];
        while skipped < bytes {
            let most = chunk.len().min(bytes - skipped);
            match self.stream.read(&mut chunk[..most]) {
                Ok(0) | Err(_) => break,
                Ok(read) => skipped += read,
            }
        }
        skipped
    }

    /// Returns all bytes up to the end of the connection, which must come.
    #[track_caller]
    pub fn rest(&mut self) -> Vec<u8> {
        while self.more().unwrap_or_else(|error| panic!("{error}")) {}
        std::mem::take(&mut self.received)
    }

    /// Reads until no byte has arrived for `silence` or the other end closes.
    pub fn listen(&mut self, silence: Duration) {
        self.stream.set_read_timeout(Some(silence)).unwrap();
        let mut chunk = [0; 16 << 10];
        while self.stream.read(&mut chunk).is_ok_and(|read| read > 0) {}
        self.stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    }

    #[track_caller]
    fn next(&mut self, head_only: bool) -> Option<Reply> {
        self.read(head_only)
            .unwrap_or_else(|error| panic!("{error}: {}", self.received.escape_ascii()))
    }

    /// Returns the next reply, or `None` at the end of the connection.
    pub fn read(&mut self, head_only: bool) -> io::Result<Option<Reply>> {
        let end = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end;
            }
            if !self.more()? {
                return match self.received.as_slice() {
                    [] => Ok(None),
                    _ => Err(malformed("the head is cut off")),
                };
            }
        };
        let head = String::from_utf8(self.received[..end].to_vec())
            .map_err(|_| malformed("the head is not UTF-8"))?;
        let mut lines = head.split("\r\n");
        let status: u16 = lines
            .next()
            .and_then(|line| line.strip_prefix("HTTP/1."))
            .and_then(|line| line.strip_prefix("1 ").or(line.strip_prefix("0 ")))
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .ok_or_else(|| malformed("no status line"))?;
        let headers = lines
            .map(|line| match line.split_once(": ") {
                Some((name, value)) => Ok((name.to_ascii_lowercase(), value.to_owned())),
                None => Err(malformed("a header without a colon")),
            })
            .collect::<io::Result<Vec<_>>>()?;
        self.received.drain(..end + 4);
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        if status < 200 || matches!(status, 204 | 304) || head_only {
            return Ok(Some(reply));
        }
        let length = reply
            .header("content-length")
            .and_then(|length| length.parse().ok())
            .ok_or_else(|| malformed("no Content-Length"))?;
        while self.received.len() < length {
            if !self.more()? {
                return Err(malformed("the body is cut off"));
            }
        }
        reply.body = self.received.drain(..length).collect();
        Ok(Some(reply))
    }

    /// Bytes that were received after the last reply.
    pub(crate) fn has_more(&self) -> bool {
        !self.received.is_empty()
    }

    /// Waits for further bytes. Returns `false` at the end of the connection.
    fn more(&mut self) -> io::Result<bool> {
        let mut chunk = [0; 16 << 10];
        match self.stream.read(&mut chunk) {
            Ok(read) => {
                self.received.extend_from_slice(&chunk[..read]);
                Ok(read > 0)
            }
            Err(error) if is_silence(&error) => Err(io::Error::new(
                error.kind(),
                "the server neither answers nor closes",
            )),
            Err(_) => Ok(false),
        }
    }
}

/// Reads a reply, within the limits that the stream has.
pub fn read_reply(stream: &TcpStream) -> io::Result<Reply> {
    let mut peer = Peer {
        stream: stream.try_clone()?,
        received: Vec::new(),
    };
    let reply = peer.read(false)?;
    reply.ok_or(io::ErrorKind::UnexpectedEof.into())
}

fn malformed(message: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, message)
}

fn is_silence(error: &io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}
