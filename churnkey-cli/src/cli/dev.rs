//! `churnkey dev`.

use std::net::SocketAddr;
use std::path::PathBuf;

use churnkey_runtime::Timestamp;
use churnkey_verify::{Simulation, Verifier};
use clap::{Args, value_parser};

use super::exit::{Exit, Failure};
use super::extent::Extent;
use super::output::Output;
use super::provider::{TokenArgs, first_line};
use crate::dashboard::{Dashboard, Options, random};

mod address;
mod process;
mod rounds;
mod signals;
mod watch;

use address::Address;
use rounds::{Command, Rounds};
use signals::Signals;
use watch::Watch;

/// The URL of a provider that `churnkey::serve` serves without settings.
const URL: &str = "http://127.0.0.1:8080";

const EXAMPLES: &str = "\
Examples:
  The provider in this folder, with `cargo run`:
    churnkey dev
  Another command, and another address:
    churnkey dev http://127.0.0.1:9000 -- python3 provider.py
  A provider that something else starts and restarts:
    CK_INTEGRATION_TOKEN=local-token churnkey dev http://127.0.0.1:8080
  With the actions, and a short simulation at each change:
    churnkey dev --actions --simulate

The command gets CK_INTEGRATION_TOKEN, and CHURNKEY_ADDR with the address of the URL unless it is
set. Without any token, a random one is used.

Exit codes: 0 after Ctrl-C, 2 nothing could be started.";

/// Starts your provider, verifies it at each change, and shows what is new and what is fixed
///
/// Restarts the command when a source file changes, waits until the provider listens, and verifies
/// it. New and fixed findings are printed and shown on the dashboard, which is served as well. A
/// build that fails shows the output of the compiler. Uses test data only.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct DevArgs {
    /// The provider's API root URL, http://127.0.0.1:8080 if absent. A URL without a command is a
    /// provider that is running already
    #[arg(value_name = "URL")]
    url: Option<String>,

    /// The command that serves the provider, `cargo run` if there is no URL either
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,

    #[command(flatten)]
    token: TokenArgs,

    /// A folder or file whose changes restart the command; may be repeated
    #[arg(long, value_name = "PATH", default_value = ".")]
    watch: Vec<PathBuf>,

    /// The name of a file or folder whose changes do not count; may be repeated. Hidden files,
    /// databases, logs, `target` and `node_modules` never count
    #[arg(long, value_name = "NAME")]
    ignore: Vec<String>,

    #[command(flatten)]
    extent: Extent,

    /// Also simulate at each change, which changes test data
    #[arg(long, help_heading = "Simulation")]
    simulate: bool,

    /// The seed of the simulation; a random one if absent
    #[arg(
        long,
        value_name = "N",
        requires = "simulate",
        help_heading = "Simulation"
    )]
    seed: Option<u64>,

    /// The number of sequences of the simulation
    #[arg(
        long,
        value_name = "N",
        default_value = "3",
        requires = "simulate",
        help_heading = "Simulation"
    )]
    sequences: u64,

    /// The number of steps in each sequence
    #[arg(
        long,
        value_name = "N",
        default_value = "12",
        value_parser = value_parser!(u16),
        requires = "simulate",
        help_heading = "Simulation"
    )]
    steps: u16,

    /// Send the time in the header X-Churnkey-Now, for a provider that takes its clock from there
    #[arg(long, requires = "simulate", help_heading = "Simulation")]
    clock_header: bool,

    /// The address of the dashboard, which must be a loopback address; port 0 selects any free port
    #[arg(
        long,
        value_name = "ADDRESS",
        default_value = "127.0.0.1:8899",
        help_heading = "Dashboard"
    )]
    listen: SocketAddr,

    /// The file that keeps the customers that you pin on the dashboard
    #[arg(
        long,
        value_name = "FILE",
        default_value = ".churnkey-pins.json",
        help_heading = "Dashboard"
    )]
    pins: PathBuf,
}

