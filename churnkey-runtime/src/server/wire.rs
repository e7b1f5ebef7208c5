//! The bytes of a connection on their way to hyper and back, watched for what hyper does not watch.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use memchr::memrchr_iter;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::head::{HeadLimits, HeadScanner, Scan};
use super::refusal::Refusal;

/// How long a connection may take.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    pub(super) header: Duration,
    pub(super) idle: Duration,
    pub(super) write: Duration,
}

/// A connection's stream, shared by hyper, which reads and writes, and by whoever decides when it ends.
///
/// hyper is given one message at a time, and only once its head is complete and [strictly](super::head) sound.
pub(super) struct Wire<S>(Arc<Mutex<Line<S>>>);

struct Line<S> {
    stream: S,
    limits: HeadLimits,
    reading: Reading,
    /// Read, and not yet given to hyper.
    held: Vec<u8>,
    /// Whether a request is being answered.
    answering: bool,
    /// Whether what is read belongs to the request after the one that is being answered.
    ahead: bool,
    /// Whether anybody on this connection has had the token.
    admitted: bool,
    refusal: Option<Refusal>,
    /// When the connection was opened, or the last answer was ready.
    idle_since: Instant,
    head_since: Option<Instant>,
    write_stalled_since: Option<Instant>,
}

enum Reading {
    Head(HeadScanner),
    /// So many bytes of a message are still hyper's.
    Message(u64),
    /// All that comes is hyper's. There is no second request on such a connection, so nothing hangs on where the chunks end.
    Chunked,
}

/// What a connection has been waited for in vain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Late {
    /// The rest of a head.
    Head,
    /// Another request, or the first.
    Request,
    /// That the peer reads what it is sent.
    Reader,
}

impl<S> Clone for Wire<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<S> Wire<S> {
    pub(super) fn new(stream: S, limits: HeadLimits) -> Self {
        Self(Arc::new(Mutex::new(Line {
            stream,
            limits,
            reading: Reading::Head(HeadScanner::default()),
            held: Vec::new(),
            answering: false,
            ahead: false,
            admitted: false,
            refusal: None,
            idle_since: Instant::now(),
            head_since: None,
            write_stalled_since: None,
        })))
    }

    fn line(&self) -> MutexGuard<'_, Line<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has come. Answers with whether it must be the last of its connection.
    pub(super) fn begin_answer(&self) -> bool {
        let mut line = self.line();
        line.answering = true;
        line.ahead = false;
        matches!(line.reading, Reading::Chunked)
    }

    /// Its answer is ready to be written. Answers with whether some of its body is still to come, for which hyper does not wait.
    pub(super) fn end_answer(&self, admitted: bool) -> bool {
        let mut line = self.line();
        line.answering = false;
        line.admitted |= admitted;
        line.idle_since = Instant::now();
        line.head_since = line.head_since.map(|_| Instant::now());
        !line.ahead && matches!(line.reading, Reading::Message(1..))
    }

    /// Whether what has come cannot be a request.
    pub(super) fn is_refused(&self) -> bool {
        self.line().refusal.is_some()
    }

    /// Whether nobody would miss the connection.
    pub(super) fn is_quiet(&self) -> bool {
        let line = self.line();
        let nothing_begun = line.refusal.is_some() || line.held.is_empty();
        nothing_begun && !line.answering && line.write_stalled_since.is_none()
    }

    /// The moment at which patience ends, and with what.
    pub(super) fn deadline(&self, timeouts: &Timeouts) -> Option<(Instant, Late)> {
        let line = self.line();
        if let Some(since) = line.write_stalled_since {
            return Some((since + timeouts.write, Late::Reader));
        }
        if line.answering {
            // The body and the function have deadlines of their own.
            return None;
        }
        match (line.head_since, line.admitted) {
            (Some(since), _) => Some((since + timeouts.header, Late::Head)),
            (None, true) => Some((line.idle_since + timeouts.idle, Late::Request)),
            // A stranger is not given the patience that a caller has.
            (None, false) => Some((line.idle_since + timeouts.header, Late::Request)),
        }
    }

