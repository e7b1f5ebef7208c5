//! The run of a simulation: all sequences, or one again.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use churnkey_runtime::{Coupon, Mode, Price, Timestamp};

use super::Simulation;
use super::generate::{self, Catalog};
use super::play::play;
use super::provider::{Provider, Unusable};
use super::report::{Failure, Simulated};
use super::sequence::Sequence;
use super::setup::{Attempts, Setup, Source};
use super::shrink;
use crate::client::{Bounds, Client, usable_token};
use crate::error::CannotRun;
use crate::random::Random;

impl Simulation {
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
            client: Client::new(self.transport, token, Mode::Test, bounds).observed(self.on_sent),
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