impl DevArgs {
    pub(super) fn run(self, output: &Output) -> Result<Exit, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let exit = runtime.block_on(self.watch_and_verify(output));
        // A request of a run that was stopped is not waited for.
        runtime.shutdown_background();
        exit
    }

    async fn watch_and_verify(self, output: &Output) -> Result<Exit, Failure> {
        let url = self.url.clone().unwrap_or_else(|| URL.to_owned());
        let token = self.token()?;
        let command = self.command(&url, &token)?;
        let address = Address::of(&url)?;
        if command.is_some() && address.is_open().await {
            let why = "something listens there already. To verify it, run this without a command; \
                       else stop it, or use another address";
            return Err(Failure(format!("cannot start a provider at {url}: {why}")));
        }
        let mut options = Options::new(&url);
        options.token = Some(token.clone());
        options.listen = self.listen;
        options.same_data = self.extent.same_data;
        options.pins = Some(self.pins.clone());
        let dashboard = Dashboard::bind(options).await?;
        let watch = Watch::new(&self.watch, self.ignore.clone())?;
        let signals = Signals::new()?;
        output.document(&format!(
            "The dashboard of {url} (test mode) is at\n\n    {}\n\nKeep this address secret: it \
             gives access to the dashboard. Ctrl-C ends the dashboard{}.\n\n",
            dashboard.url(),
            match command {
                Some(_) => " and the provider",
                None => "",
            }
        ))?;
        let driver = dashboard.driver();
        let seed = self
            .seed
            .unwrap_or_else(|| Timestamp::now().unix_millis().unsigned_abs() % 1_000_000);
        let rounds = Rounds {
            output,
            driver,
            address,
            command,
            verifier: Box::new(|| {
                let verifier = Verifier::of_url(&url)?.token(&token);
                Ok(self.extent.apply(verifier))
            }),
            simulation: Box::new(|| match self.simulate {
                true => self.simulation(&url, &token, seed).map(Some),
                false => Ok(None),
            }),
        };
        tokio::select! {
            result = rounds.run(watch, signals) => result?,
            () = dashboard.serve() => {}
        }
        Ok(Exit::Success)
    }

    /// The token from the options, the environment, or a new one: the command gets it.
    fn token(&self) -> Result<String, Failure> {
        if let Some(token) = self.token.token()? {
            return Ok(token);
        }
        let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
        match (
            variable("CK_INTEGRATION_TOKEN"),
            variable("CK_INTEGRATION_TOKEN_FILE"),
        ) {
            (Some(token), _) => Ok(token),
            (None, Some(file)) => first_line(file.as_ref()),
            (None, None) if self.is_running_already() => Err(Failure(
                "there is no token: pass one, or set CK_INTEGRATION_TOKEN".to_owned(),
            )),
            (None, None) => Ok(random()?),
        }
    }

    /// True if something else serves the provider.
    fn is_running_already(&self) -> bool {
        self.url.is_some() && self.command.is_empty()
    }

    fn command(&self, url: &str, token: &str) -> Result<Option<Command>, Failure> {
        if self.is_running_already() {
            return Ok(None);
        }
        let mut words = self.command.iter().cloned();
        let (program, arguments) = match words.next() {
            Some(program) => (program, words.collect()),
            None => ("cargo".to_owned(), vec!["run".to_owned()]),
        };
        let mut variables = vec![("CK_INTEGRATION_TOKEN", token.to_owned())];
        if std::env::var_os("CHURNKEY_ADDR").is_none() {
            variables.push(("CHURNKEY_ADDR", Address::of(url)?.to_string()));
        }
        Ok(Some(Command {
            program,
            arguments,
            variables,
        }))
    }

    fn simulation(&self, url: &str, token: &str, seed: u64) -> Result<Simulation, Failure> {
        let simulation = Simulation::of_url(url)?
            .token(token)
            .seed(seed)
            .sequences(self.sequences)
            .steps(self.steps.into())
            .customers(1);
        Ok(match self.clock_header {
            true => simulation.clock_header(),
            false => simulation,
        })
    }
}
