//! The rounds of `churnkey dev`: each starts the provider, verifies it, and waits for a change.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::pin::pin;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use churnkey_verify::internal::{Style, printable};
use churnkey_verify::{Simulation, Verifier};

use super::address::Address;
use super::process::Process;
use super::signals::Signals;
use super::watch::Watch;
use crate::cli::exit::Failure;
use crate::cli::output::Output;
use crate::dashboard::{Driver, Phase};
use crate::news::Open;
use crate::report::paint::paint;
use crate::report::simulated;

/// The interval at which a provider that starts is looked for.
const STARTING: Duration = Duration::from_millis(100);
/// The interval at which a provider that something else runs is looked for.
const RUNNING: Duration = Duration::from_millis(300);
/// The time in which the address becomes free after the end of a command.
const RELEASE: Duration = Duration::from_secs(5);
/// The time in which a run notices that the provider has ended.
const LAST_RESPONSE: Duration = Duration::from_secs(2);
/// The time of a round that no person has ended by saving a file.
const TOO_SHORT: Duration = Duration::from_secs(1);
/// Rounds in sequence that a written file may end so.
const MOST_SHORT: u32 = 5;
/// Changed files that are named.
const NAMED: usize = 3;

/// The command that serves the provider.
pub(super) struct Command {
    pub(super) program: String,
    pub(super) arguments: Vec<String>,
    pub(super) variables: Vec<(&'static str, String)>,
}

impl Command {
    /// The words in one line.
    fn line(&self) -> String {
        let words = std::iter::once(&self.program).chain(&self.arguments);
        let words: Vec<_> = words.map(String::as_str).collect();
        printable(&words.join(" "))
    }
}

type Make<'m, T> = Box<dyn Fn() -> Result<T, Failure> + 'm>;

/// The parts of all rounds.
pub(super) struct Rounds<'r> {
    pub(super) output: &'r Output,
    pub(super) driver: Driver,
    pub(super) address: Address,
    /// `None` if something else runs the provider.
    pub(super) command: Option<Command>,
    pub(super) verifier: Make<'r, Verifier>,
    pub(super) simulation: Make<'r, Option<Simulation>>,
}

/// The reason why a round ends.
enum Next {
    Changed(BTreeSet<PathBuf>),
    Restarted,
    Ended,
}

/// The progress of a round.
#[derive(Default)]
struct Round {
    /// The provider has responded.
    was_up: Cell<bool>,
    /// The provider ended during a verification.
    was_lost: Cell<bool>,
}