    /// What to say before closing, and whether there may be bytes that nobody has read.
    pub(super) fn into_end(self) -> Option<(S, Option<Refusal>, bool)> {
        let line = Arc::into_inner(self.0)?;
        let line = line.into_inner().unwrap_or_else(PoisonError::into_inner);
        let unread = !line.held.is_empty()
            || !matches!(line.reading, Reading::Head(_) | Reading::Message(0));
        Some((line.stream, line.refusal, unread))
    }
}

impl<S: AsyncRead + Unpin> Line<S> {
    fn poll_read(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.refusal.is_some() {
            // Nothing more is read. Whoever drives the connection sees the refusal and ends it.
            return Poll::Pending;
        }
        loop {
            match &mut self.reading {
                Reading::Message(0) => self.reading = Reading::Head(HeadScanner::default()),
                Reading::Message(_) | Reading::Chunked => return self.poll_pass(cx, buf),
                Reading::Head(scanner) => {
                    match scanner.scan(&self.held, self.limits) {
                        Scan::Message(bytes) => self.reading = Reading::Message(bytes),
                        Scan::Chunked => self.reading = Reading::Chunked,
                        Scan::Refused(refusal) => {
                            self.refusal = Some(refusal);
                            return Poll::Pending;
                        }
                        Scan::Incomplete => {
                            if !self.held.is_empty() {
                                self.head_since.get_or_insert_with(Instant::now);
                            }
                            let given = buf.filled().len();
                            ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
                            if buf.filled().len() == given {
                                return Poll::Ready(Ok(()));
                            }
                            self.held.extend_from_slice(&buf.filled()[given..]);
                            buf.set_filled(given);
                            continue;
                        }
                    }
                    self.head_since = None;
                    self.ahead = self.answering;
                }
            }
        }
    }

    /// Gives hyper what belongs to the present message, and keeps what comes after it.
    fn poll_pass(&mut self, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let given = buf.filled().len();
        if self.held.is_empty() {
            ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        } else {
            let bytes = self.held.len().min(buf.remaining());
            buf.put_slice(&self.held[..bytes]);
            self.held.drain(..bytes);
        }
        if let Reading::Message(left) = &mut self.reading {
            let read = buf.filled().len() - given;
            let belongs = usize::try_from(*left).map_or(read, |left| left.min(read));
            *left -= belongs as u64;
            let surplus = buf.filled()[given + belongs..].to_vec();
            buf.set_filled(given + belongs);
            self.held.splice(..0, surplus);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S> Line<S> {
    /// Notes since when the peer does not keep up. A little that it reads now and then does not change that; having read all does.
    fn progress<T>(&mut self, written: Poll<T>) -> Poll<T> {
        if written.is_pending() {
            self.write_stalled_since.get_or_insert_with(Instant::now);
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Wire<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.line().poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Wire<S> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let mut line = self.line();
        let own = own_bytes(bytes);
        if own == 0
            && let Some(refusal) = Refusal::written_by_hyper(bytes)
        {
            line.refusal.get_or_insert(refusal);
            return Poll::Ready(Ok(bytes.len()));
        }
        let written = Pin::new(&mut line.stream).poll_write(cx, &bytes[..own]);
        line.progress(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let [bytes] = slices {
            return self.poll_write(cx, bytes);
        }
        let mut line = self.line();
        let written = Pin::new(&mut line.stream).poll_write_vectored(cx, slices);
        line.progress(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.line().stream.is_write_vectored()
    }

    /// hyper flushes once all that it has is written.
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut line = self.line();
        line.write_stalled_since = None;
        Pin::new(&mut line.stream).poll_flush(cx)
    }

    /// Left to the end of the connection, where something may still have to be said.
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}

/// How many bytes there are before a refusal of hyper's own, which is always the last that hyper writes.
fn own_bytes(bytes: &[u8]) -> usize {
    const START: &[u8] = b"HTTP/1.1 4";
    if !bytes.ends_with(b"\r\n\r\n") {
        return bytes.len();
    }
    memrchr_iter(START[0], bytes)
        .find(|start| bytes[*start..].starts_with(START))
        .filter(|start| Refusal::written_by_hyper(&bytes[*start..]).is_some())
        .unwrap_or(bytes.len())
}
