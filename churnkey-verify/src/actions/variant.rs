//! The forms in which an action may be asked for, and how they are written.

use churnkey_protocol::FeatureKind;
use serde_json::{Value, json};

use crate::check::Module;
use crate::manifest::DeclaredManifest;

/// When something is to take effect.
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

/// How a length is written.
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

/// One form of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyVariant {
    Cancel(Schedule),
    Pause(Schedule, Length),
    /// Of an annual subscription.
    PauseAnnual(Schedule, Length),
    Coupon,
    Price(Schedule),
    /// With the difference settled.
    Prorated(Schedule),
    Trial(Length),
}

impl BodyVariant {
    /// Whether the subscription shows at once what was asked for. How one looks that will be canceled, paused or changed at the end of its period, the
    /// protocol does not say.
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

/// The forms of an action that are switched on, the most telling first.
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
        // Listed one by one, so that a new action does not compile without its forms.
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

/// A length of some months, or up to a date.
pub(super) fn length(length: Length, months: u32, date: &str) -> Value {
    match length {
        Length::Period => json!({ "type": "period", "amount": months, "unit": "month" }),
        Length::Date => json!({ "type": "date", "date": date }),
    }
}

/// What is missing if nothing can be done.
pub(super) fn nothing_fits(module: Module) -> &'static str {
    match module {
        Module::ExtendTrial => "no subscription in a trial is known",
        Module::ApplyCoupon => {
            "no subscription is known that runs, and a coupon that it does not have and that can still be redeemed"
        }
        Module::ChangePrice => {
            "no subscription is known that runs, and another price in its currency"
        }
        Module::Pause => "no subscription is known that runs and is not annual",
        Module::PauseAll => {
            "no customer is known whose running subscriptions are neither annual nor in a trial"
        }
        Module::CancelAll => {
            "no customer is known who has subscriptions that run, none of which is going to change"
        }
        _ => "no subscription is known that runs",
    }
}