impl Rounds<'_> {
    /// Runs until there is a signal.
    pub(super) async fn run(self, mut watch: Watch, mut signals: Signals) -> Result<(), Failure> {
        let line = self.command.as_ref().map(Command::line);
        self.driver
            .set(|progress| progress.command = line.unwrap_or_default());
        let open = RefCell::default();
        let mut short: BTreeMap<PathBuf, u32> = BTreeMap::new();
        loop {
            let begun = Instant::now();
            let mut process = self.start().await?;
            let next = self
                .round(&mut process, &open, &mut watch, &mut signals)
                .await;
            self.driver.stop();
            if matches!(next, Ok(Next::Ended)) {
                self.say(Style::Aside, "ending")?;
            }
            if let Some(process) = process {
                process.stop(&mut signals).await;
            }
            match next? {
                Next::Ended => return Ok(()),
                Next::Restarted => self.say(Style::Aside, "the provider was restarted")?,
                Next::Changed(paths) => {
                    let is_short = begun.elapsed() < TOO_SHORT;
                    short.retain(|path, _| is_short && paths.contains(path));
                    for path in &paths {
                        let count = short.entry(path.clone()).or_default();
                        *count += 1;
                        if *count == MOST_SHORT {
                            let why = "changes at each start and does not count any more";
                            self.say(Style::Warning, &format!("{} {why}", path.display()))?;
                            watch.leave_out(path.clone());
                        }
                    }
                    let changed = named(&paths);
                    self.say(Style::Aside, &format!("changed: {changed}"))?;
                    self.driver.set(|progress| progress.changed = Some(changed));
                }
            }
        }
    }

    /// Starts the command, as soon as the one before it has released the address. `None` if there
    /// is no command, or if it cannot be started now.
    async fn start(&self) -> Result<Option<Process>, Failure> {
        self.driver.set(|progress| progress.phase = Phase::Starting);
        let Some(command) = &self.command else {
            return Ok(None);
        };
        let released = async {
            while self.address.is_open().await {
                tokio::time::sleep(STARTING).await;
            }
        };
        if tokio::time::timeout(RELEASE, released).await.is_err() {
            let why = format!("something else listens on {}", self.address);
            self.ended(&format!("{} was not started: {why}", command.line()))?;
            return Ok(None);
        }
        self.say(Style::Aside, &format!("starting {}", command.line()))?;
        let process = Process::start(&command.program, &command.arguments, &command.variables);
        process
            .map(Some)
            .map_err(|fault| Failure(format!("cannot start {}: {fault}", command.program)))
    }

    /// Verifies the provider and waits for the reason to start again.
    async fn round(
        &self,
        process: &mut Option<Process>,
        open: &RefCell<Open>,
        watch: &mut Watch,
        signals: &mut Signals,
    ) -> Result<Next, Failure> {
        let round = Round::default();
        let is_own = self.command.is_some();
        let mut checks = pin!(self.check(&round, open));
        // Without a process of its own, there is nothing to check until the next change.
        let mut is_busy = !is_own || process.is_some();
        let mut has_ended = false;
        loop {
            tokio::select! {
                result = &mut checks, if is_busy => {
                    result?;
                    is_busy = false;
                }
                status = ended(process), if !has_ended => {
                    has_ended = true;
                    self.process_ended(status?, &round, is_busy).await?;
                    is_busy = false;
                }
                paths = watch.changed() => return Ok(Next::Changed(paths)),
                () = signals.next() => return Ok(Next::Ended),
                result = self.restarted(), if !is_own && !is_busy => {
                    result?;
                    return Ok(Next::Restarted);
                }
            }
        }
    }

    /// Waits until the provider responds, verifies it, and simulates.
    async fn check(&self, round: &Round, open: &RefCell<Open>) -> Result<(), Failure> {
        while !self.driver.is_up().await {
            tokio::time::sleep(STARTING).await;
        }
        round.was_up.set(true);
        self.driver
            .set(|progress| progress.phase = Phase::Verifying);
        let verified = self.driver.verify((self.verifier)()?).await;
        if !self.driver.is_up().await {
            // Its findings are about a provider that was not there.
            round.was_lost.set(true);
            return Ok(());
        }
        match verified {
            Err(why) => self.say(Style::Error, &format!("nothing was verified: {why}"))?,
            Ok(report) => {
                let news = open.borrow_mut().update(&report);
                self.output.painted(&news.text(&report))?;
                self.driver.set(|progress| progress.news = Some(news));
            }
        }
        if let Some(simulation) = (self.simulation)()? {
            self.simulate(simulation).await?;
        }
        self.driver.set(|progress| progress.phase = Phase::Ready);
        Ok(())
    }

    async fn simulate(&self, simulation: Simulation) -> Result<(), Failure> {
        self.driver
            .set(|progress| progress.phase = Phase::Simulating);
        let simulated = match self.driver.simulate(simulation).await {
            Err(why) => {
                let why = format!("nothing was simulated: {why}");
                self.say(Style::Error, &why)?;
                Err(why)
            }
            Ok(result) if result.failure.is_some() => {
                self.say(Style::Error, "✗ the simulation found a difference:")?;
                let text = simulated::text(&result);
                self.output.document(&text)?;
                Err(text)
            }
            Ok(result) => {
                let text = simulated::text(&result).trim_end().to_owned();
                self.say(Style::Good, &format!("✓ simulated: {text}"))?;
                Ok(text)
            }
        };
        self.driver
            .set(|progress| progress.simulated = Some(simulated));
        Ok(())
    }

    /// Reports the end of the command.
    async fn process_ended(
        &self,
        status: ExitStatus,
        round: &Round,
        is_busy: bool,
    ) -> Result<(), Failure> {
        let line = self.command.as_ref().map(Command::line).unwrap_or_default();
        self.driver.stop();
        // A run that was stopped ends after the response to its last action, which does not come.
        let _ = tokio::time::timeout(LAST_RESPONSE, self.driver.ended()).await;
        let was_verified = is_busy || round.was_lost.get();
        let during = self.driver.first_unanswered().filter(|_| was_verified);
        let when = match (round.was_up.get(), during) {
            (false, _) => format!(" before {} could be reached", self.address),
            (true, Some(request)) => format!(" during {request}"),
            (true, None) => String::new(),
        };
        self.ended(&format!("{line} ended{when} ({status})"))
    }

    fn ended(&self, why: &str) -> Result<(), Failure> {
        self.say(Style::Error, &format!("✗ {why}; waiting for a change"))?;
        let why = why.to_owned();
        self.driver
            .set(|progress| progress.phase = Phase::Ended(why));
        Ok(())
    }

    /// Waits until a provider that something else runs was down and is up again.
    async fn restarted(&self) -> Result<(), Failure> {
        while self.address.is_open().await {
            tokio::time::sleep(RUNNING).await;
        }
        self.say(
            Style::Aside,
            "the provider cannot be reached; waiting for it",
        )?;
        self.driver.set(|progress| progress.phase = Phase::Down);
        while !self.address.is_open().await {
            tokio::time::sleep(RUNNING).await;
        }
        Ok(())
    }

    fn say(&self, style: Style, line: &str) -> Result<(), Failure> {
        let line = paint(style, &printable(line));
        self.output.painted(&format!("{line}\n"))
    }
}

/// Waits for the end of the command, if there is one.
async fn ended(process: &mut Option<Process>) -> std::io::Result<ExitStatus> {
    match process {
        Some(process) => process.ended().await,
        None => std::future::pending().await,
    }
}

/// The changed files in a line.
fn named(paths: &BTreeSet<PathBuf>) -> String {
    let names: Vec<_> = paths
        .iter()
        .take(NAMED)
        .map(|path| path.display().to_string())
        .collect();
    let names = names.join(", ");
    match paths.len().saturating_sub(NAMED) {
        0 => names,
        more => format!("{names} and {more} more"),
    }
}
