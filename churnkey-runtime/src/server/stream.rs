//! A connection's stream, which records the moments at which bytes move, and does not parse them.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// The limits of a connection in time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timeouts {
    pub(super) header: Duration,
    pub(super) idle: Duration,
    pub(super) write: Duration,
    /// The age from which an answer is the last of its connection.
    pub(super) age: Duration,
}

/// The time for a request to arrive on a connection on which it may be under way, while all others
/// are closed at the end of the process.
const LAST_REQUEST: Duration = Duration::from_secs(1);

/// The deadline of a connection that expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Timeout {
    /// The rest of a request's head did not arrive.
    Head,
    /// No request began.
    Idle,
    /// The peer did not read an answer.
    Reader,
}

/// The activity of a connection: written by its [`Stream`] and by the service that answers its
/// requests, read by the task that enforces deadlines.
#[derive(Clone, Debug)]
pub(super) struct Activity(Arc<Mutex<ActivityState>>);

#[derive(Debug)]
struct ActivityState {
    opened: Instant,
    phase: Phase,
    /// The start of the phase, or the moment at which a stalled peer caught up.
    since: Instant,
    write_stalled_since: Option<Instant>,
    /// Part of the present request's body was dropped without being read.
    body_unread: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Nothing has been received.
    New,
    /// Bytes have been received that are not a whole head yet.
    Head,
    /// A request is being answered. The router has deadlines for its body and its function.
    Answering,
    /// The last request was answered.
    Idle,
}

impl Activity {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self(Arc::new(Mutex::new(ActivityState {
            opened: now,
            phase: Phase::New,
            since: now,
            write_stalled_since: None,
            body_unread: false,
        })))
    }

    fn state(&self) -> MutexGuard<'_, ActivityState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Records that a head is complete.
    pub(super) fn begin_answer(&self) {
        let mut state = self.state();
        state.phase = Phase::Answering;
        state.body_unread = false;
    }

    /// Records that the body of a request was dropped before its end.
    pub(super) fn leave_body_unread(&self) {
        self.state().body_unread = true;
    }

    pub(super) fn is_body_unread(&self) -> bool {
        self.state().body_unread
    }

    /// Records that the body of an answer was handed over or dropped.
    pub(super) fn end_answer(&self) {
        let mut state = self.state();
        state.phase = Phase::Idle;
        state.since = Instant::now();
    }

    /// The time since the connection was accepted.
    pub(super) fn age(&self) -> Duration {
        self.state().opened.elapsed()
    }

    /// The next deadline. There is none while a request is being answered.
    pub(super) fn deadline(&self, timeouts: &Timeouts, ending: bool) -> Option<(Instant, Timeout)> {
        let state = self.state();
        if let Some(since) = state.write_stalled_since {
            return Some((since + timeouts.write, Timeout::Reader));
        }
        match state.phase {
            Phase::New | Phase::Head if ending => {
                let timeout = timeouts.header.min(LAST_REQUEST);
                Some((state.since + timeout, Timeout::Idle))
            }
            Phase::Idle if ending => Some((state.since, Timeout::Idle)),
            Phase::New => Some((state.since + timeouts.header, Timeout::Idle)),
            Phase::Head => Some((state.since + timeouts.header, Timeout::Head)),
            Phase::Answering => None,
            Phase::Idle => Some((state.since + timeouts.idle, Timeout::Idle)),
        }
    }

    fn received(&self) {
        let mut state = self.state();
        if matches!(state.phase, Phase::New | Phase::Idle) {
            state.phase = Phase::Head;
            state.since = Instant::now();
        }
    }

    /// Records that the peer does not keep up. Only reading everything ends this.
    fn stalled(&self) {
        let mut state = self.state();
        state.write_stalled_since.get_or_insert_with(Instant::now);
    }

    fn wrote_all(&self) {
        let mut state = self.state();
        if state.write_stalled_since.take().is_some() {
            state.since = Instant::now();
        }
    }
}

/// A stream that reports to an [`Activity`].
pub(super) struct Stream<S> {
    inner: S,
    activity: Activity,
}

impl<S> Stream<S> {
    pub(super) fn new(inner: S, activity: Activity) -> Self {
        Self { inner, activity }
    }

    pub(super) fn into_inner(self) -> S {
        self.inner
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let filled = buf.filled().len();
        ready!(Pin::new(&mut self.inner).poll_read(cx, buf))?;
        if buf.filled().len() > filled {
            self.activity.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        if written.is_pending() {
            self.activity.stalled();
        }
        written
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, slices);
        if written.is_pending() {
            self.activity.stalled();
        }
        written
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// hyper flushes once all that it has is written.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.activity.wrote_all();
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    /// Left to [`lingering_close`](super::reject::lingering_close).
    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
