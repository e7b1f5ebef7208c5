//! The simulation: months of a retention service, played against a provider and the
//! [model](crate::billing) side by side.

use std::fmt;
use std::future::Future;
use std::sync::Arc;

use axum::Router;
use churnkey_runtime::{CustomerId, SubscriptionId, Timestamp};
use futures_util::FutureExt as _;

use crate::client::{OnSent, Sent, Transport};

mod compare;
mod generate;
mod picture;
mod play;
mod provider;
mod report;
mod run;
mod sequence;
mod setup;
mod shrink;
#[cfg(test)]
mod tests;
mod timeline;

use provider::Restart;
use setup::{Arrive, Clock, Ledger};

pub use provider::CLOCK_HEADER;
pub use report::{Failure, Simulated};
pub use setup::{LedgerLine, NewSubscription};

/// Simulates months of a retention service with a provider in process, without a socket.
///
/// The simulation adds customers through `arrive` and moves the clock through
/// [`Simulation::clock`]. After each request it reads every subscription and compares it with the
/// model. The first difference ends the run and is shrunk to a short sequence.
///
/// ```no_run
/// # async fn billing() -> axum::Router { axum::Router::new() }
/// # fn set_clock(_: churnkey_runtime::Timestamp) {}
/// # async fn add(_: churnkey_verify::NewSubscription) -> Result<(), String> { Ok(()) }
/// # async fn simulated() {
/// let result = churnkey_verify::simulate(billing().await, add)
///     .token("token")
///     .clock(set_clock)
///     .sequences(100)
///     .run()
///     .await
///     .unwrap();
/// assert!(result.failure.is_none(), "{result}");
/// # }
/// ```
pub fn simulate<F>(
    router: Router,
    arrive: impl Fn(NewSubscription) -> F + Send + Sync + 'static,
) -> Simulation
where
    F: Future<Output = Result<(), String>> + Send + 'static,
{
    let arrive: Arrive = Arc::new(move |new| arrive(new).boxed());
    Simulation::new(Transport::Router(router, String::new()), Some(arrive))
}

type Progress = Arc<dyn Fn(u64) + Send + Sync>;

/// A simulation that has not run yet.
#[must_use = "nothing is simulated until it is run"]
pub struct Simulation {
    transport: Transport,
    token: Option<String>,
    seed: u64,
    sequences: u64,
    first: u64,
    steps: usize,
    months: u32,
    customers: usize,
    strict: bool,
    customer_actions: bool,
    unpause: bool,
    clock_header: bool,
    /// Adds customers; without it, those that the provider has are used.
    arrive: Option<Arrive>,
    clock: Option<Clock>,
    ledger: Option<Ledger>,
    restart: Option<Restart>,
    progress: Option<Progress>,
    on_sent: Option<OnSent>,
}

impl fmt::Debug for Simulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulation")
            .field("seed", &self.seed)
            .field("sequences", &self.sequences)
            .field("steps", &self.steps)
            .finish_non_exhaustive()
    }
}

impl Simulation {
    fn new(transport: Transport, arrive: Option<Arrive>) -> Self {
        Self {
            transport,
            token: None,
            seed: 0,
            sequences: 100,
            first: 0,
            steps: 40,
            months: 24,
            customers: 2,
            strict: false,
            customer_actions: false,
            unpause: false,
            clock_header: false,
            arrive,
            clock: None,
            ledger: None,
            restart: None,
            progress: None,
            on_sent: None,
        }
    }

    /// Simulates with the provider at an API root URL, to which `/churnkey` is appended.
    ///
    /// It uses the customers that the provider has in test mode, each of them once: active
    /// subscriptions and trials without discounts. Their state is changed. Without
    /// [`clock_header`](Self::clock_header) the time is the present, and nothing falls due.
    ///
    /// # Errors
    ///
    /// The URL cannot be one.
    #[cfg(feature = "http")]
    pub fn of_url(url: &str) -> Result<Self, crate::error::CannotRun> {
        let socket = crate::client::Socket::new(url)?;
        Ok(Self::new(Transport::Socket(socket), None))
    }

