//! Recording the calls of Churnkey, to learn what its guide does not say.
//!
//! A [`RecordLayer`] writes one line of JSON for each call under `/churnkey`. It never blocks,
//! changes or fails a request: the lines are written by a thread of their own, and a line that the
//! thread has no room for is counted and dropped.
//!
//! ```no_run
//! # use churnkey_runtime as churnkey;
//! use churnkey::record::Recorder;
//!
//! # async fn example<T: churnkey::Integration>(billing: T) -> churnkey::Result<()> {
//! let recorder = Recorder::to_file("calls.ndjson").start()?;
//! churnkey::Server::from_env(billing)?.layer(recorder.layer()).run().await
//! # }
//! ```
//!
//! A line has the time, the method, the template of the path, the names of headers and of query
//! parameters, the shape of the body, and the status. Of the values it has those that are words of
//! the protocol, numbers, booleans and dates. Ids are pseudonyms, the same for the same id until
//! the recorder is started again. Every other string is `"*"`. The integration token is never in
//! the file.
//!
//! [`Settings::full`] keeps paths, queries, bodies and responses whole, for test data only.

mod body;
mod call;
mod file;
mod line;
mod reduce;
mod shared;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::{Context, Poll};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use tower_layer::Layer;
use tower_service::Service;

#[doc(hidden)]
pub use self::reduce::shape;
pub use self::shared::VERSION;

use self::call::{Call, Half};
use self::file::Lines;
use self::reduce::Pseudonyms;
use self::shared::{Shared, Tokens};
use crate::error::Result;

/// The settings of a recorder.
#[derive(Clone, Debug)]
pub struct Settings {
    path: PathBuf,
    full: bool,
    max_bytes: u64,
    files: u32,
}

/// Writes calls to a file.
#[derive(Clone)]
pub struct Recorder {
    shared: Arc<Shared>,
}

impl Recorder {
    /// A recorder that appends to a file.
    pub fn to_file(path: impl AsRef<Path>) -> Settings {
        Settings {
            path: path.as_ref().to_owned(),
            full: false,
            max_bytes: 16 << 20,
            files: 4,
        }
    }

    /// The layer that records the calls of a server or a router.
    pub fn layer(&self) -> RecordLayer {
        RecordLayer {
            recorder: self.clone(),
        }
    }

    /// Waits until all calls that have ended are in the file, at most so long. Call it before the
    /// process exits.
    pub fn flush(&self, timeout: std::time::Duration) {
        self.shared.lines.flush(timeout);
    }
}

impl std::fmt::Debug for Recorder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Recorder(..)")
    }
}

impl Settings {
    /// Keeps paths, queries, bodies and responses whole. The first line of the file says so. Use it
    /// with test data only.
    ///
    /// Headers are names even then, a token that was accepted is replaced wherever it occurs, and
    /// calls that were refused with 401 are reduced.
    #[must_use]
    pub fn full(mut self) -> Self {
        self.full = true;
        self
    }

    /// The size of a file at which another one begins; 16 MiB by default.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// The files that are kept: the one of this name, and older ones with `.1`, `.2` and so on; 4
    /// by default, at least 1.
    #[must_use]
    pub fn files(mut self, files: u32) -> Self {
        self.files = files.max(1);
        self
    }

    /// Opens the file and starts to record.
    ///
    /// # Errors
    ///
    /// The file cannot be opened or written, or the system has no random numbers.
    pub fn start(self) -> Result<Recorder> {
        let header = line::header(self.full);
        Ok(Recorder {
            shared: Arc::new(Shared {
                pseudonyms: Pseudonyms::new()?,
                lines: Lines::start(self.path, header, self.max_bytes, self.files)?,
                full: self.full,
                tokens: Tokens::default(),
            }),
        })
    }
}

/// A tower layer that records calls: see the [module](self).
#[derive(Clone, Debug)]
pub struct RecordLayer {
    recorder: Recorder,
}

impl<S> Layer<S> for RecordLayer {
    type Service = Record<S>;

    fn layer(&self, inner: S) -> Record<S> {
        Record {
            recorder: self.recorder.clone(),
            inner,
        }
    }
}

/// The service of a [`RecordLayer`].
#[derive(Clone, Debug)]
pub struct Record<S> {
    recorder: Recorder,
    inner: S,
}

impl<S> Service<Request> for Record<S>
where
    S: Service<Request, Response = Response>,
    S::Future: Send + 'static,
{
    type Response = Response;
    type Error = S::Error;
    type Future = BoxFuture<'static, std::result::Result<Response, S::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<std::result::Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let (parts, body) = request.into_parts();
        let Some(call) = Call::begin(&self.recorder.shared, &parts) else {
            return self.inner.call(Request::from_parts(parts, body)).boxed();
        };
        let call = Arc::new(call);
        let body = Body::new(call::Tee::new(body, Arc::clone(&call), Half::Request));
        let response = self.inner.call(Request::from_parts(parts, body));
        response
            .map(|response| {
                let (parts, body) = response?.into_parts();
                call.answered(parts.status);
                let body = Body::new(call::Tee::new(body, call, Half::Response));
                Ok(Response::from_parts(parts, body))
            })
            .boxed()
    }
}

#[cfg(test)]
mod tests;
