//! HTTP/1.1 by hand: what is sent is exactly what a test says, however wrong.

use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Request {
    method: String,
    target: Vec<u8>,
    headers: Vec<(String, Vec<u8>)>,
    body: Option<Vec<u8>>,
}

impl Request {
    pub(crate) fn new(method: &str, target: impl Into<Vec<u8>>) -> Self {
        Self {
            method: method.to_owned(),
            target: target.into(),
            headers: Vec::new(),
            body: None,
        }
    }

    /// Adds a header beside those of the same name.
    pub(crate) fn header(mut self, name: &str, value: impl Into<Vec<u8>>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers
            .retain(|(header, _)| !header.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn body(mut self, content_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.without("content-type")
            .header("content-type", content_type)
    }

    pub(crate) fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// How a failed assertion calls the request.
    pub(crate) fn shown(&self) -> String {
        let short = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            let cut: String = text.chars().take(300).collect();
            if cut.len() < text.len() {
                format!("{cut}… ({} bytes)", bytes.len())
            } else {
                cut
            }
        };
        let headers: String = self
            .headers
            .iter()
            .map(|(name, value)| format!(" [{name}: {}]", short(value)))
            .collect();
        let body = self.body.as_deref().map(short).unwrap_or_default();
        format!("{} {}{headers} {body}", self.method, short(&self.target))
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut bytes = [self.method.as_bytes(), b" ", &self.target, b" HTTP/1.1\r\n"].concat();
        bytes.extend(b"host: churnkey.test\r\n");
        for (name, value) in &self.headers {
            bytes.extend([name.as_bytes(), b": ", value, b"\r\n"].concat());
        }
        if let Some(body) = &self.body {
            bytes.extend(format!("content-length: {}\r\n", body.len()).into_bytes());
        }
        bytes.extend(b"\r\n");
        bytes.extend(self.body.as_deref().unwrap_or_default());
        bytes
    }
}

#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Response {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self
            .headers
            .iter()
            .filter(|(header, _)| header.eq_ignore_ascii_case(name));
        let value = values.next().map(|(_, value)| value.as_str());
        assert!(values.next().is_none(), "`{name}` stands twice: {self:?}");
        value
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body, which has to be JSON and to say so.
    pub(crate) fn json(&self) -> Value {
        let content_type = self.header("content-type").unwrap_or_default();
        let media_type = content_type.split(';').next().unwrap_or_default().trim();
        assert!(
            media_type.eq_ignore_ascii_case("application/json"),
            "the content type is `{content_type}` with status {} and body `{}`",
            self.status,
            self.text(),
        );
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|cause| panic!("not JSON ({cause}): `{}`", self.text()))
    }
}

/// One connection, kept open for as long as the server keeps it.
pub(crate) struct Connection {
    address: SocketAddr,
    stream: Option<TcpStream>,
}

impl Connection {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            stream: None,
        }
    }

    pub(crate) fn send(&mut self, request: &Request) -> io::Result<Response> {
        let mut stream = match self.stream.take() {
            Some(stream) => stream,
            None => self.open()?,
        };
        // A server may answer before it has read a body that it does not want: its answer counts, not our failure.
        let sent = stream.write_all(&request.bytes());
        let response = match (read_response(&mut stream, &request.method), sent) {
            (Ok(response), _) => response,
            (Err(_), Err(cause)) | (Err(cause), Ok(())) => return Err(cause),
        };
        let closes = |value: &str| value.to_ascii_lowercase().contains("close");
        if !response.header("connection").is_some_and(closes) {
            self.stream = Some(stream);
        }
        Ok(response)
    }

    fn open(&self) -> io::Result<TcpStream> {
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }
}

pub(crate) fn read_response(stream: &mut TcpStream, method: &str) -> io::Result<Response> {
    let mut bytes = Vec::new();
    let head_end = loop {
        if let Some(end) = position(&bytes, b"\r\n\r\n") {
            break end;
        }
        read_more(stream, &mut bytes)?;
    };
    let mut rest = bytes.split_off(head_end + 4);
    let head = String::from_utf8(bytes).map_err(|_| malformed("the head is not text"))?;
    let mut lines = head.trim_end().split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 "))
        .and_then(|line| line.get(..3))
        .and_then(|status| status.parse().ok())
        .ok_or_else(|| malformed("no status line"))?;
    let headers = lines
        .map(|line| match line.split_once(':') {
            Some((name, value)) => Ok((name.to_owned(), value.trim().to_owned())),
            None => Err(malformed("a header without a colon")),
        })
        .collect::<io::Result<_>>()?;
    let mut response = Response {
        status,
        headers,
        body: Vec::new(),
    };
    if method == "HEAD" || matches!(status, 204 | 304) {
        return Ok(response);
    }
    let length = match response.header("content-length") {
        Some(length) => length
            .parse::<usize>()
            .map_err(|_| malformed("content-length is no number"))?,
        None => return Err(malformed("no content-length")),
    };
    while rest.len() < length {
        read_more(stream, &mut rest)?;
    }
    if rest.len() > length {
        return Err(malformed("more bytes than content-length says"));
    }
    response.body = rest;
    Ok(response)
}

fn read_more(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    match stream.read(&mut buffer)? {
        0 => Err(io::ErrorKind::UnexpectedEof.into()),
        count => {
            bytes.extend(&buffer[..count]);
            Ok(())
        }
    }
}

fn position(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// A text as one path segment or query value, with everything encoded that could mean something else.
pub(crate) fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            _ => format!("%{byte:02X}"),
        })
        .collect()
}
