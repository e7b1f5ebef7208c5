//! Signals of the operating system, received on a thread of their own: functions that block every
//! thread of the runtime do not keep the process from ending.

use std::future::pending;
use std::process::exit;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, LazyLock, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::announce::announce_error;
use crate::log_queue;

/// The signals that a server receives until this is dropped.
pub(super) struct Signals {
    server: Arc<Served>,
    hangups: watch::Receiver<u64>,
}

/// A server that receives signals.
struct Served {
    shutdown: CancellationToken,
    /// Describes the work that the end of the process cuts.
    pending: Box<dyn Fn() -> String + Send + Sync>,
}

/// The state of the process.
struct Receivers {
    servers: Vec<Arc<Served>>,
    /// A signal has shut a server down, so the next one without another server to shut down ends
    /// the process.
    is_ending: bool,
}

static RECEIVERS: Mutex<Receivers> = Mutex::new(Receivers {
    servers: Vec::new(),
    is_ending: false,
});

static HANGUPS: LazyLock<watch::Sender<u64>> = LazyLock::new(watch::Sender::default);

fn receivers() -> MutexGuard<'static, Receivers> {
    RECEIVERS.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Signals {
    /// Catches signals from now on, as long as the process lives.
    pub(super) fn catch(pending: impl Fn() -> String + Send + Sync + 'static) -> Self {
        let server = Arc::new(Served {
            shutdown: CancellationToken::new(),
            pending: Box::new(pending),
        });
        // Before the signals are caught: one that is caught without a server would be lost.
        receivers().servers.push(Arc::clone(&server));
        static THREAD: Once = Once::new();
        THREAD.call_once(|| {
            let (ready, is_ready) = channel();
            let thread = thread::Builder::new().name("signals".to_owned());
            // Without a thread, signals have their default effect.
            if thread.spawn(move || receive(&ready)).is_ok() {
                let _ready_or_failed = is_ready.recv();
            }
        });
        Self {
            server,
            hangups: HANGUPS.subscribe(),
        }
    }

    /// Waits for SIGTERM or Ctrl-C.
    pub(super) async fn shutdown(&self) {
        self.server.shutdown.cancelled().await;
    }

    /// A receiver of SIGHUP.
    pub(super) fn hangups(&self) -> watch::Receiver<u64> {
        self.hangups.clone()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        receivers()
            .servers
            .retain(|server| !Arc::ptr_eq(server, &self.server));
    }
}

/// Receives signals forever.
fn receive(ready: &Sender<()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .build();
    let Ok(runtime) = runtime else {
        return;
    };
    runtime.block_on(async {
        let mut interrupt = Signal::interrupt();
        let mut terminate = Signal::terminate();
        let mut hangup = Signal::hangup();
        let _gone = ready.send(());
        loop {
            tokio::select! {
                () = interrupt.next() => shut_down(),
                () = terminate.next() => shut_down(),
                () = hangup.next() => HANGUPS.send_modify(|count| *count += 1),
            }
        }
    });
}

/// Shuts down every server that serves. If there is none any more, the signal is a further one and
/// ends the process.
fn shut_down() {
    let mut receivers = receivers();
    let serving = |server: &&Arc<Served>| !server.shutdown.is_cancelled();
    if receivers.servers.iter().any(|server| serving(&server)) {
        receivers.is_ending = true;
        for server in receivers.servers.iter().filter(serving) {
            server.shutdown.cancel();
        }
    } else if receivers.is_ending {
        let servers = receivers.servers.clone();
        drop(receivers);
        end(&servers);
    }
}

/// Ends the process at once. The log has a second, because it may be the reason for the signal.
fn end(servers: &[Arc<Served>]) -> ! {
    const TO_LOG: Duration = Duration::from_secs(1);
    let cut: Vec<_> = servers.iter().map(|server| (server.pending)()).collect();
    let (logged, is_logged) = channel();
    let log = move || {
        for cut in &cut {
            announce_error(&format!("ended by a further signal, which cut {cut}"));
        }
        log_queue::flush();
        let _late = logged.send(());
    };
    if thread::Builder::new().spawn(log).is_ok() {
        let _logged_or_late = is_logged.recv_timeout(TO_LOG);
    }
    exit(1)
}

/// A signal, which is caught from the construction of this value on. It never arrives on systems
/// without it.
struct Signal {
    #[cfg(unix)]
    listener: Option<tokio::signal::unix::Signal>,
    #[cfg(not(unix))]
    is_interrupt: bool,
}

impl Signal {
    /// Ctrl-C: shut down.
    fn interrupt() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::interrupt()),
            #[cfg(not(unix))]
            is_interrupt: true,
        }
    }

    /// SIGTERM: shut down.
    fn terminate() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::terminate()),
            #[cfg(not(unix))]
            is_interrupt: false,
        }
    }

    /// SIGHUP: read the token file again.
    fn hangup() -> Self {
        Self {
            #[cfg(unix)]
            listener: listen(tokio::signal::unix::SignalKind::hangup()),
            #[cfg(not(unix))]
            is_interrupt: false,
        }
    }

    /// Waits for the next one.
    async fn next(&mut self) {
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
        pending().await
    }
}

#[cfg(unix)]
fn listen(kind: tokio::signal::unix::SignalKind) -> Option<tokio::signal::unix::Signal> {
    tokio::signal::unix::signal(kind).ok()
}
