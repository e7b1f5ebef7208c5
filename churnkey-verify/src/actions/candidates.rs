//! Selection of suitable subscriptions for an action.

use serde_json::Value;

use super::attempt::{Attempt, Target};
use super::pool::PooledSubscription;
use super::runner::ActionRunner;
use super::subscription::{is_running, list, state};
use super::variant::BodyVariant;
use crate::module::Module;
use crate::read::id;

/// Number of suitable subscriptions that are tried before a refusal is a fault.
///
/// A company may have rules that are not in the protocol.
pub(super) const TRIES: usize = 6;
/// The months of the first attempts. A company may allow no more than one.
const MONTHS: [u32; 5] = [2, 1, 3, 4, 5];

impl ActionRunner<'_> {
    /// At most `most` attempts at one variant of an action, the best first.
    ///
    /// They are on subscriptions on which the action was not tried yet.
    ///
    /// Each attempt has other months than the previous one, and the first has more than one month,
    /// because a provider may ignore the amount. A provider that was verified before may
    /// identify an extension by its length and ignore it the second time.
    pub(super) fn candidates(
        &self,
        module: Module,
        variant: BodyVariant,
        most: usize,
    ) -> Vec<Attempt> {
        if module.single().is_some() {
            return self.for_all(module, variant).take(most).collect();
        }
        let open = self.pool.open();
        let unused = open.iter().filter(|pooled| !pooled.is_used_for(module));
        self.attempts(module, variant, unused.copied())
            .take(most)
            .collect()
    }

    /// An attempt at a subscription on which the action was tried before, if it is still suitable.
    pub(super) fn used(&self, module: Module, variant: BodyVariant) -> Option<Attempt> {
        if module.single().is_some() {
            return None;
        }
        let open = self.pool.open();
        let used = open.iter().filter(|pooled| pooled.is_used_for(module));
        self.attempts(module, variant, used.copied()).next()
    }

    fn attempts<'h>(
        &'h self,
        module: Module,
        variant: BodyVariant,
        pooled: impl Iterator<Item = &'h PooledSubscription>,
    ) -> impl Iterator<Item = Attempt> + 'h {
        let mut fitting: Vec<_> = pooled.filter(|pooled| variant.fits(&pooled.item)).collect();
        // Trials are rare and another action needs them. Few customers cancel during a pause.
        // A discount shows whether an action keeps it.
        let reserved = self.pool.reserved();
        fitting.sort_by_key(|pooled| {
            let order = match state(&pooled.item) {
                "active" => 0,
                "trial" => 1,
                _ => 2,
            };
            let is_reserved = reserved.contains(&pooled.customer);
            (
                order,
                is_reserved,
                list(&pooled.item, "discounts").next().is_none(),
            )
        });
        MONTHS
            .into_iter()
            .chain(6..)
            .zip(fitting)
            .filter_map(move |(months, pooled)| {
                let (customer, item) = (&pooled.customer, &pooled.item);
                let (mut body, effect) = variant.body(self.samples, months, item)?;
                if state(item) == "paused" && self.unpauses() {
                    body.insert("unpause".to_owned(), true.into());
                }
                body.insert("customerId".to_owned(), customer.as_str().into());
                body.insert("subscriptionId".to_owned(), id(item).into());
                Some(Attempt {
                    module,
                    target: Target {
                        customer: customer.clone(),
                        subscriptions: vec![id(item).to_owned()],
                    },
                    body,
                    effect,
                })
            })
    }

    /// Attempts at customers whose running subscriptions are all suitable.
    fn for_all(
        &self,
        module: Module,
        variant: BodyVariant,
    ) -> impl Iterator<Item = Attempt> + use<> {
        let mut attempts = Vec::new();
        for customer in &self.samples.customers {
            let pooled = self.pool.of(customer);
            let running: Vec<_> = pooled
                .into_iter()
                .filter(|pooled| runs(module, &pooled.item))
                .collect();
            let is_fit = |pooled: &&PooledSubscription| {
                pooled.is_open() && !pooled.is_used_for(module) && variant.fits(&pooled.item)
            };
            if running.is_empty() || !running.iter().all(is_fit) {
                continue;
            }
            let Some((mut body, effect)) = variant.body(self.samples, MONTHS[0], &running[0].item)
            else {
                continue;
            };
            if running.iter().any(|pooled| state(&pooled.item) == "paused") && self.unpauses() {
                body.insert("unpause".to_owned(), true.into());
            }
            body.insert("customerId".to_owned(), customer.as_str().into());
            let ids = running.iter().map(|pooled| id(&pooled.item).to_owned());
            let target = Target {
                customer: customer.clone(),
                subscriptions: ids.collect(),
            };
            let is_used = !running.iter().all(|pooled| pooled.is_fresh());
            let attempt = Attempt {
                module,
                target,
                body,
                effect,
            };
            attempts.push((is_used, attempt));
        }
        // Prefers customers with several subscriptions, but few: all of them are changed.
        attempts.sort_by_key(
            |(is_used, attempt)| match attempt.target.subscriptions.len() {
                1 => (*is_used, usize::MAX),
                count => (*is_used, count),
            },
        );
        // An id that is the beginning of another one shows a query by prefix.
        attempts.sort_by_cached_key(|(is_used, attempt)| {
            let customer = &attempt.target.customer;
            let is_prefix = self.pool.is_prefix(customer);
            (
                attempt.target.subscriptions.len() == 1,
                !is_prefix,
                *is_used,
            )
        });
        attempts.into_iter().map(|(_, attempt)| attempt)
    }
}

impl ActionRunner<'_> {
    /// Returns true if a cancellation can end a pause first.
    fn unpauses(&self) -> bool {
        self.manifest.is_on(Module::Cancel, "unpause")
    }
}

/// Returns true if an action on all subscriptions of a customer includes this one.
fn runs(module: Module, item: &Value) -> bool {
    is_running(item) || state(item) == "paused" && module == Module::CancelAll
}
