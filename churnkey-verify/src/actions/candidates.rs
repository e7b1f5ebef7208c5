//! Which subscriptions fit an action, and what exactly is asked for.

use churnkey_runtime::Timestamp;
use serde_json::{Map, Value, json};

use super::attempt::{Attempt, Target};
use super::effect::Effect;
use super::pool::PooledSubscription;
use super::runner::ActionRunner;
use super::subscription::{DAY, date, is_annual, state};
use super::variant::{self, BodyVariant, Schedule};
use crate::check::Module;
use crate::read::id;

/// How many fitting subscriptions are tried before a refusal is taken for a fault: a company may have rules that the protocol does not know.
pub(super) const TRIES: usize = 6;

impl ActionRunner<'_> {
    /// At most so many subscriptions that one form of an action can be carried out on, the best first. Nothing that this action was tried on is among them.
    ///
    /// Each asks for a month more than the one before it: a provider that has been verified before may know an extension by its length, and make nothing of it
    /// the second time.
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

    /// The same on what it was carried out on already, where it still fits.
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
        // A trial is rarer, and there is an action that needs one. To cancel in a pause is the rarest thing to do.
        fitting.sort_by_key(|pooled| match state(&pooled.item) {
            "active" => 0,
            "trial" => 1,
            _ => 2,
        });
        (1..).zip(fitting).filter_map(move |(months, pooled)| {
            let (customer, item) = (&pooled.customer, &pooled.item);
            let (mut body, effect) = self.asked(variant, months, item)?;
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

    /// Customers of whom every subscription that goes on fits.
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
            let Some((mut body, effect)) = self.asked(variant, 1, &running[0].item) else {
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
        // More than one is more telling, and many would be a pity.
        attempts.sort_by_key(
            |(is_used, attempt)| match attempt.target.subscriptions.len() {
                1 => (*is_used, usize::MAX),
                count => (*is_used, count),
            },
        );
        attempts.into_iter().map(|(_, attempt)| attempt)
    }

    /// The fields of a form for a subscription, and what they must come to.
    fn asked(
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

    /// A price to change to: in the same currency, and if there is one, of the same product and cycle.
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

/// What will be seen only later asks for nothing now.
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
            // When a pause begins that waits for the end of a period, only the period tells.
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

/// Whether an action on all of a customer's subscriptions is for this one, too, whatever else a company may think of it.
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
    // One redemption for each check that makes one.
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
