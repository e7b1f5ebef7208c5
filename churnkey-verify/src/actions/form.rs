//! The forms in which an action may be asked for, and how they are written.

use churnkey_runtime::{Durations, Schedules};
use serde_json::{Value, json};

use crate::check::Module;
use crate::manifest::Supported;

/// When something is to take effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Immediate,
    EndOfPeriod,
}

impl When {
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::EndOfPeriod => "end-of-period",
        }
    }

    fn on(schedules: Schedules) -> impl Iterator<Item = Self> {
        let both = [
            (schedules.immediate, Self::Immediate),
            (schedules.end_of_period, Self::EndOfPeriod),
        ];
        both.into_iter().filter(|(on, _)| *on).map(|(_, when)| when)
    }
}

/// How a length is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Length {
    Period,
    Date,
}

impl Length {
    fn on(durations: Durations) -> impl Iterator<Item = Self> {
        let both = [
            (durations.period, Self::Period),
            (durations.date, Self::Date),
        ];
        both.into_iter()
            .filter(|(on, _)| *on)
            .map(|(_, length)| length)
    }
}

/// One form of an action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Cancel(When),
    Pause(When, Length),
    /// Of an annual subscription.
    PauseAnnual(When, Length),
    Coupon,
    Price(When),
    /// With the difference settled.
    Prorated(When),
    Trial(Length),
}

impl Form {
    /// Whether the subscription shows at once what was asked for. How one looks that will be canceled, paused or changed at the end of its period, the
    /// protocol does not say.
    pub(super) fn is_visible(self) -> bool {
        !matches!(
            self,
            Self::Cancel(When::EndOfPeriod)
                | Self::Pause(When::EndOfPeriod, _)
                | Self::PauseAnnual(When::EndOfPeriod, _)
                | Self::Price(When::EndOfPeriod)
                | Self::Prorated(When::EndOfPeriod)
        )
    }
}

/// The forms of an action that are switched on, the most telling first.
pub(super) fn forms(module: Module, supported: &Supported) -> Vec<Form> {
    match module {
        Module::Cancel | Module::CancelAll => {
            let schedules = supported.cancel.map(|cancel| When::on(cancel.schedules));
            schedules.into_iter().flatten().map(Form::Cancel).collect()
        }
        Module::Pause | Module::PauseAll => match supported.pause {
            Some(pause) => {
                let lengths = || Length::on(pause.durations);
                let forms = |when| lengths().map(move |length| Form::Pause(when, length));
                let mut forms: Vec<_> = When::on(pause.start_dates).flat_map(forms).collect();
                if let Some(Form::Pause(when, length)) = forms.first().copied()
                    && pause.allow_annual
                    && module == Module::Pause
                {
                    forms.push(Form::PauseAnnual(when, length));
                }
                forms
            }
            None => Vec::new(),
        },
        Module::ApplyCoupon => vec![Form::Coupon],
        Module::ChangePrice => match supported.change_price {
            Some(change) => {
                let mut forms: Vec<_> = When::on(change.schedules).map(Form::Price).collect();
                if let Some(Form::Price(when)) = forms.first().copied()
                    && change.prorate
                {
                    forms.push(Form::Prorated(when));
                }
                forms
            }
            None => Vec::new(),
        },
        Module::ExtendTrial => {
            let durations = supported
                .extend_trial
                .map(|extend| Length::on(extend.durations));
            durations.into_iter().flatten().map(Form::Trial).collect()
        }
        _ => Vec::new(),
    }
}

/// The path of an action under `/churnkey`.
pub(super) fn path(module: Module) -> &'static str {
    match module {
        Module::Cancel => "/actions/subscription/cancel",
        Module::CancelAll => "/actions/customer/cancel",
        Module::Pause => "/actions/subscription/pause",
        Module::PauseAll => "/actions/customer/pause",
        Module::ApplyCoupon => "/actions/subscription/apply-coupon",
        Module::ChangePrice => "/actions/subscription/change-price",
        Module::ExtendTrial => "/actions/subscription/extend-trial",
        other => unreachable!("{other} is no action"),
    }
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
