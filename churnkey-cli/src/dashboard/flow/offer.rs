//! The texts of the offers, and their order.

use churnkey_protocol::Field;
use churnkey_runtime::TimeUnit;
use churnkey_verify::Module;

/// The text of an offer. Its choices follow from the fields of the action.
pub(super) struct Offer {
    pub(super) action: Module,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) button: &'static str,
}

const PAUSE: Offer = Offer {
    action: Module::Pause,
    title: "Pause the subscription",
    description: "The customer is not charged during the pause.",
    button: "Pause",
};

const PRICE: Offer = Offer {
    action: Module::ChangePrice,
    title: "Change the plan",
    description: "The subscription changes to another price.",
    button: "Change the price",
};

const DISCOUNT: Offer = Offer {
    action: Module::ApplyCoupon,
    title: "Get a discount",
    description: "A coupon is applied to the subscription.",
    button: "Apply the coupon",
};

const TRIAL: Offer = Offer {
    action: Module::ExtendTrial,
    title: "Get a longer trial",
    description: "The trial gets longer.",
    button: "Extend the trial",
};

pub(super) const CANCEL: Offer = Offer {
    action: Module::Cancel,
    title: "Cancel anyway",
    description: "The flow ends here if the customer accepts no offer.",
    button: "Cancel the subscription",
};

pub(super) const PAUSE_ALL: Offer = Offer {
    action: Module::PauseAll,
    title: "Pause all subscriptions",
    description: "The customer is not charged for any subscription during the pause.",
    button: "Pause all",
};

pub(super) const CANCEL_ALL: Offer = Offer {
    action: Module::CancelAll,
    title: "Cancel everything",
    description: "Every subscription of the customer ends.",
    button: "Cancel all subscriptions",
};

pub(super) fn suggested_length(action: Module) -> (u32, TimeUnit) {
    match action {
        Module::ExtendTrial => (7, TimeUnit::Day),
        _ => (1, TimeUnit::Month),
    }
}

pub(super) fn legend(action: Module, schedule: &Field) -> &'static str {
    match (action, schedule.name) {
        (Module::Cancel | Module::CancelAll, _) => "Ends",
        (_, "startAt") => "Starts",
        _ => "Takes effect",
    }
}

/// The offers, the most suitable for a reason first.
pub(super) fn order(reason: &str) -> [&'static Offer; 4] {
    match reason {
        "unused" | "break" => [&PAUSE, &PRICE, &DISCOUNT, &TRIAL],
        "missing" | "technical" | "other-product" => [&TRIAL, &DISCOUNT, &PAUSE, &PRICE],
        _ => [&DISCOUNT, &PRICE, &PAUSE, &TRIAL],
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::REASONS;
    use super::*;

    #[test]
    fn every_action_but_cancel_is_an_offer() {
        let is_offer = |module: &Module| {
            module.is_action() && module.single().is_none() && *module != Module::Cancel
        };
        let expected: Vec<_> = Module::ALL.iter().copied().filter(is_offer).collect();
        for (reason, _) in REASONS {
            let offers = order(reason).map(|offer| offer.action);
            for action in &expected {
                assert!(
                    offers.contains(action),
                    "`order` in flow/offer.rs has no offer of {action}"
                );
            }
            assert_eq!(offers.len(), expected.len());
        }
    }
}
