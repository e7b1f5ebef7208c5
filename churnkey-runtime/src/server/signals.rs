//! Signals of the operating system.

/// A signal that is caught from its construction on. It never arrives on systems without it.
pub(super) struct Signal {
    #[cfg(unix)]
    listener: Option<tokio::signal::unix::Signal>,
}

impl Signal {
    /// SIGTERM: shut down.
    pub(super) fn terminate() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::terminate()),
        }
    }

    /// SIGHUP: read the token file again.
    pub(super) fn hangup() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::hangup()),
        }
    }

    /// Waits for the next one.
    pub(super) async fn next(&mut self) {
        #[cfg(unix)]
        if let Some(listener) = &mut self.listener
            && listener.recv().await.is_some()
        {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(unix)]
fn listen(kind: tokio::signal::unix::SignalKind) -> Option<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(kind).ok()
}

/// Waits for Ctrl-C.
pub(super) async fn interrupt() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending().await
    }
}
