//! The actions: their order, the variants of their bodies, and the subscriptions that fit.

use churnkey_protocol::FeatureKind;
use churnkey_runtime::Timestamp;
use serde_json::{Map, Value, json};

use super::effect::Effect;
use super::subscription::{DAY, date, is_annual, state};
use crate::check::ACTIONS;
use crate::manifest::DeclaredManifest;
use crate::module::Module;
use crate::read::id;
use crate::samples::Samples;

/// Order of the actions. Each leaves subscriptions for the next one, and cancel ends them.
pub(super) const ORDER: [Module; ACTIONS.len()] = [
    Module::ExtendTrial,
    Module::ApplyCoupon,
    Module::ChangePrice,
    Module::Pause,
    Module::PauseAll,
    Module::Cancel,
    Module::CancelAll,
];

const _: () = {
    let mut index = 0;
    while index < ACTIONS.len() {
        assert!(
            is_in_order(ACTIONS[index]),
            "every action has its place in `ORDER`"
        );
        index += 1;
    }
};

const fn is_in_order(action: Module) -> bool {
    let mut index = 0;
    while index < ORDER.len() {
        if ORDER[index] as usize == action as usize {
            return true;
        }
        index += 1;
    }
    false
}

/// The moment at which a change takes effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Schedule {
    Immediate,
    EndOfPeriod,
}

impl Schedule {
    pub(super) const ALL: [Self; 2] = [Self::Immediate, Self::EndOfPeriod];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::EndOfPeriod => "end-of-period",
        }
    }

    fn on(module: Module, manifest: &DeclaredManifest) -> Vec<Self> {
        let is_on = |when: &Self| manifest.allows(module, FeatureKind::Schedules, when.word());
        Self::ALL.into_iter().filter(is_on).collect()
    }
}

/// The notation of a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Period,
    Date,
}

impl Length {
    pub(super) const ALL: [Self; 2] = [Self::Period, Self::Date];

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Period => "period",
            Self::Date => "date",
        }
    }

    fn on(module: Module, manifest: &DeclaredManifest) -> Vec<Self> {
        let is_on = |length: &Self| manifest.allows(module, FeatureKind::Durations, length.word());
        Self::ALL.into_iter().filter(is_on).collect()
    }
}

/// A variant of the body of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyVariant {
    Cancel(Schedule),
    Pause(Schedule, Length),
    /// Pause of an annual subscription.
    PauseAnnual(Schedule, Length),
    Coupon,
    Price(Schedule),
    /// Change of price with proration.
    Prorated(Schedule),
    /// Change to a price with another billing cycle.
    OtherCycle(Schedule),
    /// Cancellation of a paused subscription at the end of its period. The pause ends at once.
    Unpause,
    Trial(Length),
}

impl BodyVariant {
    /// Returns true if the subscription shows the effect immediately.
    ///
    /// The protocol does not specify how a subscription shows a change at the end of its period.
    pub(super) fn is_visible(self) -> bool {
        match self {
            Self::Cancel(when)
            | Self::Pause(when, _)
            | Self::PauseAnnual(when, _)
            | Self::Price(when)
            | Self::Prorated(when)
            | Self::OtherCycle(when) => when == Schedule::Immediate,
            Self::Unpause => false,
            Self::Coupon | Self::Trial(_) => true,
        }
    }

    /// Returns true if a company may refuse it for rules of its own.
    pub(super) fn is_optional(self) -> bool {
        matches!(self, Self::OtherCycle(_) | Self::Unpause)
    }

    /// The expected effect, which takes place now or at the end of the period.
    fn effect(self, now: Effect) -> Effect {
        match (self.is_visible(), now) {
            (true, now) => now,
            (false, Effect::Canceled) => Effect::CanceledLater {
                unpauses: matches!(self, Self::Unpause),
            },
            (false, Effect::PausedForMonths(_) | Effect::PausedUntil(_)) => Effect::PausedLater,
            (false, Effect::HasPrice(_)) => Effect::PriceLater,
            (false, other) => other,
        }
    }

