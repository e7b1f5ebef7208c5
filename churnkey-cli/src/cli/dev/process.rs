//! The command that serves the provider, in a process group of its own.

use std::io;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::process::{Child, Command};
use tokio::time::Instant;

use super::signals::Signals;

/// The time in which the processes may end by themselves.
const GRACE: Duration = Duration::from_secs(10);
/// The interval at which their end is checked.
const POLL: Duration = Duration::from_millis(20);

/// A running command.
pub(super) struct Process {
    child: Child,
    group: Group,
}

impl Process {
    /// Starts a command. It gets these variables, and the output of this program.
    pub(super) fn start(
        program: &str,
        arguments: &[String],
        variables: &[(&str, String)],
    ) -> io::Result<Self> {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            // Without a group of its own, Ctrl-C would end it at once, and its own children could
            // not be ended with it.
            .kill_on_drop(true);
        #[cfg(unix)]
        command.process_group(0);
        Group::adopt();
        let child = command.spawn()?;
        let group = Group::of(&child);
        Ok(Self { child, group })
    }

    /// Waits for the end of the command.
    pub(super) async fn ended(&mut self) -> io::Result<ExitStatus> {
        self.child.wait().await
    }

    /// Ends the command and all processes that it started. They may complete their work, unless
    /// there is another signal.
    pub(super) async fn stop(mut self, signals: &mut Signals) {
        self.group.terminate(&mut self.child);
        let until = Instant::now() + GRACE;
        tokio::select! {
            () = self.is_gone(until) => {}
            () = signals.next() => {}
        }
        self.group.kill(&mut self.child);
        self.is_gone(Instant::now() + GRACE).await;
    }

    /// Waits until no process of the group is left, but not for longer than this.
    async fn is_gone(&mut self, until: Instant) {
        loop {
            let has_ended = !matches!(self.child.try_wait(), Ok(None));
            if has_ended && self.group.is_empty() || Instant::now() >= until {
                return;
            }
            tokio::time::sleep(POLL).await;
        }
    }
}

/// The process group of a command. Its id stays reserved as long as it has a process.
#[cfg(unix)]
struct Group {
    id: Option<rustix::process::Pid>,
}

#[cfg(unix)]
impl Group {
    /// Makes this program the parent of the processes that the command leaves behind, so that none
    /// of them stays as a zombie.
    fn adopt() {
        // It fails only on a kernel without it.
        #[cfg(target_os = "linux")]
        let _ = rustix::process::set_child_subreaper(Some(rustix::process::getpid()));
    }

    fn of(child: &Child) -> Self {
        let id = child.id().and_then(|id| i32::try_from(id).ok());
        Self {
            id: id.and_then(rustix::process::Pid::from_raw),
        }
    }

    fn terminate(&mut self, _: &mut Child) {
        self.signal(rustix::process::Signal::TERM);
    }

    fn kill(&mut self, _: &mut Child) {
        self.signal(rustix::process::Signal::KILL);
    }

    fn signal(&mut self, signal: rustix::process::Signal) {
        if let Some(id) = self.id {
            // It fails if the group has no process any more.
            let _ = rustix::process::kill_process_group(id, signal);
        }
    }

    /// Collects the processes that have ended. An empty group gets no signal any more, because its
    /// id may belong to another program.
    fn is_empty(&mut self) -> bool {
        use rustix::process::{WaitOptions, test_kill_process_group, waitpgid};
        let Some(id) = self.id else {
            return true;
        };
        while let Ok(Some(_)) = waitpgid(id, WaitOptions::NOHANG) {}
        if test_kill_process_group(id).is_err() {
            self.id = None;
        }
        self.id.is_none()
    }
}

/// Without process groups, only the command itself is ended.
#[cfg(not(unix))]
struct Group;

#[cfg(not(unix))]
impl Group {
    fn adopt() {}

    fn of(_: &Child) -> Self {
        Self
    }

    fn terminate(&mut self, child: &mut Child) {
        self.kill(child);
    }

    fn kill(&mut self, child: &mut Child) {
        // It fails if the command has ended.
        let _ = child.start_kill();
    }

    fn is_empty(&mut self) -> bool {
        true
    }
}
