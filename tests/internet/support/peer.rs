//! A peer that sends what it likes and looks at every byte it is sent.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{IpAddr, Shutdown, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::net::TcpSocket;

use super::{LONG, RUNTIME};

pub(crate) struct Peer {
    stream: TcpStream,
    /// Received and not yet looked at.
    received: Vec<u8>,
}

impl Peer {
    pub(crate) fn open(address: SocketAddr) -> Self {
        Self::on(TcpStream::connect(address).unwrap())
    }

    /// From another address of the loopback.
    pub(crate) fn from(source: IpAddr, address: SocketAddr) -> Self {
        Self::open_with(address, |socket| socket.bind(SocketAddr::new(source, 0)))
    }

    /// One whose system takes little that it has not read.
    pub(crate) fn with_small_window(address: SocketAddr) -> Self {
        Self::open_with(address, |socket| socket.set_recv_buffer_size(64 << 10))
    }

    fn open_with(address: SocketAddr, set: impl FnOnce(&TcpSocket) -> io::Result<()>) -> Self {
        let connected = RUNTIME.block_on(async {
            let socket = TcpSocket::new_v4()?;
            set(&socket)?;
            socket.connect(address).await?.into_std()
        });
        let stream = connected.unwrap();
        stream.set_nonblocking(false).unwrap();
        Self::on(stream)
    }

    fn on(stream: TcpStream) -> Self {
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LONG)).unwrap();
        stream.set_write_timeout(Some(LONG)).unwrap();
        Self {
            stream,
            received: Vec::new(),
        }
    }

    /// Sends, and answers with whether the server still took it.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) -> bool {
        self.stream.write_all(bytes.as_ref()).is_ok()
    }

    /// Sends a byte at a time until all is sent, the server has answered or closed, or the time is over; answers with how many were sent.
    pub(crate) fn drip(&mut self, bytes: impl AsRef<[u8]>, every: Duration) -> usize {
        let deadline = Instant::now() + LONG;
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
        self.stream.set_read_timeout(Some(LONG)).unwrap();
        sent
    }

    pub(crate) fn shut_down_writing(&self) {
        // The server may have closed before.
        let _closed = self.stream.shutdown(Shutdown::Write);
    }

    #[track_caller]
    pub(crate) fn ask(&mut self, request: impl AsRef<[u8]>) -> Reply {
        self.send(request);
        self.reply()
    }

    /// The next answer to a request that has a body in its answer.
    #[track_caller]
    pub(crate) fn reply(&mut self) -> Reply {
        self.next(false)
            .expect("the server closed instead of answering")
    }

    /// The next answer to a HEAD.
    #[track_caller]
    pub(crate) fn head_reply(&mut self) -> Reply {
        self.next(true)
            .expect("the server closed instead of answering")
    }

    /// All answers up to the end of the connection, which must come.
    #[track_caller]
    pub(crate) fn replies(&mut self) -> Vec<Reply> {
        std::iter::from_fn(|| self.next(false)).collect()
    }

    /// That the server ends the connection without another byte.
    #[track_caller]
    pub(crate) fn is_closed(&mut self) {
        if let Some(reply) = self.next(false) {
            panic!(
                "an answer where none was due: {} {}",
                reply.status,
                reply.text()
            );
        }
    }

    /// That the server has neither said anything nor ended the connection.
    #[track_caller]
    pub(crate) fn is_open(&mut self) {
        self.stream.set_nonblocking(true).unwrap();
        let read = self.stream.read(&mut [0]);
        self.stream.set_nonblocking(false).unwrap();
        match read {
            Err(error) if is_silence(&error) => {}
            other => panic!("the connection is not at rest: {other:?}"),
        }
    }

    /// Waits for the first byte of an answer without taking it.
    pub(crate) fn hears_something(&mut self) {
        assert_eq!(self.stream.peek(&mut [0]).unwrap(), 1);
    }

    /// Reads so many bytes of whatever comes, without looking at them; fewer if the server ends the connection.
    pub(crate) fn skip(&mut self, bytes: usize) -> usize {
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

    /// Reads whatever comes, until nothing came for a while or the other end closes.
    pub(crate) fn listen(&mut self, silence: Duration) {
        self.stream.set_read_timeout(Some(silence)).unwrap();
        let mut chunk = [0; 16 << 10];
        while self.stream.read(&mut chunk).is_ok_and(|read| read > 0) {}
        self.stream.set_read_timeout(Some(LONG)).unwrap();
    }

    #[track_caller]
    fn next(&mut self, head_only: bool) -> Option<Reply> {
        let end = loop {
            if let Some(end) = find(&self.received, b"\r\n\r\n") {
                break end;
            }
            if !self.more() {
                let rest = self.received.escape_ascii();
                assert!(self.received.is_empty(), "cut off: {rest}");
                return None;
            }
        };
        let head = String::from_utf8(self.received[..end].to_vec()).unwrap();
        let mut lines = head.split("\r\n");
        let line = lines.next().unwrap();
        let status: u16 = line
            .strip_prefix("HTTP/1.1 ")
            .or(line.strip_prefix("HTTP/1.0 "))
            .and_then(|rest| rest.get(..3)?.parse().ok())
            .unwrap_or_else(|| panic!("`{line}` begins no answer"));
        let headers: Vec<_> = lines
            .map(|line| line.split_once(": ").unwrap())
            .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
            .collect();
        self.received.drain(..end + 4);
        let mut reply = Reply {
            status,
            headers,
            body: Vec::new(),
        };
        if status >= 200 && !head_only {
            let length: usize = reply.header("content-length").unwrap().parse().unwrap();
            while self.received.len() < length {
                let come = self.received.len();
                assert!(self.more(), "cut off after {come} of {length} bytes");
            }
            reply.body = self.received.drain(..length).collect();
        }
        Some(reply)
    }

    /// Waits for further bytes; `false` is the end of the connection.
    #[track_caller]
    fn more(&mut self) -> bool {
        let mut chunk = [0; 16 << 10];
        match self.stream.read(&mut chunk) {
            Ok(read) => {
                self.received.extend_from_slice(&chunk[..read]);
                read > 0
            }
            Err(error) if is_silence(&error) => {
                panic!("the server neither answers nor closes")
            }
            Err(_) => false,
        }
    }
}