    /// Returns true if the action can be applied to a subscription.
    pub(super) fn fits(self, item: &Value) -> bool {
        match self {
            Self::Trial(_) => state(item) == "trial",
            Self::Pause(when, _) | Self::PauseAnnual(when, _) => {
                // The start of a pause at the end of the period is known only with a period.
                let has_period = item["status"]["currentPeriod"]["end"].is_string();
                state(item) == "active"
                    && is_annual(item) == matches!(self, Self::PauseAnnual(..))
                    && (when == Schedule::Immediate || has_period)
            }
            Self::Cancel(_) => matches!(state(item), "active" | "trial" | "paused"),
            Self::Unpause => state(item) == "paused",
            Self::Coupon => matches!(state(item), "active" | "trial"),
            // A pause needs an annual subscription, and few are annual.
            Self::OtherCycle(_) => state(item) == "active" && !is_annual(item),
            Self::Price(_) | Self::Prorated(_) => state(item) == "active",
        }
    }

    /// The fields of a variant for a subscription, and the expected effect.
    pub(super) fn body(
        self,
        samples: &Samples,
        months: u32,
        item: &Value,
    ) -> Option<(Map<String, Value>, Effect)> {
        let (fields, effect) = match self {
            Self::Cancel(when) => (
                json!({ "scheduledAt": when.word() }),
                self.effect(Effect::Canceled),
            ),
            Self::Unpause => (
                json!({ "scheduledAt": Schedule::EndOfPeriod.word(), "unpause": true }),
                self.effect(Effect::Canceled),
            ),
            Self::Pause(when, length) | Self::PauseAnnual(when, length) => {
                let paid_until = date(item, "/status/currentPeriod/end").unwrap_or(0);
                let end = day_after(paid_until.max(Timestamp::now().unix_millis()), 45)?;
                let duration = length_json(length, months, &end.to_string());
                let effect = match length {
                    Length::Period => Effect::PausedForMonths(months),
                    Length::Date => Effect::PausedUntil(end.unix_millis()),
                };
                let mut fields = json!({ "startAt": when.word(), "duration": duration });
                if let Self::PauseAnnual(..) = self {
                    fields["allowAnnual"] = true.into();
                }
                (fields, self.effect(effect))
            }
            Self::Coupon => {
                let coupon = samples
                    .coupons
                    .iter()
                    .find(|coupon| can_redeem(coupon, item))?;
                (
                    json!({ "id": id(coupon) }),
                    Effect::HasCoupon(coupon.clone()),
                )
            }
            Self::Price(when) | Self::Prorated(when) | Self::OtherCycle(when) => {
                let is_other = matches!(self, Self::OtherCycle(_));
                let price = another_price(samples, item, is_other)?;
                let mut fields = json!({ "id": id(price), "scheduledAt": when.word() });
                if let Self::Prorated(_) = self {
                    fields["prorate"] = true.into();
                }
                (fields, self.effect(Effect::HasPrice(price.clone())))
            }
            Self::Trial(length) => {
                let now = date(item, "/status/trial/end")?;
                let end = day_after(now, 40)?;
                let effect = match length {
                    Length::Period => Effect::TrialMonthsLonger(months),
                    Length::Date => Effect::TrialUntil(end.unix_millis()),
                };
                (
                    json!({ "duration": length_json(length, months, &end.to_string()) }),
                    effect,
                )
            }
        };
        match fields {
            Value::Object(fields) => Some((fields, effect)),
            _ => None,
        }
    }
}

