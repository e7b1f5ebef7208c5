//! The simulation: months of a retention service, played against a provider and the
//! [model](crate::billing) side by side.

use std::fmt;
use std::future::Future;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use churnkey_runtime::{Coupon, CustomerId, Mode, Price, SubscriptionId, Timestamp};
use futures_util::FutureExt as _;

use crate::client::{Bounds, Client, Transport, usable_token};
use crate::error::CannotRun;
use crate::random::Random;

mod compare;
mod generate;
mod play;
mod provider;
mod report;
mod sequence;
mod setup;
mod shrink;
#[cfg(test)]
mod tests;
mod timeline;

use generate::Catalog;
use play::play;
use provider::{Provider, Restart, Unusable};
use sequence::Sequence;
use setup::{Arrive, Attempts, Clock, Ledger, Setup, Source};

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
    pub fn of_url(url: &str) -> Result<Self, CannotRun> {
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

    /// Plays the sequences, up to the first difference.
    ///
    /// # Errors
    ///
    /// Nothing could be simulated: a setting is wrong, or the provider has no manifest or no
    /// prices. A difference is no error, but in the result.
    pub async fn run(self) -> Result<Simulated, CannotRun> {
        let (seed, steps, customers) = (self.seed, self.steps, self.customers);
        let numbers = self.first..self.first.saturating_add(self.sequences);
        let progress = self.progress.clone();
        let setup = self.prepare().await?;
        let mut attempts = Attempts::new(seed);
        let mut result = Simulated::new(seed);
        let begun = Instant::now();
        for number in numbers {
            // The multiplier keeps the sequences of neighbouring seeds apart.
            let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ number);
            let (catalog, random) = (&setup.catalog, &mut random);
            let sequence = match &setup.source {
                Source::New(_) => generate::sequence(catalog, customers, steps, random),
                Source::Existing(_) => {
                    let (kinds, now) = (setup.source.kinds(), setup.begun);
                    let existing = generate::sequence_of_existing;
                    existing(catalog, &kinds, now, customers, steps, random)
                }
            };
            if sequence.arrivals.is_empty() {
                result.is_exhausted = true;
                break;
            }
            let failed = try_sequence(&setup, sequence, number, &mut result, &mut attempts).await;
            if let Some(progress) = &progress {
                progress(result.sequences);
            }
            if failed || result.is_exhausted {
                break;
            }
        }
        result.elapsed = begun.elapsed();
        Ok(result)
    }

    /// Plays one sequence again, from the JSON of a [`Failure`].
    ///
    /// # Errors
    ///
    /// Nothing could be simulated, or the JSON is no sequence.
    pub async fn replay(self, sequence: &str) -> Result<Simulated, CannotRun> {
        let sequence: Sequence = match serde_json::from_str(sequence) {
            Ok(sequence) => sequence,
            Err(fault) => return CannotRun::because(format!("this is no sequence: {fault}")),
        };
        let seed = self.seed;
        if sequence
            .steps
            .iter()
            .any(|step| step.target >= sequence.arrivals.len())
        {
            return CannotRun::because("a step of the sequence is about no arrival");
        }
        let setup = self.prepare().await?;
        let mut attempts = Attempts::new(seed);
        let mut result = Simulated::new(seed);
        let begun = Instant::now();
        try_sequence(&setup, sequence, 0, &mut result, &mut attempts).await;
        result.elapsed = begun.elapsed();
        Ok(result)
    }

    async fn prepare(self) -> Result<Setup, CannotRun> {
        let token = usable_token(self.token)?;
        let bounds = Bounds {
            max_time: Duration::MAX,
            max_requests: u64::MAX,
            ..Bounds::default()
        };
        let restarts = self.restart.is_some();
        let provider = Provider {
            client: Client::new(self.transport, token, Mode::Test, bounds),
            clock_header: self.clock_header,
            restart: self.restart,
            interrupted: AtomicU64::new(0),
        };
        let cannot = |fault: Unusable| CannotRun::because(fault.to_string());
        let features = match provider.read("/features", None).await {
            Ok(Some(features)) => features,
            Ok(None) => return CannotRun::because("the provider has no feature manifest"),
            Err(fault) => return cannot(fault),
        };
        let prices: Vec<Price> = match provider.list("/prices", None).await {
            Ok(prices) if prices.is_empty() => {
                return CannotRun::because("the provider has no prices");
            }
            Ok(prices) => prices,
            Err(fault) => return cannot(fault),
        };
        let coupons: Vec<Coupon> = match provider.list("/coupons", None).await {
            Ok(coupons) => coupons,
            Err(fault) => return cannot(fault),
        };
        let source = match self.arrive {
            Some(arrive) => Source::New(arrive),
            None => {
                // Shrinking needs customers too.
                let wanted = (self.sequences as usize + 200).saturating_mul(self.customers);
                match provider.existing(wanted, self.customer_actions).await {
                    Ok(found) => Source::Existing(Mutex::new(found)),
                    Err(fault) => return cannot(fault),
                }
            }
        };
        let moves_clock = self.clock_header || self.clock.is_some();
        Ok(Setup {
            provider,
            source,
            moves_clock,
            slack: match moves_clock {
                true => 0,
                false => 60_000,
            },
            begun: Timestamp::now(),
            catalog: Catalog {
                prices,
                coupons,
                features,
                customer_actions: self.customer_actions,
                unpause: self.unpause,
                months: self.months,
                restarts,
            },
            months: self.months,
            strict: self.strict,
            clock: self.clock,
            ledger: self.ledger,
        })
    }
}

/// Plays a sequence, and shrinks it if there is a difference. Returns `true` in this case.
async fn try_sequence(
    setup: &Setup,
    sequence: Sequence,
    number: u64,
    result: &mut Simulated,
    attempts: &mut Attempts,
) -> bool {
    let course = play(setup, &sequence, &attempts.prefix()).await;
    if course.is_exhausted {
        result.is_exhausted = true;
        return false;
    }
    result.sequences += 1;
    result.steps += course.steps;
    result.refused += course.refused;
    result.tolerated += course.tolerated;
    result.interrupted = setup.provider.interrupted.load(Ordering::Relaxed);
    if course.difference.is_none() {
        return false;
    }
    let original_steps = sequence.steps.len();
    let (sequence, course) = shrink::shrink(setup, sequence, course, attempts).await;
    let lines = course.timeline.iter();
    let curls = lines.map(|line| line.curl(&setup.provider)).collect();
    result.failure = course.difference.map(|difference| Failure {
        seed: result.seed,
        number,
        original_steps,
        sequence,
        curls,
        timeline: course.timeline,
        difference,
    });
    true
}
