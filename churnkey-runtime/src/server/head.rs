//! Where a request ends, read strictly.
//!
//! hyper parses requests, and is lenient as HTTP allows: a line may end with a bare LF, a length beside `chunked` is ignored. A proxy in front may read the same bytes
//! otherwise, and then one sees two requests where the other sees one. So nothing reaches hyper of which the end could be in doubt. This reads no more of a head than it
//! takes to know that.

use axum::http::StatusCode;
use memchr::{memchr, memchr2};

use super::refusal::Refusal;

/// The bounds of a request's head.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadLimits {
    pub(super) head_bytes: usize,
    pub(super) request_line_bytes: usize,
}

/// hyper takes as many and no more.
const MAX_HEADERS: usize = 100;

/// Reads a head as it arrives. Each byte is looked at once, however slowly they come.
#[derive(Debug, Default)]
pub(super) struct HeadScanner {
    scanned: usize,
    line_start: usize,
    seen: Seen,
}

#[derive(Debug, Default)]
struct Seen {
    empty_line: bool,
    version: Option<Version>,
    headers: usize,
    hosts: usize,
    length: Option<u64>,
    chunked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    Http10,
    Http11,
}

/// What is known of a head.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Scan {
    /// More bytes are needed.
    Incomplete,
    /// The head and a body of known length are so many bytes.
    Message(u64),
    /// The head is complete, and only hyper knows where the chunks after it end.
    Chunked,
    /// There is no such request.
    Refused(Refusal),
}

impl HeadScanner {
    /// Goes on where it stopped. `bytes` are all of the head that has come, and perhaps what follows it.
    pub(super) fn scan(&mut self, bytes: &[u8], limits: HeadLimits) -> Scan {
        while let Some(found) = memchr(b'\n', &bytes[self.scanned..]) {
            let end = self.scanned + found;
            let line = &bytes[self.line_start..end];
            self.scanned = end + 1;
            self.line_start = self.scanned;
            if let Err(refusal) = self.fits(line.len(), self.scanned, limits) {
                return Scan::Refused(refusal);
            }
            let Some(line) = line.strip_suffix(b"\r") else {
                return Scan::Refused(bad("every line of a request's head must end with CRLF"));
            };
            if memchr2(b'\r', b'\0', line).is_some() {
                return Scan::Refused(bad("a request's head must not contain a bare CR or a NUL"));
            }
            match self.seen.line(line) {
                Ok(false) => {}
                Ok(true) => return self.seen.end(self.scanned),
                Err(refusal) => return Scan::Refused(refusal),
            }
        }
        self.scanned = bytes.len();
        match self.fits(bytes.len() - self.line_start, bytes.len(), limits) {
            Ok(()) => Scan::Incomplete,
            Err(refusal) => Scan::Refused(refusal),
        }
    }

    fn fits(&self, line: usize, head: usize, limits: HeadLimits) -> Result<(), Refusal> {
        let request_line = self.seen.version.is_none();
        if request_line && line > limits.request_line_bytes {
            return Err(Refusal::new(
                StatusCode::URI_TOO_LONG,
                "the path and its query are too long",
            ));
        }
        if head > limits.head_bytes || self.seen.headers > MAX_HEADERS {
            return Err(Refusal::new(
                StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
                "the headers are too large",
            ));
        }
        Ok(())
    }
}