/// The enabled variants of an action, the most useful first.
pub(super) fn variants(module: Module, manifest: &DeclaredManifest) -> Vec<BodyVariant> {
    let schedules = Schedule::on(module, manifest).into_iter();
    let lengths = Length::on(module, manifest);
    match module {
        Module::Cancel | Module::CancelAll => {
            let mut variants: Vec<_> = schedules.map(BodyVariant::Cancel).collect();
            if module == Module::Cancel
                && variants.contains(&BodyVariant::Cancel(Schedule::EndOfPeriod))
                && manifest.is_on(module, "unpause")
            {
                variants.push(BodyVariant::Unpause);
            }
            variants
        }
        Module::Pause | Module::PauseAll => {
            // Few subscriptions may exist, so both schedules come before the second notation.
            let schedules: Vec<_> = schedules.collect();
            let of = |length: &Length| {
                let length = *length;
                schedules
                    .iter()
                    .map(move |when| BodyVariant::Pause(*when, length))
            };
            let mut variants: Vec<_> = lengths.iter().flat_map(of).collect();
            if let Some(BodyVariant::Pause(when, length)) = variants.first().copied()
                && manifest.is_on(module, "allow_annual")
                && module == Module::Pause
            {
                variants.push(BodyVariant::PauseAnnual(when, length));
            }
            variants
        }
        Module::ApplyCoupon => vec![BodyVariant::Coupon],
        Module::ChangePrice => {
            let mut variants: Vec<_> = schedules.map(BodyVariant::Price).collect();
            if let Some(BodyVariant::Price(when)) = variants.first().copied()
                && manifest.is_on(module, "prorate")
            {
                variants.push(BodyVariant::Prorated(when));
            }
            if variants.contains(&BodyVariant::Price(Schedule::Immediate)) {
                variants.push(BodyVariant::OtherCycle(Schedule::Immediate));
            }
            variants
        }
        Module::ExtendTrial => lengths.into_iter().map(BodyVariant::Trial).collect(),
        // Listed one by one, so that a new action does not compile without its variants.
        Module::Manifest
        | Module::Auth
        | Module::Mode
        | Module::Customers
        | Module::Prices
        | Module::Subscriptions
        | Module::Coupons
        | Module::Products
        | Module::Families => Vec::new(),
    }
}

/// The path of an action under `/churnkey`.
pub(super) fn path(module: Module) -> &'static str {
    module.action_path().unwrap_or_default()
}

/// The JSON of a length of some months, or until a date.
pub(super) fn length_json(length: Length, months: u32, date: &str) -> Value {
    match length {
        Length::Period => json!({ "type": "period", "amount": months, "unit": "month" }),
        Length::Date => json!({ "type": "date", "date": date }),
    }
}

/// The reason for a skip if no suitable subscription is known.
pub(super) fn nothing_fits(module: Module) -> &'static str {
    match module {
        Module::ExtendTrial => "no subscription in a trial is known",
        Module::ApplyCoupon => {
            "no running subscription is known for which another coupon can be redeemed"
        }
        Module::ChangePrice => {
            "no running subscription is known for which there is another price in its currency"
        }
        Module::Pause => "no running subscription is known that is not annual",
        Module::PauseAll => {
            "no customer is known whose running subscriptions are neither annual nor in a trial"
        }
        Module::CancelAll => {
            "no customer is known whose running subscriptions are all unchanged by this run"
        }
        _ => "no running subscription is known",
    }
}

/// Another price in the same currency, if possible of the same product and cycle. With
/// `is_other_cycle`, the cycle is another one.
fn another_price<'s>(
    samples: &'s Samples,
    item: &Value,
    is_other_cycle: bool,
) -> Option<&'s Value> {
    let present = item.pointer("/items/0/price")?;
    let pooled: Vec<_> = item
        .get("items")?
        .as_array()?
        .iter()
        .filter_map(|part| part.get("price")?.get("id"))
        .collect();
    let others = samples.prices.iter().filter(|price| {
        price.get("id").is_some_and(|id| !pooled.contains(&id))
            && price["amount"]["currency"] == present["amount"]["currency"]
            && (!is_other_cycle || price["duration"] != item["duration"])
    });
    others.max_by_key(|price| {
        let same = |name: &str| price.get(name) == present.get(name);
        (same("duration"), same("productId"))
    })
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
