//! Events and spans of `tracing`. A subscriber that panics, as `tracing_subscriber::fmt` does where
//! it can write neither a line nor its message about that, affects nothing else.

use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::thread;

use pin_project_lite::pin_project;
use tracing::Span;
use tracing::span::Entered;

use crate::telemetry;

/// Emits events, and counts them as lost if the subscriber panics. During a panic nothing is
/// emitted: a second one would end the process.
pub(crate) fn emit(events: impl FnOnce()) {
    if !thread::panicking() {
        call(events);
    }
}

fn call<T>(subscriber: impl FnOnce() -> T) -> Option<T> {
    let called = catch_unwind(AssertUnwindSafe(subscriber));
    if called.is_err() {
        telemetry::lost_lines(1);
    }
    called.ok()
}

/// A span. A subscriber may write lines for its beginning, its end and each entry, and panic there.
#[derive(Clone)]
pub(crate) struct GuardedSpan {
    span: Option<Span>,
    /// `false` for the span of the caller.
    is_own: bool,
}

impl GuardedSpan {
    /// A span inside of the caller's, or the caller's own where the subscriber does not want it.
    pub(crate) fn new(span: impl FnOnce() -> Span) -> Self {
        let span = call(span);
        if span.as_ref().is_none_or(Span::is_disabled) {
            return Self {
                span: call(Span::current).filter(|span| !span.is_disabled()),
                is_own: false,
            };
        }
        Self { span, is_own: true }
    }

    /// Emits events inside of the span.
    pub(crate) fn emit(&self, events: impl FnOnce()) {
        let entered = self.enter();
        emit(events);
        leave(entered);
    }

    /// Records fields, which are not lines of their own.
    pub(crate) fn record(&self, fields: impl FnOnce(&Span)) {
        if let Some(span) = self.span.as_ref().filter(|_| self.is_own) {
            emit(|| fields(span));
        }
    }

    /// Calls a function inside of the span.
    pub(crate) fn in_scope<T>(&self, function: impl FnOnce() -> T) -> T {
        let entered = self.enter();
        let result = function();
        leave(entered);
        result
    }

    /// Runs a future inside of the span.
    pub(crate) fn run<F>(self, future: F) -> InSpan<F> {
        InSpan { span: self, future }
    }

    /// Enters the span. Where the subscriber panics in between, the span is left again: it would
    /// stay that of the thread.
    fn enter(&self) -> Option<Entered<'_>> {
        let span = self.span.as_ref()?;
        let entered = call(|| span.enter());
        if entered.is_none() {
            call(|| span.with_subscriber(|(id, dispatch)| dispatch.exit(id)));
        }
        entered
    }
}

fn leave(entered: Option<Entered<'_>>) {
    if entered.is_some() {
        call(|| drop(entered));
    }
}

pin_project! {
    /// A future inside of a span. An `async fn` would hold the future twice, and move it.
    pub(crate) struct InSpan<F> {
        span: GuardedSpan,
        #[pin]
        future: F,
    }
}

impl<F: Future> Future for InSpan<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<F::Output> {
        let this = self.project();
        this.span.in_scope(|| this.future.poll(cx))
    }
}

impl Drop for GuardedSpan {
    fn drop(&mut self) {
        let span = self.span.take();
        if thread::panicking() {
            // The subscriber is not called, so its record of the span stays.
            std::mem::forget(span);
        } else {
            call(|| drop(span));
        }
    }
}