    /// The integration token; `CK_INTEGRATION_TOKEN` in the environment if it is not set.
    pub fn token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// The seed, from which all sequences follow; 0 if it is not set.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The number of sequences; 100 if it is not set.
    pub fn sequences(mut self, sequences: u64) -> Self {
        self.sequences = sequences;
        self
    }

    /// The number of the first sequence; 0 if it is not set. A long run can be divided: each
    /// sequence follows from the seed and its number alone.
    pub fn first(mut self, first: u64) -> Self {
        self.first = first;
        self
    }

    /// The number of steps in each sequence; 40 if it is not set.
    pub fn steps(mut self, steps: usize) -> Self {
        self.steps = steps;
        self
    }

    /// The longest time of a sequence in months; 24 if it is not set.
    pub fn months(mut self, months: u32) -> Self {
        self.months = months;
        self
    }

    /// The number of customers in each sequence; 2 if it is not set.
    pub fn customers(mut self, customers: usize) -> Self {
        self.customers = customers;
        self
    }

    /// Tolerates nothing: the provider must follow every rule of the model, with the same status
    /// for each refusal, and show every date.
    ///
    /// Without it, three things are left to the provider: it may refuse an offer that the model
    /// allows, refuse with another status, or leave out optional fields. If it allows what the
    /// model refuses with a 409, the sequence ends there without a difference.
    pub fn strict(mut self, strict: bool) -> Self {
        self.strict = strict;
        self
    }

    /// Sends also the actions for all subscriptions of a customer, which no manifest shows.
    pub fn customer_actions(mut self, customer_actions: bool) -> Self {
        self.customer_actions = customer_actions;
        self
    }

    /// Sends the field `unpause` with some cancellations. Protocol: **assumed**.
    pub fn unpause(mut self, unpause: bool) -> Self {
        self.unpause = unpause;
        self
    }

    /// Moves the clock of the provider. It is called before each request. The clock moves back
    /// when a new sequence begins, with new customers.
    pub fn clock(mut self, clock: impl Fn(Timestamp) + Send + Sync + 'static) -> Self {
        self.clock = Some(Arc::new(clock));
        self
    }

    /// Sends the time in the header [`CLOCK_HEADER`] with each request, for a provider that takes
    /// its clock from there.
    pub fn clock_header(mut self) -> Self {
        self.clock_header = true;
        self
    }

    /// Reads the credits and charges of a subscription, in order, from the provider's books. They
    /// are compared too; the protocol does not show them.
    pub fn ledger<F>(
        mut self,
        ledger: impl Fn(CustomerId, SubscriptionId) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Vec<LedgerLine>, String>> + Send + 'static,
    {
        self.ledger = Some(Arc::new(move |customer, subscription| {
            ledger(customer, subscription).boxed()
        }));
        self
    }

    /// Adds new customers through `arrive`, to a provider at a URL too, instead of using those that
    /// it has.
    pub fn arrivals<F>(
        mut self,
        arrive: impl Fn(NewSubscription) -> F + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.arrive = Some(Arc::new(move |new| arrive(new).boxed()));
        self
    }

    /// Kills the provider without notice and starts it again, at the same address and with the same
    /// data. With it, some requests follow a restart, and some are interrupted by one and sent
    /// again.
    pub fn restart<F>(mut self, restart: impl Fn() -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Result<(), String>> + Send + 'static,
    {
        self.restart = Some(Arc::new(move || restart().boxed()));
        self
    }

    /// Calls `progress` with the number of sequences that were played, after each one.
    pub fn progress(mut self, progress: impl Fn(u64) + Send + Sync + 'static) -> Self {
        self.progress = Some(Arc::new(progress));
        self
    }

    /// Sets a callback for every request, for the program `churnkey`.
    #[doc(hidden)]
    pub fn on_sent(mut self, on_sent: impl Fn(&Sent<'_>) + Send + Sync + 'static) -> Self {
        self.on_sent = Some(Arc::new(on_sent));
        self
    }
}
