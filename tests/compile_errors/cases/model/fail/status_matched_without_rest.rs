// errors: 1

use churnkey::SubscriptionStatus;

fn main() {
    let _ = match SubscriptionStatus::active() {
        SubscriptionStatus::Active { .. } => true,
        SubscriptionStatus::Trial { .. } => true,
        SubscriptionStatus::Paused { .. } => false,
        SubscriptionStatus::Canceled { .. } => false,
        SubscriptionStatus::Unpaid { .. } => false,
    };
}
