//! Signals of the operating system.

/// A signal, which is caught from the construction of this value on. It never arrives on systems
/// without it.
pub(super) struct Signal {
    #[cfg(unix)]
    listener: Option<tokio::signal::unix::Signal>,
    #[cfg(not(unix))]
    is_interrupt: bool,
}

impl Signal {
    /// Ctrl-C: shut down.
    pub(super) fn interrupt() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::interrupt()),
            #[cfg(not(unix))]
            is_interrupt: true,
        }
    }

    /// SIGTERM: shut down.
    pub(super) fn terminate() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::terminate()),
            #[cfg(not(unix))]
            is_interrupt: false,
        }
    }

    /// SIGHUP: read the token file again.
    pub(super) fn hangup() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::hangup()),
            #[cfg(not(unix))]
            is_interrupt: false,
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
        #[cfg(not(unix))]
        if self.is_interrupt && tokio::signal::ctrl_c().await.is_ok() {
            return;
        }
        std::future::pending().await
    }
}

#[cfg(unix)]
fn listen(kind: tokio::signal::unix::SignalKind) -> Option<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(kind).ok()
}
