//! Selection of suitable subscriptions for an action, and the bodies of the requests.

use churnkey_runtime::Timestamp;
use serde_json::{Map, Value, json};

use super::attempt::{Attempt, Target};
use super::effect::Effect;
use super::pool::PooledSubscription;
use super::runner::ActionRunner;
use super::subscription::{DAY, date, is_annual, state};
use super::variant::{self, BodyVariant, Schedule};
use crate::module::Module;
use crate::read::id;

/// Number of suitable subscriptions that are tried before a refusal is a fault.
///
/// A company may have rules that are not in the protocol.
pub(super) const TRIES: usize = 6;

impl ActionRunner<'_> {
    /// At most `most` attempts at one variant of an action, the best first.
    ///
    /// They are on subscriptions on which the action was not tried yet.
    ///
    /// Each attempt has a month more than the previous one. A provider that was verified before may
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
        let mut fitting: Vec<_> = pooled
            .filter(|pooled| fits(variant, &pooled.item))
            .collect();
        // Trials are rare and another action needs them. Few customers cancel during a pause.
        fitting.sort_by_key(|pooled| match state(&pooled.item) {
            "active" => 0,
            "trial" => 1,
            _ => 2,
        });
        (1..).zip(fitting).filter_map(move |(months, pooled)| {
            let (customer, item) = (&pooled.customer, &pooled.item);
            let (mut body, effect) = self.body(variant, months, item)?;
            if state(item) == "paused" {
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
                pooled.is_open() && !pooled.is_used_for(module) && fits(variant, &pooled.item)
            };
            if running.is_empty() || !running.iter().all(is_fit) {
                continue;
            }
            let Some((mut body, effect)) = self.body(variant, 1, &running[0].item) else {
                continue;
            };
            if running.iter().any(|pooled| state(&pooled.item) == "paused") {
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
        attempts.into_iter().map(|(_, attempt)| attempt)
    }

    /// The fields of a variant for a subscription, and the expected effect.
    fn body(
        &self,
        variant: BodyVariant,
        months: u32,
        item: &Value,
    ) -> Option<(Map<String, Value>, Effect)> {
        let (fields, effect) = match variant {
            BodyVariant::Cancel(when) => (
                json!({ "scheduledAt": when.word() }),
                visible(variant, Effect::Canceled),
            ),
            BodyVariant::Pause(when, length) | BodyVariant::PauseAnnual(when, length) => {
                let paid_until = date(item, "/status/currentPeriod/end").unwrap_or(0);
                let end = day_after(paid_until.max(Timestamp::now().unix_millis()), 45)?;
                let duration = variant::length(length, months, &end.to_string());
                let effect = match length {
                    variant::Length::Period => Effect::PausedForMonths(months),
                    variant::Length::Date => Effect::PausedUntil(end.unix_millis()),
                };
                let mut fields = json!({ "startAt": when.word(), "duration": duration });
                if let BodyVariant::PauseAnnual(..) = variant {
                    fields["allowAnnual"] = true.into();
                }
                (fields, visible(variant, effect))
            }
            BodyVariant::Coupon => {
                let coupon = self
                    .samples
                    .coupons
                    .iter()
                    .find(|coupon| can_redeem(coupon, item))?;
                (
                    json!({ "id": id(coupon) }),
                    Effect::HasCoupon(id(coupon).to_owned()),
                )
            }
            BodyVariant::Price(when) | BodyVariant::Prorated(when) => {
                let price = self.another_price(item)?;
                let mut fields = json!({ "id": id(price), "scheduledAt": when.word() });
                if let BodyVariant::Prorated(_) = variant {
                    fields["prorate"] = true.into();
                }
                (
                    fields,
                    visible(variant, Effect::HasPrice(id(price).to_owned())),
                )
            }
            BodyVariant::Trial(length) => {
                let now = date(item, "/status/trial/end")?;
                let end = day_after(now, 40)?;
                let effect = match length {
                    variant::Length::Period => Effect::TrialMonthsLonger(months),
                    variant::Length::Date => Effect::TrialUntil(end.unix_millis()),
                };
                (
                    json!({ "duration": variant::length(length, months, &end.to_string()) }),
                    effect,
                )
            }
        };
        match fields {
            Value::Object(fields) => Some((fields, effect)),
            _ => None,
        }
    }

    /// Another price in the same currency, if possible of the same product and cycle.
    fn another_price(&self, item: &Value) -> Option<&Value> {
        let present = item.pointer("/items/0/price")?;
        let pooled: Vec<_> = item
            .get("items")?
            .as_array()?
            .iter()
            .filter_map(|part| part.get("price")?.get("id"))
            .collect();
        let others = self.samples.prices.iter().filter(|price| {
            price.get("id").is_some_and(|id| !pooled.contains(&id))
                && price["amount"]["currency"] == present["amount"]["currency"]
        });
        others.max_by_key(|price| {
            let same = |name: &str| price.get(name) == present.get(name);
            (same("productId"), same("duration"))
        })
    }
}

/// Replaces an effect that is not visible yet with `Effect::Later`.
fn visible(variant: BodyVariant, effect: Effect) -> Effect {
    match variant.is_visible() {
        true => effect,
        false => Effect::Later,
    }
}

pub(super) fn fits(variant: BodyVariant, item: &Value) -> bool {
    match variant {
        BodyVariant::Trial(_) => state(item) == "trial",
        BodyVariant::Pause(when, _) | BodyVariant::PauseAnnual(when, _) => {
            // The start of a pause at the end of the period is known only with a period.
            let has_period = item["status"]["currentPeriod"]["end"].is_string();
            state(item) == "active"
                && is_annual(item) == matches!(variant, BodyVariant::PauseAnnual(..))
                && (when == Schedule::Immediate || has_period)
        }
        BodyVariant::Cancel(_) => matches!(state(item), "active" | "trial" | "paused"),
        BodyVariant::Coupon => matches!(state(item), "active" | "trial"),
        BodyVariant::Price(_) | BodyVariant::Prorated(_) => state(item) == "active",
    }
}

/// Returns true if an action on all subscriptions of a customer includes this one.
fn runs(module: Module, item: &Value) -> bool {
    match state(item) {
        "active" | "trial" => true,
        "paused" => module == Module::CancelAll,
        _ => false,
    }
}

fn can_redeem(coupon: &Value, item: &Value) -> bool {
    let discounts = item
        .get("discounts")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let has_it = discounts
        .filter_map(|discount| discount.get("coupon")?.get("id"))
        .any(|had| had == id(coupon));
    let is_over =
        date(coupon, "/expiresAt").is_some_and(|end| end <= Timestamp::now().unix_millis() + DAY);
    let count = |name: &str| coupon["redemptions"][name].as_u64();
    // Each check that redeems the coupon uses one redemption.
    let is_used_up = count("max").is_some_and(|max| count("current").unwrap_or(0) + 5 > max);
    let currency = coupon.pointer("/value/currency");
    let is_foreign = currency.is_some_and(|currency| {
        !currency.is_null() && Some(currency) != item.pointer("/items/0/price/amount/currency")
    });
    !has_it && !is_over && !is_used_up && !is_foreign
}

fn day_after(millis: i64, days: i64) -> Option<Timestamp> {
    Timestamp::from_unix_millis(millis / DAY * DAY + days * DAY)
}
