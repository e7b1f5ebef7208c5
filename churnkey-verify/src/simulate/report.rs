//! The result of a simulation, and a failing sequence as a timeline, a script and a test.

use std::fmt;
use std::time::Duration;

use super::compare::Difference;
use super::sequence::Sequence;
use super::timeline::Line;
use crate::report::tally::counted;

/// The result of a simulation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Simulated {
    /// The seed of the run.
    pub seed: u64,
    /// The sequences that were played to their end or to a difference.
    pub sequences: u64,
    /// The steps of all sequences.
    pub steps: u64,
    /// The requests that the model and the provider both refused.
    pub refused: u64,
    /// The steps in which the provider decided otherwise, where the rules leave that open.
    pub tolerated: u64,
    /// The requests whose response was lost, because the caller hung up or the provider was killed.
    pub interrupted: u64,
    /// True if the provider had too few subscriptions for all sequences.
    pub is_exhausted: bool,
    /// The time of the run.
    pub elapsed: Duration,
    /// The first sequence with a difference, shrunk.
    pub failure: Option<Failure>,
}

/// A sequence in which the provider differs from the model.
#[derive(Debug)]
pub struct Failure {
    pub(super) seed: u64,
    pub(super) number: u64,
    pub(super) original_steps: usize,
    pub(super) sequence: Sequence,
    pub(super) timeline: Vec<Line>,
    /// The commands of each line.
    pub(super) curls: Vec<Vec<String>>,
    pub(super) difference: Difference,
}

impl Failure {
    /// The number of the sequence in its run, from 0.
    pub fn number(&self) -> u64 {
        self.number
    }

    /// The steps of the shrunk sequence.
    pub fn steps(&self) -> usize {
        self.sequence.steps.len()
    }

    /// The field in which the provider differs.
    pub fn field(&self) -> &str {
        &self.difference.field
    }

    /// The sequence as JSON, for [`Simulation::replay`](super::Simulation::replay).
    pub fn sequence(&self) -> String {
        // Plain data of strings and numbers can always be written.
        serde_json::to_string(&self.sequence).unwrap_or_default()
    }

    /// A shell script that sends the requests. The customers must exist, and the clock must follow.
    pub fn curl_script(&self) -> String {
        let mut script = format!("#!/bin/sh\n# {}\n", self.message());
        for (line, curls) in self.timeline.iter().zip(&self.curls) {
            let id = line.subscription.as_str();
            script.push_str(&format!("\n# {}  {id}: {}\n", line.at, line.event));
            for curl in curls {
                script.push_str(curl);
                script.push('\n');
            }
        }
        script
    }

    /// A test in Rust that plays the sequence. `simulation()` is the function of your tests that
    /// builds the simulation.
    pub fn rust_test(&self) -> String {
        format!(
            "/// {}\n#[tokio::test]\nasync fn simulated_sequence_{}_of_seed_{}() {{\n    \
             let sequence = r#\"{}\"#;\n    \
             let result = simulation().await.replay(sequence).await.unwrap();\n    \
             assert!(result.failure.is_none(), \"{{result}}\");\n}}\n",
            self.message(),
            self.number,
            self.seed,
            self.sequence(),
        )
    }

    /// The difference in one line.
    pub fn message(&self) -> String {
        let Difference {
            field,
            expected,
            found,
        } = &self.difference;
        format!("{field}: expected {expected}, found {found}")
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "sequence {} of seed {}, shrunk from {} to {}:\n",
            self.number,
            self.seed,
            self.original_steps,
            counted(self.steps() as u64, ["step", "steps"])
        )?;
        for line in &self.timeline {
            let id = line.subscription.as_str();
            writeln!(f, "{}  {id}: {}", line.at, line.event)?;
            writeln!(f, "    model     {}", line.model)?;
            writeln!(f, "    provider  {}", line.provider)?;
        }
        writeln!(f, "\n{}", self.message())?;
        writeln!(f, "\nas a script:\n\n{}", self.curl_script())?;
        write!(f, "\nas a test:\n\n{}", self.rust_test())
    }
}

impl fmt::Display for Simulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(failure) = &self.failure {
            writeln!(f, "{failure}")?;
        }
        write!(
            f,
            "{} sequences of seed {}, {} steps, {} requests refused by both, {} tolerated, \
             {} interrupted, {:.1} s",
            self.sequences,
            self.seed,
            self.steps,
            self.refused,
            self.tolerated,
            self.interrupted,
            self.elapsed.as_secs_f64()
        )?;
        match self.is_exhausted {
            true => f.write_str("\nno active subscription and no trial without discounts is left"),
            false => Ok(()),
        }
    }
}

impl Simulated {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            seed,
            sequences: 0,
            steps: 0,
            refused: 0,
            tolerated: 0,
            interrupted: 0,
            is_exhausted: false,
            elapsed: Duration::ZERO,
            failure: None,
        }
    }
}