fn is_silence(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name);
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "`{name}` is there twice");
        value
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body[..self.body.len().min(200)]).into_owned()
    }

    #[track_caller]
    pub(crate) fn document(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        serde_json::from_slice(&self.body).unwrap()
    }

    /// A success of an action: 200, and nothing else.
    #[track_caller]
    pub(crate) fn is_done(&self) {
        assert_eq!((self.status, self.text().as_str()), (200, ""));
    }

    /// That it has the protocol's shape of an error with this status, and no other; its message.
    #[track_caller]
    pub(crate) fn error(&self, status: u16) -> String {
        assert_eq!(self.status, status, "{}", self.text());
        assert_eq!(self.header("content-type"), Some("application/json"));
        let body: Value = serde_json::from_slice(&self.body).unwrap();
        let message = body["message"].as_str().unwrap().to_owned();
        assert_eq!(
            body,
            serde_json::json!({ "code": status, "message": message })
        );
        assert!(!message.trim().is_empty());
        message
    }

    /// The same of an answer after which the connection ends and which tells nothing besides.
    #[track_caller]
    pub(crate) fn refusal(&self, status: u16) -> String {
        let message = self.error(status);
        assert_eq!(self.header("connection"), Some("close"), "{message}");
        self.has_no_headers_but(&["retry-after"]);
        message
    }

    /// Asserts an answer of hyper to what it cannot parse: a status without a body, and the end of
    /// the connection.
    #[track_caller]
    pub(crate) fn is_unparsed(&self, status: u16) {
        assert_eq!((self.status, self.text().as_str()), (status, ""));
        assert_eq!(self.header("connection"), Some("close"));
        assert_eq!(self.header("content-type"), None);
        self.has_no_headers_but(&[]);
    }

    /// That there is no header but those of every answer, and these.
    #[track_caller]
    pub(crate) fn has_no_headers_but(&self, allowed: &[&str]) {
        const USUAL: [&str; 4] = ["content-type", "content-length", "connection", "date"];
        for (name, _) in &self.headers {
            let name = name.as_str();
            assert!(
                USUAL.contains(&name) || allowed.contains(&name),
                "`{name}` is in {:?}",
                self.headers
            );
        }
    }

    /// The seconds of `Retry-After`.
    #[track_caller]
    pub(crate) fn retry_after(&self) -> u64 {
        let seconds = self.header("retry-after").expect("a Retry-After");
        let seconds = seconds.parse().unwrap();
        assert!(seconds >= 1);
        seconds
    }
}
