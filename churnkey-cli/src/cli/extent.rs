//! The options for the extent of a verification.

use std::time::Duration;

use churnkey_verify::Verifier;
use clap::{Args, value_parser};

/// The extent of a verification.
#[derive(Args)]
pub(super) struct Extent {
    /// Also carry out actions such as cancel and pause, which change data. Only in test mode
    #[arg(long)]
    pub(super) actions: bool,

    /// Test and live mode share the same data on purpose. Without it, actions are sent only if the
    /// data of the two modes differ
    #[arg(long)]
    pub(super) same_data: bool,

    /// The maximum number of items to read from each list
    #[arg(
        long,
        value_name = "N",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    sample: Option<u64>,

    /// An existing customer, for a provider that does not list customers; may be repeated
    #[arg(long = "customer", value_name = "ID")]
    customers: Vec<String>,

    /// An existing subscription with its customer, for a provider that does not list subscriptions;
    /// may be repeated
    #[arg(long = "subscription", value_names = ["CUSTOMER", "ID"], num_args = 2)]
    subscriptions: Vec<String>,

    /// The number of requests at the same time. Actions are sent one after the other
    #[arg(
        long,
        value_name = "N",
        default_value = "8",
        value_parser = value_parser!(u16).range(1..=64),
        help_heading = "Limits"
    )]
    jobs: u16,

    /// The timeout of a complete response
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "10",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    timeout: u64,

    /// The maximum duration of the run
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "900",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    max_time: u64,

    /// The maximum number of requests of the run
    #[arg(
        long,
        value_name = "N",
        default_value = "100000",
        value_parser = value_parser!(u64).range(1..),
        help_heading = "Limits"
    )]
    max_requests: u64,
}

impl Extent {
    pub(super) fn apply(&self, verifier: Verifier) -> Verifier {
        let mut verifier = verifier
            .actions(self.actions)
            .same_data(self.same_data)
            .jobs(usize::from(self.jobs))
            .timeout(Duration::from_secs(self.timeout))
            .max_time(Duration::from_secs(self.max_time))
            .max_requests(self.max_requests);
        if let Some(items) = self.sample {
            verifier = verifier.sample(items);
        }
        for id in &self.customers {
            verifier = verifier.customer(id);
        }
        for pair in self.subscriptions.chunks_exact(2) {
            verifier = verifier.subscription(&pair[0], &pair[1]);
        }
        verifier
    }
}
