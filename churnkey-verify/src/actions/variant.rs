//! Variants of the body of an action.

use churnkey_protocol::FeatureKind;
use serde_json::{Value, json};

use crate::manifest::DeclaredManifest;
use crate::module::Module;

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
    Trial(Length),
}

impl BodyVariant {
    /// Returns true if the subscription shows the effect immediately.
    ///
    /// The protocol does not specify how a subscription shows a change at the end of its period.
    pub(super) fn is_visible(self) -> bool {
        !matches!(
            self,
            Self::Cancel(Schedule::EndOfPeriod)
                | Self::Pause(Schedule::EndOfPeriod, _)
                | Self::PauseAnnual(Schedule::EndOfPeriod, _)
                | Self::Price(Schedule::EndOfPeriod)
                | Self::Prorated(Schedule::EndOfPeriod)
        )
    }
}

/// The enabled variants of an action, the most useful first.
pub(super) fn variants(module: Module, manifest: &DeclaredManifest) -> Vec<BodyVariant> {
    let schedules = Schedule::on(module, manifest).into_iter();
    let lengths = Length::on(module, manifest);
    match module {
        Module::Cancel | Module::CancelAll => schedules.map(BodyVariant::Cancel).collect(),
        Module::Pause | Module::PauseAll => {
            let of = |when| {
                lengths
                    .iter()
                    .map(move |length| BodyVariant::Pause(when, *length))
            };
            let mut variants: Vec<_> = schedules.flat_map(of).collect();
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
pub(super) fn length(length: Length, months: u32, date: &str) -> Value {
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