impl Seen {
    /// Takes a line without its end. The empty line that ends the head is `true`.
    fn line(&mut self, line: &[u8]) -> Result<bool, Refusal> {
        if self.version.is_none() {
            // One empty line before a request is forgiven: old clients send it after a body (RFC 9112, 2.2).
            if line.is_empty() && !self.empty_line {
                self.empty_line = true;
                return Ok(false);
            }
            self.version = Some(version(line)?);
            return Ok(false);
        }
        if line.is_empty() {
            return Ok(true);
        }
        self.headers += 1;
        let colon = memchr(b':', line);
        let (name, value) = colon
            .and_then(|colon| Some((&line[..colon], line.get(colon + 1..)?)))
            .ok_or_else(|| bad("every header must have a name and a colon"))?;
        if name.is_empty() || name.iter().any(|byte| byte.is_ascii_whitespace()) {
            return Err(bad("a header's name must not be empty or contain a space"));
        }
        let value = value.trim_ascii();
        if name.eq_ignore_ascii_case(b"content-length") {
            let length = length(value).filter(|_| self.length.is_none());
            self.length = Some(length.ok_or_else(|| {
                bad("the header `Content-Length` must be one whole number, given once")
            })?);
        } else if name.eq_ignore_ascii_case(b"transfer-encoding") {
            if self.chunked || !value.eq_ignore_ascii_case(b"chunked") {
                return Err(bad(
                    "the header `Transfer-Encoding` must be `chunked`, given once",
                ));
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case(b"host") {
            self.hosts += 1;
        }
        Ok(false)
    }

    fn end(&self, head: usize) -> Scan {
        let version_10 = self.version == Some(Version::Http10);
        if self.hosts > 1 || self.hosts == 0 && !version_10 {
            return Scan::Refused(bad("the header `Host` must be given once"));
        }
        match (self.chunked, self.length) {
            (true, Some(_)) => Scan::Refused(bad(
                "`Content-Length` and `Transfer-Encoding` must not be given together",
            )),
            (true, None) if version_10 => Scan::Refused(bad("`Transfer-Encoding` needs HTTP/1.1")),
            (true, None) => Scan::Chunked,
            (false, length) => match (head as u64).checked_add(length.unwrap_or(0)) {
                Some(message) => Scan::Message(message),
                None => Scan::Refused(bad("the header `Content-Length` is too large")),
            },
        }
    }
}

fn version(request_line: &[u8]) -> Result<Version, Refusal> {
    let last = request_line.rsplit(|byte| *byte == b' ').next();
    match last {
        Some(b"HTTP/1.1") => Ok(Version::Http11),
        Some(b"HTTP/1.0") => Ok(Version::Http10),
        Some(other) if other.starts_with(b"HTTP/") => Err(Refusal::new(
            StatusCode::HTTP_VERSION_NOT_SUPPORTED,
            "the version of HTTP must be 1.1",
        )),
        _ => Err(bad("the request line must be `<method> <path> HTTP/1.1`")),
    }
}

fn length(value: &[u8]) -> Option<u64> {
    let digits = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
    digits
        .then(|| std::str::from_utf8(value).ok()?.parse().ok())
        .flatten()
}

fn bad(message: &'static str) -> Refusal {
    Refusal::new(StatusCode::BAD_REQUEST, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits {
        head_bytes: 512,
        request_line_bytes: 64,
    };

    fn scan(bytes: &[u8]) -> Scan {
        HeadScanner::default().scan(bytes, LIMITS)
    }

    #[track_caller]
    fn refused(bytes: &[u8]) -> u16 {
        match scan(bytes) {
            Scan::Refused(refusal) => refusal.status().as_u16(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_message_ends_where_its_head_and_its_length_say() {
        let get = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        assert_eq!(scan(get), Scan::Message(get.len() as u64));
        let post = b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length:  12 \r\n\r\n";
        assert_eq!(scan(post), Scan::Message(post.len() as u64 + 12));
        let chunked = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n";
        assert_eq!(scan(chunked), Scan::Chunked);
        assert!(matches!(
            scan(b"\r\nGET / HTTP/1.0\r\n\r\n"),
            Scan::Message(20)
        ));
    }

    #[test]
    fn it_comes_to_the_same_end_byte_by_byte() {
        let post = b"POST /churnkey/x HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabcGET /";
        let mut scanner = HeadScanner::default();
        let head = post.len() - "abcGET /".len();
        for end in 0..head {
            assert_eq!(
                scanner.scan(&post[..end], LIMITS),
                Scan::Incomplete,
                "{end}"
            );
        }
        assert_eq!(
            scanner.scan(&post[..head], LIMITS),
            Scan::Message(head as u64 + 3)
        );
        assert_eq!(scan(post), Scan::Message(head as u64 + 3));
    }

    #[test]
    fn what_two_readers_may_read_in_two_ways_is_refused() {
        let with = |lines: &str| format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n").into_bytes();
        for lines in [
            "Content-Length: 1\r\nContent-Length: 1\r\n",
            "Content-Length: 1\r\nContent-Length: 2\r\n",
            "Content-Length: 1, 1\r\n",
            "Content-Length: +1\r\n",
            "Content-Length: -1\r\n",
            "Content-Length: 0x1\r\n",
            "Content-Length: 1 2\r\n",
            "Content-Length:\r\n",
            "Content-Length: 99999999999999999999\r\n",
            "Content-Length: 18446744073709551615\r\n",
            "Content-Length : 1\r\n",
            "Content-Length\r\n",
            "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked\r\nContent-Length: 1\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: identity\r\n",
            "Transfer-Encoding: gzip, chunked\r\n",
            "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: \x0bchunked\r\n",
            "X: a\r\n folded\r\n",
            "X: a\n",
            "X: a\rb\r\n",
            "X: a\0b\r\n",
            ": a\r\n",
            "Host: b\r\n",
        ] {
            assert_eq!(refused(&with(lines)), 400, "{lines:?}");
        }
        for request in [
            b"GET / HTTP/1.1\n\n".as_slice(),
            b"GET / HTTP/1.1\r\n\r\n",
            b"GET /\r\n\r\n",
            b"\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n",
        ] {
            assert_eq!(refused(request), 400, "{}", request.escape_ascii());
        }
        assert_eq!(refused(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), 505);
    }

    #[test]
    fn a_head_too_large_is_refused_before_it_ends() {
        assert_eq!(refused(&[b'a'; 65]), 414);
        let mut endless = b"GET / HTTP/1.1\r\nX: ".to_vec();
        endless.resize(513, b'a');
        assert_eq!(refused(&endless), 431);
        let many = format!("GET / HTTP/1.1\r\n{}", "a:\r\n".repeat(101));
        assert_eq!(refused(many.as_bytes()), 431);
    }
}
